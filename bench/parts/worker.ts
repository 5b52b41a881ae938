import { createLogger } from '#product/ops/logger.js';
import { startWorker } from '#product/roles/workerRole.js';
import { configOf } from '../harness/deployment.js';
import { actAsPart } from '../harness/part.js';

export interface WorkerTask {
  env: Record<string, string>;
}

/** The product's worker; reports once when it works. */
actAsPart<WorkerTask, 'working'>(async ({ env }, report) => {
  const config = configOf(env, 'worker');
  await startWorker(config, await createLogger(config.LOG_LEVEL, 'worker'));
  report('working');
});
