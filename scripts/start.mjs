import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { ensureNode } from './lib/node.mjs';
import { projectRoot, runScript } from './lib/script.mjs';

/*
 * The product runs in this very process. A child would need every signal passed on, and a kill -9
 * would hit the wrapper and leave the worker running. npm itself is such a wrapper, with a shell in
 * between: it passes SIGTERM on to the shell alone, which ends and says nothing to this process.
 */
const LOOK_AFTER_PARENT_EVERY_MS = 250;

await runScript(async () => {
  endWithNpm();
  ensureNode();
  await ensureInstalled();
  await buildIfStale();
  const entry = path.join(projectRoot, 'dist/main.js');
  const { main } = await import(pathToFileURL(entry).href);
  // Only now: a module that finds itself to be the program's entry runs by itself.
  process.argv[1] = entry;
  await main(process.argv);
});

/** Ends this process in good order once the shell that npm started it with has gone. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event !== 'start') return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_AFTER_PARENT_EVERY_MS);
  watch.unref();
}
