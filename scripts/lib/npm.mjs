const LOOK_EVERY_MS = 250;

/**
 * Ends this process in good order once the shell that npm started it with has gone. npm passes SIGTERM
 * on to that shell alone, which ends and says nothing to its child.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  watch.unref();
}
