import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { platformId } from '../platformId.js';
import { absentAsNull } from './contacts.js';
import { type ConversationQuery, ConversationSummary } from './conversations.js';
import { optionalText } from './messages.js';

/** Genesys: AsyncConversationQuery. As a query, but its results have no pages: a cursor leads on. */
export interface ConversationJobQuery extends Omit<ConversationQuery, 'paging'> {
  /** The most conversations the job finds. */
  limit?: number;
  /** Whether what *started on a day* of the interval matches, as with a query; else what was active. */
  startOfDayIntervalMatching?: boolean;
}

const StartedJob = z.object({ jobId: platformId });

/** A state this client does not know is not the last one. */
const JobStatus = z.object({
  state: z
    .enum(['QUEUED', 'PENDING', 'FAILED', 'CANCELLED', 'FULFILLED', 'EXPIRED'])
    .or(z.string().transform(() => 'PENDING' as const)),
});

const JobResults = z.object({
  conversations: z.array(ConversationSummary).default([]),
  /** Leads to the next results; absent with the last. */
  cursor: optionalText,
  /** What happened later is not in the results (ISO 8601). */
  dataAvailabilityDate: optionalText,
});

export type ConversationJob = z.infer<typeof JobStatus>;
export type ConversationJobResults = z.infer<typeof JobResults>;

/** Queries for conversations that the platform answers in its own time, however many there are. */
export class AnalyticsJobs {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  start(query: ConversationJobQuery, options: CallOptions): Promise<CallResult<{ jobId: string }>> {
    return this.#caller.read('conversation-job-start', options, {
      answer: StartedJob,
      run: ({ sdk }) => sdk.conversations.postAnalyticsConversationsDetailsJobs(query),
    });
  }

  async get(jobId: string, options: CallOptions): Promise<CallResult<ConversationJob | null>> {
    return absentAsNull(
      await this.#caller.read('conversation-job', options, {
        answer: JobStatus,
        run: ({ sdk }) => sdk.conversations.getAnalyticsConversationsDetailsJob(jobId),
      }),
    );
  }

  results(
    jobId: string,
    page: { cursor?: string; pageSize: number },
    options: CallOptions,
  ): Promise<CallResult<ConversationJobResults>> {
    return this.#caller.read('conversation-job-results', options, {
      answer: JobResults,
      run: ({ sdk }) => sdk.conversations.getAnalyticsConversationsDetailsJobResults(jobId, page),
    });
  }

  /** `null` when the platform does not know the job, or not any more. */
  async cancel(jobId: string, options: CallOptions): Promise<CallResult<null>> {
    const result = absentAsNull(
      await this.#caller.read('conversation-job-cancel', options, {
        answer: z.unknown().transform(() => null),
        run: ({ sdk }) => sdk.conversations.deleteAnalyticsConversationsDetailsJob(jobId),
      }),
    );
    // A 204 has no body, and whatever another 2xx holds does not matter.
    if (result.ok || result.failure.kind !== 'malformed') return result;
    const { kind: _kind, ...answered } = result.failure;
    return { ok: true, ...answered, data: null };
  }
}
