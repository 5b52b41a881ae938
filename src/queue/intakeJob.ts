import { createHash } from 'node:crypto';
import { type JobsOptions, Queue } from 'bullmq';
import { type FieldProblem, isNotificationId, requestSchema } from '../notification/request.js';
import { LANES, type Lane } from '../notification/state.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { AcceptResult } from './acceptor.js';

/** What identifies a job of the intake queue, whichever client added it. */
export interface IntakeJobKey {
  id: string;
  /** When it was added (epoch ms). It stays the same however often the job runs. */
  timestamp: number;
}

/** A number is BullMQ's own job id: clients refuse one from a producer. */
const NUMBERED = /^\d+$/;
const HASH_BYTES = 18;

/**
 * The notification's id where the request has none. The same job has the same id, however often it
 * runs.
 *
 * - A job id that the producer chose is the notification's id.
 * - BullMQ's own ids are small numbers that start again after an `obliterate` or a lost Redis, so the
 *   time belongs to it.
 * - Any other job id (of a job scheduler, or with signs that an id may not have) is hashed. It may
 *   contain an address, and ids are logged. The hash has no key: one that changes with
 *   NOTIFIER_SECRET would make two notifications of one job.
 */
export function intakeNotificationId({ id, timestamp }: IntakeJobKey): string {
  if (NUMBERED.test(id) && id.length <= 20) return `job-${id}-${timestamp}`;
  if (isNotificationId(id)) return id;
  const digest = createHash('sha256').update(id).digest().subarray(0, HASH_BYTES);
  return `job-${digest.toString('base64url')}`;
}

/**
 * What replaces the data of a job once its fate is known, before the job ends. A worker that dies in
 * between leaves no address behind, and the next one ends the job in the same way.
 *
 * `ofJob` binds it to its job: data that was copied from one job to another proves nothing.
 */
export type IntakeMark = { accepted: string; ofJob: string } | { refused: string; ofJob: string };

/** The mark in a job's data, or undefined while the data is what the producer wrote. */
export function readIntakeMark(data: unknown, jobId: string): IntakeMark | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { accepted, refused, ofJob } = data as Record<string, unknown>;
  if (ofJob !== jobId) return undefined;
  if (isNotificationId(accepted)) return { accepted, ofJob };
  if (typeof refused === 'string') return { refused, ofJob };
  return undefined;
}

/** The request with the id it is accepted under. Anything but an object is left for the guard to refuse. */
export function withIntakeId(data: unknown, key: IntakeJobKey): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return data;
  const { id } = data as { id?: unknown };
  return id === undefined ? { ...data, id: intakeNotificationId(key) } : data;
}

/** One segment of a field's name that may be kept: a plain name, or a place in a list. */
const PLAIN_NAME = /^(?:[A-Za-z_][A-Za-z0-9_-]{0,63}|\d{1,4}|\(request\))$/;
const NOT_SHOWN = '(a name that is not shown)';
const PROBLEMS_SHOWN = 50;

/**
 * The names of unknown fields are the producer's: one may be an address, and failed jobs are kept. Of
 * a name that is not plain, only the field of the contract that it stands in is kept.
 */
function shownField(field: string): string {
  const segments = field.split('.');
  if (segments.every((segment) => PLAIN_NAME.test(segment))) return field;
  const [first = ''] = segments;
  return Object.hasOwn(requestSchema.shape, first) ? `${first}.${NOT_SHOWN}` : NOT_SHOWN;
}

export function invalidIntakeSentence(problems: readonly FieldProblem[]): string {
  const shown = problems
    .slice(0, PROBLEMS_SHOWN)
    .map(({ field, expected }) => `${shownField(field)}: expected ${expected}`);
  const more = problems.length - shown.length;
  return `The request is invalid. ${shown.join('; ')}${more > 0 ? `; and ${more} more fields` : ''}`;
}

export function conflictIntakeSentence({
  id,
  state,
}: Extract<AcceptResult, { status: 'conflict' }>): string {
  return `The id ${id} is in use for a different request, which is ${state} and stays as it is. Use another id for this one.`;
}

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
