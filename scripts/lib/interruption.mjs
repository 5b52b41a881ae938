import { ScriptError } from './script.mjs';

/** Aborted by Ctrl-C, so that whatever was started is stopped; a second one does not wait for that. */
export function interruption() {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(1);
      interrupted.abort(new ScriptError('Interrupted.'));
    });
  }
  return interrupted.signal;
}
