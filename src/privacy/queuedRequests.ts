import { QUEUE_NAMES, type QueueName } from '../queue/intakeJob.js';
import type { Queues } from '../queue/jobs.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { Person } from './person.js';

/** A job, or the template of a job scheduler, that holds what its producer wrote. */
export interface QueuedRequest {
  queue: QueueName;
  /** The id of the job; `repeat:ID` of a scheduler. */
  jobId: string;
  data: unknown;
}

const SCHEDULER = 'repeat:';

/** Which queue a key without its prefix belongs to, and the rest of it. */
export function queueKeyOf(key: string): { queue: QueueName; jobId: string } | undefined {
  const queue = QUEUE_NAMES.find((name) => key.startsWith(`${name}:`));
  return queue && { queue, jobId: key.slice(queue.length + 1) };
}

/** Of some keys of queues, those that hold a request which names a person. */
export async function queuedRequestsOf(
  redis: RedisClient,
  queues: Queues,
  keys: readonly { queue: QueueName; jobId: string }[],
  person: Person,
): Promise<QueuedRequest[]> {
  const pipeline = redis.pipeline();
  for (const { queue, jobId } of keys) pipeline.hget(queues[queue].toKey(jobId), 'data');
  // The queue's own lists answer with an error: they are no jobs.
  const answers = (await pipeline.exec()) ?? [];
  return keys.flatMap(({ queue, jobId }, at) => {
    const text = answers[at]?.[1];
    if (typeof text !== 'string') return [];
    const data = parsed(text);
    return isAbout(data, text, person) ? [{ queue, jobId, data }] : [];
  });
}

/**
 * Removes it; false while a worker has it in hand. It becomes a notification then, and is erased as one.
 */
export async function removeQueued(
  queues: Queues,
  { queue, jobId }: QueuedRequest,
): Promise<boolean> {
  if (jobId.startsWith(SCHEDULER)) {
    const removed = await queues[queue].removeJobScheduler(jobId.slice(SCHEDULER.length));
    if (removed) return true;
  }
  const job = await queues[queue].getJob(jobId);
  if (job === undefined) return true;
  return job.remove().then(
    () => true,
    () => false,
  );
}

/** Whom it is for decides: a request that only mentions a person is another customer's. */
function isAbout(data: unknown, text: string, person: Person): boolean {
  const recipient = (data as { recipient?: unknown } | null)?.recipient;
  return typeof recipient === 'object' && recipient !== null
    ? person.isRecipient(recipient)
    : person.isNamedIn(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
