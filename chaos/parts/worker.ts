import { startWorker } from '#product/app/workerApp.js';
import { loadConfig } from '#product/config.js';
import { createLogger } from '#product/ops/logger.js';
import type { WorkerReport } from '../harness/workerReport.js';

/*
 * The product's worker as `notifier worker` starts it, but for two things: it reports each step of its
 * work, so that it is known what a kill hits, and it can kill itself at one of them. No signal from
 * outside would arrive at exactly that step.
 */
const loaded = loadConfig(process.env, 'worker');
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));

/** `STEP:N`: dies the N-th time it comes to that step. */
const [fatalStep, times = '1'] = (process.env['CHAOS_DIES_AT'] ?? '').split(':');
let left = Number(times);

function report(message: WorkerReport): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

function dieAt(step: string): void {
  if (step !== fatalStep) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

const role = await startWorker(
  loaded.config,
  await createLogger(loaded.config.LOG_LEVEL, 'worker'),
  {
    observe: (step, id) => {
      report({ kind: 'step', step, id });
      dieAt(step);
    },
    observeRelease: (step) => {
      report({ kind: 'release', step });
      dieAt(`release_${step}`);
    },
  },
);
report({ kind: 'started' });

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    role.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
