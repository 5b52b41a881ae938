import { type RateLimiterOptions, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { logIn } from '../baselines/genesys.js';
import { notify } from '../baselines/notify.js';
import { actAsPart } from '../harness/part.js';
import type { Customer } from '../harness/sandbox.js';

export interface PlainWorkerTask {
  sandboxUrl: string;
  redisUrl: string;
  prefix: string;
  queue: string;
  by: 'contact id' | 'email';
  concurrency: number;
  /** Shared by all workers of the queue; counts jobs, for BullMQ knows nothing of requests. */
  limiter?: RateLimiterOptions;
}

/** Baseline (b): what BullMQ and the SDK give by themselves. Reports when it works. */
actAsPart<PlainWorkerTask, 'working'>(async (task, report) => {
  const genesys = await logIn(task.sandboxUrl);
  const worker = new Worker<Customer>(task.queue, (job) => notify(genesys, job.data, task.by), {
    connection: new Redis(task.redisUrl, { maxRetriesPerRequest: null }),
    prefix: task.prefix,
    concurrency: task.concurrency,
    limiter: task.limiter,
  });
  worker.on('failed', (_job, error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  await worker.waitUntilReady();
  report('working');
});
