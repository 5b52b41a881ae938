import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { actAsPart } from '../harness/part.js';

export interface NoopWorkerTask {
  redisUrl: string;
  prefix: string;
  queue: string;
  concurrency: number;
  /** The clock runs from this many ended jobs to that many. */
  from: number;
  to: number;
}

/** What BullMQ takes by itself: jobs that do nothing. Reports when the first and the last counted ended. */
actAsPart<NoopWorkerTask, 'from' | 'to'>(async (task, report) => {
  let ended = 0;
  const worker = new Worker(task.queue, async () => undefined, {
    connection: new Redis(task.redisUrl, { maxRetriesPerRequest: null }),
    prefix: task.prefix,
    concurrency: task.concurrency,
  });
  worker.on('completed', () => {
    ended += 1;
    if (ended === task.from) report('from');
    if (ended === task.to) report('to');
  });
});
