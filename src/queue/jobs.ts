import { type Job, type JobsOptions, Queue } from 'bullmq';
import type { NotificationRecord } from '../notification/record.js';
import { isNotificationId } from '../notification/request.js';
import { LANES, type Lane } from '../notification/state.js';
import type { RedisClient } from '../redis/redisClient.js';
import { isRedisFault } from '../redis/redisFault.js';
import { carry } from '../tracing/carriedContext.js';
import { type INTAKE, openIntakeQueue, QUEUE_NAMES } from './intakeJob.js';

/** All that a job carries: dashboards and events of the queue can leak nothing else. */
export interface JobData {
  id: string;
  generation: number;
}

type JobName = 'dispatch' | 'delivery_check';

/** The job's data, or undefined when it is not what this product puts into jobs. */
export function readJobData(data: unknown): JobData | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { id, generation } = data as Record<string, unknown>;
  if (!isNotificationId(id) || !isCount(generation)) return undefined;
  return { id, generation };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

export const JOB_NAMES: ReadonlySet<unknown> = new Set<JobName>(['dispatch', 'delivery_check']);

/** Of the workers' limiter. It is the gate and nothing else: this many jobs are never started. */
export const LIMITER_MAX = Number.MAX_SAFE_INTEGER - 1;

/**
 * How long the lock of a job lasts, renewed at half of it (ms), and how often a queue is looked through
 * for jobs whose lock has run out. A lock outlives a failover of Redis; a shorter one has every job in
 * hand run twice after each. The jobs of a worker that is gone do not wait for it: `LostWorkers`.
 */
export const LOCK_MS = 30_000;
export const STALLED_LOOKED_AT_EVERY_MS = 15_000;

/** How often a notification is tried before it fails; deferrals and closed gates do not count. */
export const MAX_ATTEMPTS = 12;

/*
 * Why these options:
 * - `backoff: custom`: without a backoff retries are immediate, and the built-in exponential has no
 *   maximum and knows no Retry-After.
 * - retention by age and count: a kept job also keeps its id from being added twice, which spares
 *   the sweeper work; the ledger, not the queue, is what remembers.
 * - `stackTraceLimit` and `sizeLimit`: five kept stacks make a failed job 10 KB instead of 3.
 */
export const JOB_OPTIONS = {
  attempts: MAX_ATTEMPTS,
  backoff: { type: 'custom' },
  removeOnComplete: { age: 3_600, count: 10_000 },
  removeOnFail: { age: 7 * 24 * 3_600, count: 100_000 },
  stackTraceLimit: 1,
  sizeLimit: 1_024,
} as const satisfies JobsOptions;

/** The intake's jobs carry whatever their producers wrote. */
export type Queues = Record<Lane, Queue<JobData>> & Record<typeof INTAKE, Queue<unknown>>;

/**
 * Opens all queues on one connection. `skipWaitingForReady` needs `skipVersionCheck` beside it. On a
 * connection without an offline queue, the first version check fails while Redis is away. BullMQ
 * caches that failure, and the queue would stay broken for ever.
 */
export function openQueues(
  connection: RedisClient,
  prefix: string,
  onError: (error: Error) => void,
  { readOnly = false }: { readOnly?: boolean } = {},
): Queues {
  const open = (lane: Lane) => {
    const queue = new Queue<JobData>(lane, {
      connection,
      prefix,
      defaultJobOptions: JOB_OPTIONS,
      skipWaitingForReady: true,
      skipVersionCheck: true,
      // A queue that is only looked at writes nothing, not even its version.
      skipMetasUpdate: readOnly,
    });
    // Without a listener the queue prints the error with the command that failed. After a change of
    // the password, that command holds the password.
    queue.on('error', onError);
    return queue;
  };
  return {
    transactional: open('transactional'),
    campaign: open('campaign'),
    intake: openIntakeQueue(connection, prefix, onError, readOnly),
  };
}

export async function closeQueues(queues: Queues): Promise<void> {
  await Promise.all(QUEUE_NAMES.map((name) => queues[name].close()));
}

interface JobToAdd {
  name: JobName;
  data: JobData;
  opts: {
    jobId: string;
    delay: number;
    timestamp: number;
    /** See src/tracing/carriedContext.ts. */
    telemetry?: { metadata: string };
  };
}

