import type { Logger } from 'pino';
import type { EventFeed } from '../events/eventFeed.js';
import { isOpenedByNews } from '../notification/attempt.js';
import type { Snapshot } from '../notification/codec.js';
import { keep } from '../notification/decision.js';
import type { Ledger } from '../notification/ledger.js';
import { type NotificationRecord, queued } from '../notification/record.js';
import type { SearchIndex } from '../notification/searchIndex.js';
import { type SweepFinding, sweep, takeOver } from '../notification/settlement.js';
import { redactedError } from '../ops/logger.js';
import { addJobs, jobFor, MAX_ATTEMPTS, promoted, type Queues } from '../queue/jobs.js';
import { LostJobs } from '../queue/lostJobs.js';
import type { SendingPause } from '../queue/sendingPause.js';
import { LastRuns } from '../redis/lastRuns.js';
import { Lease } from '../redis/lease.js';
import type { RedisClient } from '../redis/redisClient.js';
import { redisFaultOf } from '../redis/redisFault.js';
import type { SuppressionList } from '../suppression/suppressionList.js';

/** What the sweeper had to see to, for the metrics. */
export type SweeperFind =
  | SweepFinding
  | 'missing_job'
  | 'job_in_no_list'
  | 'job_lost_too_often'
  | 'unreadable';

const DESCRIPTIONS = {
  missing_job: 'the job was missing in the queue; the sweeper added it',
  job_in_no_list: 'the job stood in no list of the queue; the sweeper added it again',
} as const;

const TICK_MS = 2_000;
const FORGETS_EVERY_MS = 60_000;
const LEASE_MS = 15_000;
const BATCH = 200;
const AT_A_TIME = 20;
const UNJUDGED_AGAIN_MS = 60_000;

/**
 * Makes sure that every notification ends. It reads the records whose next check is due and asks of
 * each: is it past its deadline? did the owner of its intent vanish? is there still a job for it? It
 * finds what the queue alone would lose:
 * - an api that was killed between ledger and job,
 * - jobs that an operator removed, or whose list was deleted,
 * - jobs that the queue failed because their workers died too often.
 * One sweeper works at a time, by a lease. Two at once would do no harm, since each change is
 * decided upon the record as it is.
 */
