import { setTimeout as delay } from 'node:timers/promises';
import { type Context, context } from '@opentelemetry/api';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Logger } from 'pino';
import type { State } from '../notification/state.js';
import { redactedError, throttle } from '../ops/logger.js';
import type { AcceptResult } from '../queue/acceptor.js';
import {
  conflictIntakeSentence,
  INTAKE,
  INTAKE_RETENTION,
  type IntakeMark,
  invalidIntakeSentence,
  readIntakeMark,
  withIntakeId,
} from '../queue/intakeJob.js';
import { LOCK_MS, STALLED_LOOKED_AT_EVERY_MS } from '../queue/jobs.js';
import type { RedisClient } from '../redis/redisClient.js';
import { redisFaultOf } from '../redis/redisFault.js';
import { carriedBy } from '../tracing/carriedContext.js';
import { inProcessSpan } from '../tracing/messagingSpans.js';
import { AcceptanceBatch } from './acceptanceBatch.js';
import { replaceUnreadableData } from './foreignJob.js';

/** What became of an intake job, for the metric. */
export type IntakeOutcome =
  | 'accepted'
  | 'existing'
  | 'invalid'
  | 'conflict'
  | 'backlog_full'
  | 'redis_full'
  | 'unavailable';

/** What a producer reads as the job's return value. */
interface Accepted {
  id: string;
  state: State | 'gone';
}

type Rest = 'put_back' | 'clock';

export interface IntakeWorkerParts {
  connection: RedisClient;
  prefix: string;
  log: Logger;
  /** `origins`: the trace of each input. */
  acceptAll: (inputs: readonly unknown[], origins: readonly Context[]) => Promise<AcceptResult[]>;
  /** Where a notification stands now. */
  stateOf: (id: string) => Promise<State | undefined>;
  count: (outcome: IntakeOutcome) => void;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis: (error: unknown) => boolean;
}

/** Jobs at a time. Their acceptances share round trips: see `AcceptanceBatch`. */
const CONCURRENCY = 100;
/** A job that was put back because Redis is away returns after this long. */
const UNAVAILABLE_AGAIN_MS = 2_000;
/** How long no job is taken after one had to be put back. */
const REST_MS = 1_000;
const MOST_STALLS = 100;

/**
 * Accepts what other programs put into the intake queue with BullMQ itself.
 *
 * It asks nothing of the platform, so it goes on while the circuit breaker is open, while the gate is
 * closed and while sending is paused: as the api does.
 *
 * | the worker dies | what the next attempt finds | what it does |
 * |---|---|---|
 * | before the acceptance | the request | accepts it |
 * | after it, before the mark | the request, and a notification under its id | answers with that one |
 * | after the mark | the mark | completes the job, or fails it with the same sentence |
 *
 * - A job that cannot be accepted now is put back and uses no attempt: `attempts` is the producer's
 *   option, and is 1 when left out.
 * - `maxStalledCount`: a job that BullMQ fails by itself would be a request that is lost. The bound
 *   only ends a job that kills every worker.
 */
export class IntakeWorker {
  readonly #parts: IntakeWorkerParts;
  readonly #worker: Worker<unknown, Accepted>;
  readonly #acceptances: AcceptanceBatch;
  readonly #stopping = new AbortController();
  readonly #logFailure: (error: unknown) => void;
  #lastStart = performance.now();
  #active = 0;
  /** Why no new job is taken; none is as long as there is any reason. */
  readonly #resting = new Set<Rest>();
  #started = false;

