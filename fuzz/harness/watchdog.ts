import { Worker } from 'node:worker_threads';

/** No case takes this long: the thread that tries it does not come back. */
const LOST_AFTER_MS = 120_000;

/** Looks from a thread of its own whether this one is still alive. */
const LOOKS = `
  const { workerData } = require('node:worker_threads');
  const { beats, lostAfterMs, seed } = workerData;
  let last = -1;
  let since = Date.now();
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    if (now !== last) { last = now; since = Date.now(); return; }
    if (Date.now() - since < lostAfterMs) return;
    require('node:fs').writeSync(2, 'a case has not come back; it is one of the property after the last line, seed ' + seed + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, 1_000);
`;

/** Ends the process, and says so, when a case keeps its thread for ever: nothing in the thread itself could. */
export function startWatchdog(seed: number): { stop(): void } {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(LOOKS, {
    eval: true,
    workerData: { beats, lostAfterMs: LOST_AFTER_MS, seed },
  });
  worker.unref();
  const beat = setInterval(() => Atomics.add(beats, 0, 1), 1_000);
  beat.unref();
  return {
    stop() {
      clearInterval(beat);
      void worker.terminate();
    },
  };
}