export class Sweeper {
  readonly #ledger: Ledger;
  readonly #queues: Queues;
  readonly #log: Logger;
  readonly #sendingPause: SendingPause | undefined;
  readonly #onFind: (finding: SweeperFind) => void;
  readonly #noteRedis: (error: unknown) => boolean;
  readonly #lostJobs: LostJobs;
  readonly #lease: Lease;
  readonly #lastRuns: LastRuns;
  readonly #search: SearchIndex | undefined;
  readonly #events: { feed: Pick<EventFeed, 'forgetOld'>; retentionMs: number } | undefined;
  readonly #suppressions: SuppressionList | undefined;
  readonly #redis: RedisClient;
  #forgotAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(parts: {
    ledger: Ledger;
    queues: Queues;
    redis: RedisClient;
    prefix: string;
    log: Logger;
    sendingPause?: SendingPause;
    /** Whose outcomes are forgotten after their time. */
    search?: SearchIndex;
    /** The feed, and how long its events are kept (ms). */
    events?: { feed: Pick<EventFeed, 'forgetOld'>; retentionMs: number };
    /** Whose entries are removed after their end. */
    suppressions?: SuppressionList;
    onFind?: (finding: SweeperFind) => void;
    /** Takes note of an error if it is one of Redis'; whether it was. */
    noteRedis?: (error: unknown) => boolean;
  }) {
    this.#ledger = parts.ledger;
    this.#queues = parts.queues;
    this.#log = parts.log;
    this.#sendingPause = parts.sendingPause;
    this.#onFind = parts.onFind ?? (() => undefined);
    this.#noteRedis = parts.noteRedis ?? (() => false);
    this.#lostJobs = new LostJobs(parts.redis, parts.prefix);
    this.#search = parts.search;
    this.#events = parts.events;
    this.#suppressions = parts.suppressions;
    this.#redis = parts.redis;
    this.#lastRuns = new LastRuns(parts.redis, parts.prefix);
    this.#lease = new Lease(parts.redis, parts.ledger.keys.sweeper, LEASE_MS);
  }

  start(): void {
    this.#stopped = false;
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#sweeping;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#sweeping = this.#tick().finally(() => this.#schedule());
    }, TICK_MS);
  }

  async #tick(): Promise<void> {
    try {
      if (await this.#sendingPause?.enforce()) this.#log.warn('sweeper paused the queues again');
      let more = true;
      while (more && !this.#stopped) {
        if (!(await this.#lease.take())) return;
        const now = await this.#ledger.clock.current();
        await this.#forget(now);
        more = (await this.sweepOnce(now)) === BATCH;
        await this.#lastRuns.note('sweeper', now);
      }
    } catch (error) {
      if (this.#noteRedis(error)) return;
      this.#log.error({ error: redactedError(error) }, 'sweep failed');
    }
  }

  /** Now and then, has old outcomes, events and ended suppressions forgotten. A failure must not keep the sweeper from its work. */
  async #forget(now: number): Promise<void> {
    if (now - this.#forgotAt < FORGETS_EVERY_MS) return;
    this.#forgotAt = now;
    await this.#search?.forgetOutcomes(this.#redis, now).catch((error: unknown) => {
      this.#log.error({ error: redactedError(error) }, 'old outcomes could not be forgotten');
    });
    const { feed, retentionMs = 0 } = this.#events ?? {};
    await feed?.forgetOld(now, retentionMs).catch((error: unknown) => {
      this.#log.error({ error: redactedError(error) }, 'old events could not be forgotten');
    });
    await this.#suppressions?.forgetEnded().catch((error: unknown) => {
      this.#log.error({ error: redactedError(error) }, 'ended suppressions could not be removed');
    });
  }

  /** Looks after one batch of what is due at `now` (epoch ms); answers how many that were. */
  async sweepOnce(now: number): Promise<number> {
    const ids = await this.#ledger.due(now, BATCH);
    for (let start = 0; start < ids.length; start += AT_A_TIME) {
      await Promise.all(ids.slice(start, start + AT_A_TIME).map((id) => this.#lookAfter(id, now)));
    }
    return ids.length;
  }

  /** One that cannot be looked after (unreadable, say) must not keep all others waiting. */
  async #lookAfter(id: string, now: number): Promise<void> {
    try {
      await this.#judge(id, now);
    } catch (error) {
      // A Redis that fails says nothing about this notification.
      if (redisFaultOf(error) !== undefined) throw error;
      this.#log.error(
        { notificationId: id, error: redactedError(error) },
        'sweeper could not read a record; it looks again later',
      );
      this.#onFind('unreadable');
      await this.#ledger.postpone(id, now + UNJUDGED_AGAIN_MS);
    }
  }

  async #judge(id: string, now: number): Promise<void> {
    const seen = await this.#ledger.snapshot(id);
    if (seen === undefined) return this.#ledger.recheck(id, undefined, now);
    const { next, result: finding } = sweep(seen.record, now);
    if (next !== undefined) {
      if (!(await this.#ledger.replace(seen, next))) return;
      this.#log.warn({ notificationId: id, finding }, 'sweeper settled');
      this.#onFind(finding);
      return;
    }
    if (finding === 'needs_job') return this.#ensureJob(id, seen, now);
    return this.#ledger.recheck(id, seen, now);
  }

  async #ensureJob(id: string, seen: Snapshot, now: number): Promise<void> {
    const { record } = seen;
    const spec = jobFor(record, now);
    const job = await this.#queues[record.lane].getJob(spec.opts.jobId);
    const isInNoList =
      job !== undefined &&
      job.finishedOn === undefined &&
      (await this.#lostJobs.isLost(record.lane, spec.opts.jobId));
    if (job !== undefined && job.finishedOn === undefined && !isInNoList) {
      // The process that heard the news died before it started the job, which waits for the time of its check.
      if (isOpenedByNews(record) && job.attemptsStarted === 0) await promoted(job);
      return this.#ledger.recheck(id, seen, now);
    }
    // The job is gone, has ended, or stands where no worker looks, while its notification lives. One
    // that stands as `accepted` has done nothing wrong: its job was never added, or ended before a
    // late answer set it free. Nor has one whose queue was emptied while it waited.
    const hasEnded = job !== undefined && !isInNoList;
    const usesAttempt = record.state !== 'accepted' && (hasEnded || record.state === 'processing');
    const { next, result } = usesAttempt
      ? takeOver(record, MAX_ATTEMPTS, now)
      : keep('queued' as const);
    if (next !== undefined && !(await this.#ledger.replace(seen, next))) return;
    if (result === 'failed') return this.#onFind('job_lost_too_often');
    await job?.remove();
    const current = next ?? record;
    await addJobs(this.#queues, [current], now);
    const finding = isInNoList ? 'job_in_no_list' : 'missing_job';
    this.#log.warn({ notificationId: id, jobId: spec.opts.jobId, finding }, DESCRIPTIONS[finding]);
    this.#onFind(finding);
    const after = await this.#ledger.snapshot(id);
    if (after === undefined || !sameMoment(after.record, current)) return;
    if (current.state === 'accepted') await this.#ledger.replace(after, queued(current, now));
    else await this.#ledger.recheck(id, after, now);
  }
}

/** Whether the record is unchanged since it was judged. */
function sameMoment(current: NotificationRecord, judged: NotificationRecord): boolean {
  return (
    current.state === judged.state &&
    current.fencingToken === judged.fencingToken &&
    current.generation === judged.generation &&
    current.updatedAt === judged.updatedAt
  );
}
