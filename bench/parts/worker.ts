import { startWorker } from '#product/app/workerApp.js';
import type { WorkerExtras } from '#product/app/workerExtras.js';
import type { Limiter } from '#product/genesys/call.js';
import { createLogger } from '#product/ops/logger.js';
import { configOf } from '../harness/deployment.js';
import { actAsPart } from '../harness/part.js';

export interface WorkerTask {
  env: Record<string, string>;
  /** `off`: nothing is paced. Else what counts as a minute of the request budget. */
  budget: 'off' | { minuteMs: number };
}

const OPEN: Limiter = {
  acquire: async () => ({ admitted: true }),
  rateLimited: async () => undefined,
};

/** The product's worker. Reports when it works. */
actAsPart<WorkerTask, 'working'>(async ({ env, budget }, report) => {
  const config = configOf(env, 'worker');
  const log = await createLogger(config.LOG_LEVEL, 'worker');
  await startWorker(config, log, budget === 'off' ? { admission: OPEN } : scaled(budget));
  report('working');
});

/** In the time of the budget's minute: a bulk job is asked for its state every five of its seconds. */
function scaled({ minuteMs }: { minuteMs: number }): WorkerExtras {
  return {
    minuteMs,
    prefetchPollMs: minuteMs / 12,
    prefetchSettlesAfterMs: minuteMs,
  };
}