/**
 * The job that a record needs now. Ids never repeat within a notification: the queue ignores an id
 * it still knows, so adding a job a second time adds nothing.
 */
export function jobFor(record: NotificationRecord, now: number, carried?: string): JobToAdd {
  const { id, generation } = record;
  const name: JobName = wasSent(record) ? 'delivery_check' : 'dispatch';
  const startAt = name === 'delivery_check' ? record.deliveryCheckAt : record.sendAt;
  return {
    name,
    data: { id, generation },
    // A delay counts from the timestamp, which the queue would else take from this machine's clock.
    opts: {
      jobId: jobId(name, record),
      delay: Math.max(0, (startAt ?? now) - now),
      timestamp: now,
      telemetry: carried === undefined ? undefined : { metadata: carried },
    },
  };
}

/**
 * Whether this product added the job: by its id, or by its name where the dashboard has duplicated it.
 * Such a job may outlive its notification.
 */
export function isOwnJob(job: { id?: string; name: string; data: JobData }): boolean {
  const suffix = `-${job.data.id}.${job.data.generation}`;
  return JOB_NAMES.has(job.name) || job.id === `n${suffix}` || job.id === `d${suffix}`;
}

/** Why a job that this product has not added fails in a queue that is the product's own. */
export const FOREIGN_JOB =
  'This queue takes only the jobs that proactive-notifier adds. Add the request to the queue intake, under the same prefix.';

/** Ours are `n-ID.GENERATION` and `d-ID.GENERATION`; a duplicate's is a number. */
const JOB_ID = /^(?:[nd]-[A-Za-z0-9._-]{1,128}\.\d{1,9}|\d{1,15})$/;

/** Whether a job's id may be logged and shown: one that another program chose may be an address. */
export function isOwnJobId(id: unknown): id is string {
  return typeof id === 'string' && JOB_ID.test(id);
}

/** The ids of all jobs that a generation can have. */
export function jobIds(record: NotificationRecord): string[] {
  return [jobId('dispatch', record), jobId('delivery_check', record)];
}

function jobId(name: JobName, { id, generation }: NotificationRecord): string {
  return `${name === 'delivery_check' ? 'd' : 'n'}-${id}.${generation}`;
}

/** The delivery check's job also carries on with the next channel when the message did not arrive. */
function wasSent(record: NotificationRecord): boolean {
  return record.legs.some(
    (leg) =>
      leg.generation === record.generation &&
      (leg.outcome === 'sent' || leg.outcome === 'undelivered'),
  );
}

/**
 * Adds the jobs of these records: one round trip for each lane.
 *
 * @param carriedTo the trace that each belongs to; the active one when left out
 */
export async function addJobs(
  queues: Queues,
  records: readonly NotificationRecord[],
  now: number,
  carriedTo: (record: NotificationRecord) => string | undefined = () => carry(),
): Promise<void> {
  await Promise.all(
    LANES.map(async (lane) => {
      const jobs = records
        .filter((record) => record.lane === lane)
        .map((record) => jobFor(record, now, carriedTo(record)));
      const [first, ...others] = jobs;
      if (first === undefined) return;
      // One command; a bulk of one would be a transaction of three.
      if (others.length === 0) await queues[lane].add(first.name, first.data, first.opts);
      else await queues[lane].addBulk(jobs);
    }),
  );
}

/**
 * Has the job of a record run now, wherever it stands: it waits for its time, has ended, or is gone.
 * One that runs already is left alone.
 */
export async function startJobNow(
  queues: Queues,
  record: NotificationRecord,
  now: number,
): Promise<void> {
  const queue = queues[record.lane];
  const { jobId } = jobFor(record, now).opts;
  const job = await queue.getJob(jobId);
  if (job !== undefined && job.finishedOn === undefined) return promoted(job);
  await job?.remove();
  await addJobs(queues, [record], now);
  // The process that sent may have added it just before, for the time of its check: then it stands as that.
  const added = await queue.getJob(jobId);
  if (added !== undefined) await promoted(added);
}

/** Promoting a job that has just started is refused, and that is well. */
export async function promoted(job: Job): Promise<void> {
  await job.promote().catch((error: unknown) => {
    if (isRedisFault(error)) throw error;
  });
}
