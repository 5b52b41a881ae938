import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { DelayedError, type Job, RateLimitError, UnrecoverableError, Worker } from 'bullmq';
import type { Logger } from 'pino';
import type { AttemptOutcome } from '../dispatch/jobAttempt.js';
import { backoffMs, DELAYS } from '../notification/delays.js';
import { LANES, type Lane } from '../notification/state.js';
import { redactedError, throttle } from '../ops/logger.js';
import {
  FOREIGN_JOB,
  isOwnJob,
  isOwnJobId,
  type JobData,
  LIMITER_MAX,
  LOCK_MS,
  readJobData,
  STALLED_LOOKED_AT_EVERY_MS,
} from '../queue/jobs.js';
import type { RedisClient } from '../redis/redisClient.js';
import { inAttemptSpan } from './attemptSpan.js';
import { type BreakerReason, CircuitBreaker } from './circuitBreaker.js';
import { replaceUnreadableData, stripForeignJob } from './foreignJob.js';

/** A failure after which the attempt shall be repeated. Its message is a code, never a value. */
class RetryableError extends Error {
  override name = 'RetryableError' as const;
  readonly reason: string;
  /** What the platform asked for; absent when it asked for nothing. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: string, retryAfterMs?: number) {
    super(reason);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface QueueWorkersParts {
  connection: RedisClient;
  prefix: string;
  concurrency: number;
  log: Logger;
  /** Redis' time (epoch ms). */
  now: () => number;
  process: (job: JobData, signal: AbortSignal) => Promise<AttemptOutcome>;
  /** Whether access looks repaired, by a question that reaches no customer. */
  isRepaired: (reason: BreakerReason) => Promise<boolean>;
  /** Called each time a job is refused for lack of access. */
  onHold: (reason: BreakerReason) => Promise<void>;
  /** Called each time the circuit breaker has changed. */
  onBreakerChange: () => void;
  /** Called for each job that another program has added to a queue of ours. */
  onForeignJob: (lane: Lane) => void;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis: (error: unknown) => boolean;
}

/** Whether the job got as far as the platform, so that its end says something about our access. */
function askedThePlatform(outcome: AttemptOutcome): boolean {
  if (outcome.kind === 'failed' || outcome.kind === 'retry') return true;
  return outcome.kind === 'done' && !['gone', 'cancelled', 'expired'].includes(outcome.state);
}

const BREATH_MS = 1_000;

/**
 * The workers of both queues in this process, and what the queue does with each outcome.
 *
 * Each queue has places of its own: campaign jobs that wait would else hold every place there is,
 * and an urgent notification would wait for seconds to start.
 *
 * The settings:
 * - `limiter` is the gate and nothing else, hence the absurd maximum. Without any limiter, a closed
 *   gate would keep no job from starting.
 * - `maximumRateLimitDelay`: how often a worker that waits for a closed gate looks whether it was
 *   opened early.
 * - `lockDuration` outlives a Redis failover: `LOCK_MS`. What a killed worker held goes on before that,
 *   by its missing heartbeats: `LostWorkers`. `maxStalledCount` 3 survives a rolling restart; what is
 *   failed after that, the sweeper takes over.
 */
export class QueueWorkers {
  readonly breaker: CircuitBreaker;
  readonly #workers: Record<Lane, Worker<JobData>>;
  readonly #parts: QueueWorkersParts;
  readonly #stopping = new AbortController();
  /** When a job was last taken, by lane and the monotonic clock (ms): readiness is judged by progress. */
  readonly lastStart: Record<Lane, number>;
  readonly #jobs: Record<Lane, number> = { transactional: 0, campaign: 0 };
  /** Why no new job is taken; none is as long as there is any reason. */
  readonly #resting = new Set<'breaker' | 'redis' | 'clock'>();
  #breathing = false;
  #started = false;

  constructor(parts: QueueWorkersParts) {
    this.#parts = parts;
    // Every job listens; Node takes more than ten listeners for a leak.
    setMaxListeners(0, this.#stopping.signal);
    const now = performance.now();
    this.lastStart = { transactional: now, campaign: now };
    this.#workers = {
      transactional: this.#open('transactional'),
      campaign: this.#open('campaign'),
    };
    this.breaker = new CircuitBreaker(
      {
        pause: () => this.#rest('breaker'),
        resume: async (atATime = parts.concurrency) => {
          for (const lane of LANES) this.#workers[lane].concurrency = atATime;
          await this.#goOn('breaker');
        },
        isRepaired: parts.isRepaired,
        onChange: parts.onBreakerChange,
      },
      parts.log,
      parts.now,
    );
  }

