import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { matchingConversations } from '../analytics/details.js';
import { isActiveIn, parseJobQuery, touchesDayOf } from '../analytics/query.js';
import { viewOf } from '../analytics/view.js';
import {
  type Answer,
  accepted,
  badRequest,
  notFound,
  parseBody,
  tooManyRequests,
} from '../answer.js';
import type { Call } from '../platform/call.js';
import type { Conversation } from '../population/population.js';
import type { World } from '../state.js';

type State = 'QUEUED' | 'PENDING' | 'FAILED' | 'CANCELLED' | 'FULFILLED' | 'EXPIRED';

export interface DetailsJob {
  id: string;
  submittedAt: number;
  /** Later conversations are not in the results. Epoch milliseconds. */
  dataUntil: number;
  ends: 'FULFILLED' | 'FAILED' | 'never';
  /** It is EXPIRED once so many pages of results were read. */
  expiresAfterPages: number;
  pagesRead: number;
  cancelled: boolean;
  found: Conversation[];
}

/** What a 429 for too many jobs at once names. */
const CONCURRENCY_LIMIT = 'details.jobs.concurrent.access.max';
const RETRY_SECONDS = '10';
/** How long results are kept is not documented. */
const KEPT_MS = 24 * 3_600_000;

function stateOf({ settings, now }: World, job: DetailsJob): State {
  if (job.cancelled) return 'CANCELLED';
  if (job.pagesRead >= job.expiresAfterPages) return 'EXPIRED';
  const age = now() - job.submittedAt;
  if (age < settings.jobDurationMs / 2) return 'QUEUED';
  if (age < settings.jobDurationMs || job.ends === 'never') return 'PENDING';
  return age < settings.jobDurationMs + KEPT_MS ? job.ends : 'EXPIRED';
}

const isRunning = (state: State): boolean => state === 'QUEUED' || state === 'PENDING';

/** Genesys: POST /analytics/conversations/details/jobs, 202. It finds what is there at that moment. */
export function startDetailsJob(world: World, { body }: Call): Answer {
  const parsed = parseJobQuery(body, world.settings.predicatesPerFilter);
  if (!parsed.ok) return parsed.refusal;
  const { concurrentJobs, dataAvailabilityLagMs } = world.settings;
  const running = world.detailsJobs.list().filter((job) => isRunning(stateOf(world, job)));
  if (running.length >= concurrentJobs) {
    const limit = { key: CONCURRENCY_LIMIT, namespace: 'analytics', value: concurrentJobs };
    return tooManyRequests(RETRY_SECONDS, limit);
  }
  const { interval, startOfDayIntervalMatching, limit } = parsed.value;
  const dataUntil = world.now() - dataAvailabilityLagMs;
  const found = matchingConversations(world, parsed.value, (conversation) => {
    const within = startOfDayIntervalMatching
      ? touchesDayOf(interval, conversation.startedAt)
      : isActiveIn(interval, conversation);
    return within && conversation.startedAt <= dataUntil;
  });
  const { faults } = world;
  const expires = faults.takeBehaviour('job-expires');
  const job: DetailsJob = {
    id: randomUUID(),
    submittedAt: world.now(),
    dataUntil,
    ends:
      faults.takeBehaviour('job-fails') !== null
        ? 'FAILED'
        : faults.takeBehaviour('job-stuck') !== null
          ? 'never'
          : 'FULFILLED',
    expiresAfterPages: expires?.afterPages ?? Number.POSITIVE_INFINITY,
    pagesRead: 0,
    cancelled: false,
    found: found.slice(0, limit).map(({ conversation }) => conversation),
  };
  world.detailsJobs.add(job.id, job);
  return accepted({ jobId: job.id }, 202);
}

const NO_JOB = 'The job was not found.';

/** Genesys: AsyncQueryStatus. */
export function getDetailsJob(world: World, { id }: Call): Answer {
  const job = world.detailsJobs.get(id);
  if (job === undefined) return notFound(NO_JOB);
  const state = stateOf(world, job);
  const doneAt = job.submittedAt + world.settings.jobDurationMs;
  return accepted({
    state,
    ...(state === 'FAILED' ? { errorMessage: 'The job failed.' } : {}),
    submissionDate: new Date(job.submittedAt).toISOString(),
    ...(state === 'FULFILLED'
      ? {
          completionDate: new Date(doneAt).toISOString(),
          expirationDate: new Date(doneAt + KEPT_MS).toISOString(),
        }
      : {}),
  });
}

const resultsSchema = z.strictObject({
  cursor: z.string().min(1).optional(),
  pageSize: z.coerce.number().int().min(1).default(1000),
});

const cursorOf = (jobId: string, offset: number): string =>
  Buffer.from(`${jobId} ${offset}`).toString('base64url');

/** Null when the cursor is not one of this job. */
function offsetOf(jobId: string, cursor: string | undefined): number | null {
  if (cursor === undefined) return 0;
  const [id, offset] = Buffer.from(cursor, 'base64url').toString().split(' ');
  return id === jobId && offset !== undefined ? Number(offset) : null;
}

/**
 * Genesys: AnalyticsConversationAsyncQueryResponse; a cursor leads to the next page, and the last one has
 * none. What the platform answers before a job is fulfilled is not documented: a 400 here.
 */
export function getDetailsJobResults(world: World, { id, query }: Call): Answer {
  const parsed = parseBody(resultsSchema, query);
  if (!parsed.ok) return parsed.refusal;
  const { cursor, pageSize } = parsed.value;
  const { jobPageSize } = world.settings;
  if (pageSize > jobPageSize) {
    return badRequest(`pageSize must be at most ${jobPageSize}`, 'pageSize');
  }
  const job = world.detailsJobs.get(id);
  if (job === undefined) return notFound(NO_JOB);
  const state = stateOf(world, job);
  if (state !== 'FULFILLED') return badRequest(`The job has no results: it is ${state}.`);
  const offset = offsetOf(id, cursor);
  if (offset === null) return badRequest('The cursor is not valid.', 'cursor');

  job.pagesRead += 1;
  const next = offset + pageSize;
  const conversations = job.found
    .slice(offset, next)
    .flatMap((conversation) => viewOf(world, conversation)?.body({ attributes: true }) ?? []);
  return accepted({
    conversations,
    ...(next < job.found.length ? { cursor: cursorOf(id, next) } : {}),
    dataAvailabilityDate: new Date(job.dataUntil).toISOString(),
  });
}

/** Genesys: DELETE …/jobs/{jobId} cancels it. */
export function cancelDetailsJob(world: World, { id }: Call): Answer {
  const job = world.detailsJobs.get(id);
  if (job === undefined) return notFound(NO_JOB);
  job.cancelled = true;
  return accepted({}, 204);
}

/** Genesys: DataAvailabilityResponse. */
export function getJobsAvailability(world: World): Answer {
  const at = world.now() - world.settings.dataAvailabilityLagMs;
  return accepted({ dataAvailabilityDate: new Date(at).toISOString() });
}
