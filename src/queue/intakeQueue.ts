import { type JobsOptions, Queue } from 'bullmq';
import type { RedisClient } from '../notification/redisScripts.js';
import { LANES, type Lane } from '../notification/state.js';

/** The queue for producers that use BullMQ itself: job data is a request of the public contract. */
export const INTAKE = 'intake';

/** Every queue of a deployment. Only the first two send anything. */
export const QUEUE_NAMES = [...LANES, INTAKE] as const;

export type QueueName = Lane | typeof INTAKE;

/**
 * How long ended jobs are kept. Their data is gone by then: what remains is an id and a state, or the
 * sentence that says what was wrong. Failed jobs stay longer, since a person has to read them.
 */
export const INTAKE_RETENTION = {
  removeOnComplete: { age: 3_600, count: 10_000 },
  removeOnFail: { age: 7 * 24 * 3_600, count: 10_000 },
} as const satisfies JobsOptions;

/** Opens the queue to look at it. See `openQueues` for its settings. */
export function openIntakeQueue(
  connection: RedisClient,
  prefix: string,
  onError: (error: Error) => void,
  readOnly: boolean,
): Queue<unknown> {
  const queue = new Queue<unknown>(INTAKE, {
    connection,
    prefix,
    skipWaitingForReady: true,
    skipVersionCheck: true,
    skipMetasUpdate: readOnly,
  });
  queue.on('error', onError);
  return queue;
}