  start(): void {
    this.#started = true;
    if (this.#resting.size > 0) return;
    for (const lane of LANES) {
      this.#workers[lane].run().catch((error: unknown) => {
        this.#parts.log.error({ lane, error: redactedError(error) }, 'worker ended');
      });
    }
  }

  /** Jobs running in this process. */
  get active(): number {
    return this.#jobs.transactional + this.#jobs.campaign;
  }

  /** Jobs running in this process, by queue. */
  get jobs(): Record<Lane, number> {
    return { ...this.#jobs };
  }

  /** What the tokens of its locks begin with, by queue. */
  get lockIds(): Record<Lane, string> {
    return { transactional: this.#workers.transactional.id, campaign: this.#workers.campaign.id };
  }

  /** Whether it takes jobs now; while it does not, it looks for no stalled ones either. */
  get takesJobs(): boolean {
    return this.#started && this.#resting.size === 0 && !this.#stopping.signal.aborted;
  }

  /** Looks for stalled jobs now, and goes on doing so at its intervals. */
  async checkStalled(lane: Lane): Promise<void> {
    await this.#workers[lane].startStalledCheckTimer();
  }

  /** No new jobs; reads are cut short and their jobs go back to the queue; started sends finish. */
  async stop(): Promise<void> {
    this.breaker.stop();
    const closing = this.#each((worker) => worker.close());
    this.#stopping.abort();
    await closing;
  }

  #open(lane: Lane): Worker<JobData> {
    const { connection, prefix, concurrency, log } = this.#parts;
    const worker = new Worker<JobData>(lane, (job, token) => this.#run(lane, job, token), {
      connection,
      prefix,
      concurrency,
      autorun: false,
      limiter: { max: LIMITER_MAX, duration: 1_000 },
      maximumRateLimitDelay: DELAYS.gateLookedAtEvery,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_LOOKED_AT_EVERY_MS,
      maxStalledCount: 3,
      settings: {
        backoffStrategy: (attemptsMade, _type, error) =>
          backoffMs(attemptsMade, error instanceof RetryableError ? error.retryAfterMs : undefined),
      },
    });
    const logError = throttle((error: Error) =>
      log.error({ lane, error: redactedError(error) }, 'queue error'),
    );
    worker.on('error', (error) => {
      if (this.#parts.noteRedis(error)) void this.#catchBreath();
      else logError(error);
    });
    worker.on('stalled', (jobId) => {
      const named = isOwnJobId(jobId) && { jobId };
      log.warn({ lane, ...named }, 'job of a lost worker is taken up');
      void replaceUnreadableData(connection, `${prefix}:${lane}:${jobId}`).catch(logError);
    });
    return worker;
  }

  async #run(lane: Lane, job: Job<JobData>, token: string | undefined): Promise<unknown> {
    this.lastStart[lane] = performance.now();
    this.#jobs[lane] += 1;
    try {
      if (readJobData(job.data) === undefined) return await this.#refuseForeign(lane, job);
      const outcome = await inAttemptSpan(lane, job, () =>
        this.#parts.process(job.data, this.#stopping.signal),
      );
      const isGone = outcome.kind === 'done' && outcome.state === 'gone';
      if (isGone && !isOwnJob(job)) return await this.#refuseForeign(lane, job);
      return await this.#conclude(job, token, outcome);
    } finally {
      this.#jobs[lane] -= 1;
    }
  }

  /** A job that another program has added: completing it would hide that nothing was sent. */
  async #refuseForeign(lane: Lane, job: Job): Promise<never> {
    this.#parts.log.error({ queue: lane }, `foreign job failed: ${FOREIGN_JOB}`);
    this.#parts.onForeignJob(lane);
    await stripForeignJob(job);
    throw new UnrecoverableError(FOREIGN_JOB);
  }

  async #conclude(
    job: Job<JobData>,
    token: string | undefined,
    outcome: AttemptOutcome,
  ): Promise<unknown> {
    if (askedThePlatform(outcome)) await this.breaker.jobPassed();
    switch (outcome.kind) {
      case 'done':
        return { state: outcome.state };
      case 'failed':
        throw new UnrecoverableError(outcome.reason);
      case 'retry':
        throw new RetryableError(outcome.reason, outcome.retryAfterMs);
      case 'park':
        return this.#park(job, token, outcome.until);
      case 'gate_closed':
        // The transport has closed gate and queues together; closing them again from here would
        // start the wait anew.
        throw new RateLimitError();
      case 'hold':
        await this.#hold(outcome.cause);
        return this.#park(job, token, Date.now() + DELAYS.accessDenied);
      default: {
        const never: never = outcome;
        throw new Error(`unhandled outcome ${String(never)}`);
      }
    }
  }

  async #hold(reason: BreakerReason): Promise<void> {
    await this.breaker.trip(reason);
    // The job that was refused must not fail because the notice of it did.
    await this.#parts.onHold(reason).catch((error: unknown) => {
      this.#parts.log.error({ error: redactedError(error) }, 'circuit-breaker callback failed');
    });
  }

  /** Puts the job aside without using one of its attempts. */
  async #park(job: Job<JobData>, token: string | undefined, until: number): Promise<never> {
    await job.moveToDelayed(Math.max(until, Date.now()), token);
    throw new DelayedError();
  }

  /**
   * A Redis that refuses writes (it is full, or no longer the master) answers at once. Without a
   * pause, the workers would ask it ten thousand times a second.
   */
  async #catchBreath(): Promise<void> {
    if (this.#breathing) return;
    this.#breathing = true;
    await this.#rest('redis');
    await setTimeout(BREATH_MS);
    this.#breathing = false;
    await this.#goOn('redis');
  }

  /** While the clock of this machine is wrong, no new job is taken. */
  async clockIsWrong(isWrong: boolean): Promise<void> {
    await (isWrong ? this.#rest('clock') : this.#goOn('clock'));
  }

  async #rest(reason: 'breaker' | 'redis' | 'clock'): Promise<void> {
    this.#resting.add(reason);
    await this.#each((worker) => worker.pause(true));
  }

  async #goOn(reason: 'breaker' | 'redis' | 'clock'): Promise<void> {
    this.#resting.delete(reason);
    if (this.#resting.size > 0 || this.#stopping.signal.aborted || !this.#started) return;
    await this.#each((worker) => worker.resume());
  }

  async #each(work: (worker: Worker<JobData>) => Promise<unknown>): Promise<void> {
    await Promise.all(LANES.map((lane) => work(this.#workers[lane])));
  }
}