  constructor(parts: IntakeWorkerParts) {
    this.#parts = parts;
    this.#acceptances = new AcceptanceBatch(parts.acceptAll);
    const logFailure = throttle((error: unknown) =>
      parts.log.error(
        { queue: INTAKE, error: redactedError(error) },
        'acceptance failed; the job was put back',
      ),
    );
    this.#logFailure = (error) => {
      if (!parts.noteRedis(error)) logFailure(error);
    };
    this.#worker = this.#open();
  }

  /** When a job was last taken, by the monotonic clock (ms): readiness is judged by progress. */
  get lastStart(): number {
    return this.#lastStart;
  }

  /** Whether it could take a job now that waits. */
  get isFree(): boolean {
    return this.#active < CONCURRENCY && this.#resting.size === 0;
  }

  /** What the tokens of its locks begin with. */
  get lockId(): string {
    return this.#worker.id;
  }

  /** Looks for stalled jobs now, and goes on doing so at its intervals. */
  async checkStalled(): Promise<void> {
    if (this.#started && this.#resting.size === 0) await this.#worker.startStalledCheckTimer();
  }

  start(): void {
    this.#started = true;
    if (this.#resting.size > 0) return;
    this.#worker.run().catch((error: unknown) => {
      this.#parts.log.error({ queue: INTAKE, error: redactedError(error) }, 'worker ended');
    });
  }

  /** Takes no new jobs; what is being accepted is finished. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#worker.close();
  }

  #open(): Worker<unknown, Accepted> {
    const { connection, prefix, log, noteRedis } = this.#parts;
    const worker = new Worker<unknown, Accepted>(INTAKE, (job, token) => this.#run(job, token), {
      connection,
      prefix,
      concurrency: CONCURRENCY,
      autorun: false,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_LOOKED_AT_EVERY_MS,
      maxStalledCount: MOST_STALLS,
      ...INTAKE_RETENTION,
    });
    const logError = throttle((error: Error) =>
      log.error({ queue: INTAKE, error: redactedError(error) }, 'queue error'),
    );
    worker.on('error', (error) => {
      if (noteRedis(error)) void this.#restAWhile();
      else logError(error);
    });
    worker.on('stalled', (jobId) => {
      log.warn({ queue: INTAKE }, 'intake job of a lost worker is taken up');
      void replaceUnreadableData(connection, `${prefix}:${INTAKE}:${jobId}`).catch(logError);
    });
    worker.on('failed', (job) => void this.#afterFailure(job).catch(logError));
    return worker;
  }

  async #run(job: Job<unknown, Accepted>, token: string | undefined): Promise<Accepted> {
    this.#lastStart = performance.now();
    this.#active += 1;
    try {
      const message = { queue: INTAKE, addedIn: carriedBy(job) };
      return await inProcessSpan(message, () => this.#conclude(job, token));
    } catch (error) {
      if (error instanceof UnrecoverableError || error instanceof DelayedError) throw error;
      // BullMQ would fail the job for ever when the producer allowed one attempt.
      this.#logFailure(error);
      return await this.#putBack(job, token, 'unavailable', UNAVAILABLE_AGAIN_MS);
    } finally {
      this.#active -= 1;
    }
  }

  async #conclude(job: Job<unknown, Accepted>, token: string | undefined): Promise<Accepted> {
    keepAsConfigured(job);
    const jobId = job.id ?? '';
    const mark = readIntakeMark(job.data, jobId);
    if (mark !== undefined) return this.#concludeMarked(mark);
    const input = withIntakeId(job.data, { id: jobId, timestamp: job.timestamp });
    const result = await this.#acceptances.accept(input, context.active());
    switch (result.status) {
      case 'accepted':
      case 'existing':
        return this.#complete(job, result.status, {
          id: result.id,
          state: result.record.state,
        });
      case 'invalid':
        return this.#refuse(job, 'invalid', invalidIntakeSentence(result.problems));
      case 'conflict':
        return this.#refuse(job, 'conflict', conflictIntakeSentence(result));
      case 'backlog_full':
      case 'redis_full':
        return this.#putBack(job, token, result.status, result.retryAfterMs);
      case 'error':
        this.#logFailure(result.error);
        return this.#putBack(job, token, 'unavailable', UNAVAILABLE_AGAIN_MS);
      case 'unavailable':
        this.#logFailure(result);
        return this.#putBack(job, token, 'unavailable', UNAVAILABLE_AGAIN_MS);
      default:
        return result satisfies never;
    }
  }

  async #concludeMarked(mark: IntakeMark): Promise<Accepted> {
    if ('refused' in mark) throw refusal(mark.refused);
    const { accepted: id } = mark;
    return { id, state: (await this.#parts.stateOf(id)) ?? 'gone' };
  }

  async #complete(
    job: Job<unknown, Accepted>,
    outcome: IntakeOutcome,
    accepted: Accepted,
  ): Promise<Accepted> {
    await this.#mark(job, { accepted: accepted.id, ofJob: job.id ?? '' });
    this.#parts.log.debug({ notificationId: accepted.id, outcome }, 'intake job accepted');
    this.#parts.count(outcome);
    return accepted;
  }

  async #refuse(
    job: Job<unknown, Accepted>,
    outcome: IntakeOutcome,
    sentence: string,
  ): Promise<never> {
    await this.#mark(job, { refused: sentence, ofJob: job.id ?? '' });
    this.#parts.log.warn({ queue: INTAKE, outcome }, 'intake job refused');
    this.#parts.count(outcome);
    throw refusal(sentence);
  }

  /** Takes the request out of the job, before the job ends: from here on no address is in it. */
  async #mark(job: Job<unknown, Accepted>, mark: IntakeMark): Promise<void> {
    await job.updateData(mark);
  }

  /**
   * Has the job return later, without using an attempt. Where Redis refuses even that, it is tried
   * again. A job that cannot be put back stays active until its lock ends; then a worker takes it
   * again.
   */
  async #putBack(
    job: Job<unknown, Accepted>,
    token: string | undefined,
    outcome: IntakeOutcome,
    forMs: number,
  ): Promise<never> {
    this.#parts.count(outcome);
    void this.#restAWhile();
    while (!(await this.#isMoved(job, token, forMs)) && !this.#stopping.signal.aborted) {
      const { signal } = this.#stopping;
      await delay(REST_MS, undefined, { signal }).catch(() => undefined);
    }
    throw new DelayedError();
  }

  /** Whether the job was put back, or is no longer this worker's to put back. */
  async #isMoved(
    job: Job<unknown, Accepted>,
    token: string | undefined,
    forMs: number,
  ): Promise<boolean> {
    try {
      await job.moveToDelayed(Date.now() + forMs, token);
      return true;
    } catch (error) {
      this.#logFailure(error);
      return redisFaultOf(error) === undefined;
    }
  }

  /** A job that BullMQ has failed by itself still holds the request. */
  async #afterFailure(job: Job<unknown, Accepted> | undefined): Promise<void> {
    if (job === undefined || job.finishedOn === undefined) return;
    const jobId = job.id ?? '';
    if (readIntakeMark(job.data, jobId) !== undefined) return;
    this.#parts.log.error({ queue: INTAKE }, 'intake job failed: its workers died too often');
    await this.#mark(job, { refused: job.failedReason, ofJob: jobId });
  }

  /** Without it, a full backlog would send the whole queue through this worker again and again. */
  async #restAWhile(): Promise<void> {
    if (this.#resting.has('put_back')) return;
    try {
      await this.#rest('put_back');
      await delay(REST_MS, undefined, { signal: this.#stopping.signal });
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#logFailure(error);
    }
    await this.#goOn('put_back').catch(this.#logFailure);
  }

  /** While the clock of this machine is wrong, no new job is taken: BullMQ reads delays by it. */
  async clockIsWrong(isWrong: boolean): Promise<void> {
    await (isWrong ? this.#rest('clock') : this.#goOn('clock'));
  }

  async #rest(reason: Rest): Promise<void> {
    this.#resting.add(reason);
    await this.#worker.pause(true);
  }

  async #goOn(reason: Rest): Promise<void> {
    this.#resting.delete(reason);
    if (this.#resting.size > 0 || this.#stopping.signal.aborted || !this.#started) return;
    await this.#worker.resume();
  }
}

/** Fails a job at once, whatever number of attempts it has. The sentence says it all; no stack is kept. */
function refusal(sentence: string): UnrecoverableError {
  const error = new UnrecoverableError(sentence);
  error.stack = '';
  return error;
}

/**
 * A job's own retention goes before the worker's. A producer that does not know this product leaves
 * it out or keeps everything for ever; only "remove at once" is granted.
 */
function keepAsConfigured({ opts }: Job): void {
  const { removeOnComplete, removeOnFail } = INTAKE_RETENTION;
  if (opts.removeOnComplete !== true) opts.removeOnComplete = removeOnComplete;
  if (opts.removeOnFail !== true) opts.removeOnFail = removeOnFail;
}
