import type { Logger } from 'pino';
import { redactedError } from '../ops/logger.js';
import type { Backlog } from '../queue/backlog.js';
import type { LastRuns } from '../redis/lastRuns.js';
import { Lease } from '../redis/lease.js';
import type { RedisClient } from '../redis/redisClient.js';
import { redisFaultOf } from '../redis/redisFault.js';
import {
  type Campaign,
  type CampaignAtWork,
  type CampaignCounts,
  type CampaignHold,
  CHUNK_ROWS,
  type RowHours,
} from './campaign.js';
import type { EarlierSpending } from './earlierSpending.js';
import { type FailureLimits, judgeFailures } from './failureLimits.js';
import {
  cancel,
  complete,
  expireWaiting,
  pause,
  resumeAfterAccess,
  resumesByItself,
  settled,
  start,
} from './lifecycle.js';
import type { Release, ReleasedRows } from './release.js';
import type { CampaignStore } from './store.js';
import { rowsDealtWith } from './tally.js';
import type { Throughput } from './throughput.js';
import { UnreadableCampaignError } from './unreadableCampaign.js';

/** As many rows of a campaign shall be ready for the workers, or a few seconds' worth of them. */
const READY_AT_LEAST = 100;
const READY_AT_MOST = 2_000;
/** Looks that what is ready shall last for. */
const LASTS_FOR_LOOKS = 4;
/** Rows that wait for something else than a worker: enough is enough. */
const UNFINISHED_AT_MOST = 5_000;

/** Chunks read at a look, at most: in one whose rows all wait there is nothing to release. */
const CHUNKS_A_LOOK = 20;

interface ReleaseWindow {
  ready: number;
  unfinished: number;
}

function flowOf(counts: CampaignCounts): ReleaseWindow {
  const ready = counts.accepted + counts.queued + counts.processing + counts.sending;
  return { ready, unfinished: ready + counts.deferred };
}

/**
 * How many rows of each campaign to release at a look. Few are ready at any time, so that a campaign
 * that is started later finds a short queue, and a pause has little to put aside; more when they are
 * worked off fast. Half of them are worked off before more are released: in batches, a row costs less.
 */
class Flows {
  readonly #readyAfter = new Map<string, number>();

  /** How many to release now, at most so many; to be asked at each look. */
  wanted(campaignId: string, counts: CampaignCounts, most: number): number {
    const { ready, unfinished } = flowOf(counts);
    const workedOff = Math.max(0, (this.#readyAfter.get(campaignId) ?? ready) - ready);
    const target = Math.min(READY_AT_MOST, Math.max(READY_AT_LEAST, workedOff * LASTS_FOR_LOOKS));
    const wanted =
      ready > target / 2
        ? 0
        : Math.max(
            0,
            Math.min(target - ready, UNFINISHED_AT_MOST - unfinished, counts.waiting, most),
          );
    this.#readyAfter.set(campaignId, ready + wanted);
    return wanted;
  }

  /** Forgets all campaigns but these. */
  keepOnly(campaignIds: readonly string[]): void {
    const kept = new Set(campaignIds);
    for (const id of this.#readyAfter.keys()) if (!kept.has(id)) this.#readyAfter.delete(id);
  }
}

const LOOK_EVERY_MS = 500;
/** A process without the lease looks less often; it takes over within lease and look together. */
const LOOK_WITHOUT_LEASE_EVERY_MS = 2_000;
const LEASE_MS = 5_000;
/**
 * How long rows are woken up again after a resume: a worker that has seen the pause may put a row
 * aside a moment after its campaign was resumed.
 */
const WAKE_FOR_MS = 3_000;
/** A pause for lack of access lasts this long at least, or a trial that fails would flicker. */
const PAUSED_FOR_ACCESS_AT_LEAST_MS = 5_000;

export interface FeederParts {
  redis: RedisClient;
  campaigns: CampaignStore;
  release: Release;
  releasedRows: ReleasedRows;
  backlog: Backlog;
  pace: Throughput;
  spending: EarlierSpending;
  /** Where it is noted that it is at work. */
  lastRuns?: LastRuns;
  limits: FailureLimits;
  /** Whether a worker that lives is kept from working by an open circuit breaker. */
  accessIsBroken(): Promise<boolean>;
  /** The content that a template's name stands for now, or undefined when it is not known. */
  templateHash(template: string): Promise<string | undefined>;
  log: Logger;
  /** Whether rows wait a little for what is fetched in bulk for them. */
  prefetch?: CampaignHold;
  /** Absent where no message ever waits for its recipient's hours. */
  hours?: RowHours;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis?: (error: unknown) => boolean;
}

/**
 * Keeps campaigns going: starts those whose time has come, releases rows of the running ones into the
 * queue while few of each are ready there, and completes those that have nothing left. Each process
 * that works runs one, and one at a time is at work, by a lease. Two at once do no harm (see
 * `Release`), and what one leaves half done the next one finds: all that it goes by is in Redis.
 *
 * Campaigns take turns, each with a short queue of its own, so a small one need not wait for a big one.
 * Looks are for a fixed number of commands, whatever the number of rows; while nothing is on the
 * agenda, for one.
 */
export class Feeder {
  readonly #parts: FeederParts;
  readonly #lease: Lease;
  readonly #flows = new Flows();
  /** Campaigns whose records hold none, as far as that has been logged: it is looked twice a second. */
  readonly #unreadable = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #feeding: Promise<number> = Promise.resolve(LOOK_EVERY_MS);
  #stopping = false;

  constructor(parts: FeederParts) {
    this.#parts = parts;
    this.#lease = new Lease(parts.redis, parts.campaigns.keys.feeder, LEASE_MS);
  }

  start(): void {
    this.#schedule(LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#feeding;
    await this.#lease.giveUp().catch(() => undefined);
  }

  /** Looks at what is on the agenda now; `not_mine` when another process does. */
  async feedOnce(): Promise<'fed' | 'not_mine'> {
    const { campaigns } = this.#parts;
    const ids = await campaigns.due(await campaigns.clock.current());
    this.#flows.keepOnly(ids);
    for (const id of ids) {
      if (this.#stopping) break;
      if (!(await this.#lease.take())) return 'not_mine';
      await this.#lookAfter(id, campaigns.clock.now());
    }
    return 'fed';
  }

  #schedule(ms: number): void {
    if (this.#stopping) return;
    this.#timer = setTimeout(() => {
      this.#feeding = this.#tick();
      void this.#feeding.then((next) => this.#schedule(next));
    }, ms);
  }

  /** Answers when to look next (ms from now). */
  async #tick(): Promise<number> {
    try {
      const came = await this.feedOnce();
      const { campaigns, lastRuns } = this.#parts;
      if (came === 'fed') await lastRuns?.note('feeder', campaigns.clock.now());
      return came === 'fed' ? LOOK_EVERY_MS : LOOK_WITHOUT_LEASE_EVERY_MS;
    } catch (error) {
      if (this.#parts.noteRedis?.(error) !== true) {
        this.#parts.log.error({ error: redactedError(error) }, 'feeder failed');
      }
      return LOOK_EVERY_MS;
    }
  }

  /** One that cannot be looked after must not keep the others waiting. */
  async #lookAfter(id: string, now: number): Promise<void> {
    try {
      const seen = await this.#parts.campaigns.look(id);
      if (seen === undefined) await this.#parts.campaigns.forget(id);
      else await this.#feed(seen, now);
      this.#unreadable.delete(id);
    } catch (error) {
      const { log } = this.#parts;
      // A Redis that fails says nothing about this campaign.
      if (redisFaultOf(error) !== undefined) throw error;
      if (error instanceof UnreadableCampaignError) {
        if (!this.#unreadable.has(id)) log.error({ campaignId: id }, error.message);
        this.#unreadable.add(id);
        return;
      }
      log.error(
        { campaignId: id, error: redactedError(error) },
        'feeder cannot look after a campaign',
      );
    }
  }

  async #feed(seen: CampaignAtWork, now: number): Promise<void> {
    const { campaign } = seen;
    switch (campaign.state) {
      case 'ready':
        return this.#startScheduled(campaign, now);
      case 'running':
        return this.#goOn(seen, now);
      case 'paused':
        if (!(await this.#endOverdue(seen, now))) await this.#resumeAfterAccess(campaign, now);
        return;
      case 'cancelled':
        return this.#tellCancelled(campaign);
      case 'importing':
      case 'completed':
        return;
      default:
        throw new Error(`unhandled state ${String(campaign.state satisfies never)}`);
    }
  }

  async #startScheduled({ id, template, templateHash: pinned }: Campaign, now: number) {
    const { campaigns, log } = this.#parts;
    const templateHash = (await this.#parts.templateHash(template)) ?? pinned;
    const result = await campaigns.change(id, (campaign) =>
      (campaign.startAt ?? Number.POSITIVE_INFINITY) > now
        ? { result: undefined }
        : start(campaign, { templateHash }, now),
    );
    if (result?.kind === 'done') log.info({ campaignId: id }, 'campaign started by itself');
    if (result?.kind !== 'refused') return;
    log.warn({ campaignId: id, because: result.because }, 'scheduled campaign cannot start');
    if (result.needs !== undefined) {
      // A version before this one has scheduled it. Written again, it waits for a person.
      await campaigns.change(id, (campaign) => ({ result: undefined, next: campaign }));
      return;
    }
    const reason = `it could not start by itself: ${result.because}`;
    await campaigns.change(id, (campaign) => cancel(campaign, { reason }, now));
  }

  async #goOn(seen: CampaignAtWork, now: number): Promise<void> {
    const { campaign, counts } = seen;
    const { campaigns, releasedRows, pace, spending, prefetch } = this.#parts;
    if (campaign.unsettled) {
      await releasedRows.wake(campaign.id);
      if (now >= campaign.updatedAt + WAKE_FOR_MS) {
        await campaigns.change(campaign.id, (current) => settled(current, campaign));
      }
    }
    await pace.note(campaign.id, rowsDealtWith(counts), now);
    await spending.note(campaign, counts, prefetch, now);
    if (await this.#pausedForFailures(seen, now)) return;
    if (await this.#endOverdue(seen, now)) return;
    if (counts.waiting > 0) return this.#releaseSome(seen);
    if (seen.postponedUntil !== undefined) await this.#finishPostponed(seen);
    await this.#completeIfDone(seen, now);
  }

  async #pausedForFailures({ campaign, counts }: CampaignAtWork, now: number): Promise<boolean> {
    const { campaigns, limits, log } = this.#parts;
    const judgement = judgeFailures(counts, campaign.judged, limits);
    switch (judgement.kind) {
      case 'wait_and_see':
        return false;
      case 'fine':
        await campaigns.change(campaign.id, (current) =>
          resumesByItself(current, judgement.judged),
        );
        return false;
      case 'too_much': {
        const { reason, judged } = judgement;
        await campaigns.change(campaign.id, (current) => pause(current, { reason, judged }, now));
        log.warn({ campaignId: campaign.id, reason }, 'campaign paused by itself');
        return true;
      }
      default:
        throw new Error(`unhandled judgement ${String(judgement satisfies never)}`);
    }
  }

  /** Past its end, nothing more is released; what is released has that end for a deadline. */
  async #endOverdue(seen: CampaignAtWork, now: number): Promise<boolean> {
    const { campaign, counts } = seen;
    const { endAt } = campaign;
    if (endAt === undefined || now < endAt) return false;
    if (counts.waiting > 0) {
      await this.#parts.campaigns.change(campaign.id, (current) => expireWaiting(current, now));
    }
    await this.#completeIfDone(seen, now);
    return true;
  }

  async #completeIfDone({ campaign: { id }, counts }: CampaignAtWork, now: number): Promise<void> {
    const { campaigns, log, spending, prefetch } = this.#parts;
    const result = await campaigns.change(id, (campaign) => complete(campaign, now));
    if (result?.kind !== 'done') return;
    log.info({ campaignId: id }, 'campaign completed');
    await spending.note(result.campaign, counts, prefetch, now);
  }

  /**
   * Any worker may let it go on, whichever has paused it: what was seen of the platform since stands
   * with the living workers. When all of them are new, it goes on as a trial, and the first refusal
   * pauses it again.
   */
  async #resumeAfterAccess(campaign: Campaign, now: number): Promise<void> {
    const { campaigns, accessIsBroken, log } = this.#parts;
    const { id, pausedForAccess, updatedAt } = campaign;
    if (pausedForAccess === undefined || now < updatedAt + PAUSED_FOR_ACCESS_AT_LEAST_MS) return;
    if (await accessIsBroken()) return;
    if (await campaigns.change(id, (current) => resumeAfterAccess(current, now))) {
      log.info({ campaignId: id }, 'campaign resumed by itself: access to the platform is back');
    }
  }

  async #tellCancelled(campaign: Campaign): Promise<void> {
    const { campaigns, releasedRows } = this.#parts;
    while ((await releasedRows.cancel(campaign.id)) > 0);
    await campaigns.change(campaign.id, (current) => settled(current, campaign));
  }

  /**
   * Rows whose hour has come go first: they have waited longer. While all rows wait, none is read.
   */
  async #releaseSome(seen: CampaignAtWork): Promise<void> {
    const { campaign, counts, released, postponedUntil, erasures } = seen;
    const { release, backlog, campaigns, prefetch, hours } = this.#parts;
    const now = campaigns.clock.now();
    // Without hours, as after a change of the settings, no row has to wait any more.
    const dueBy = hours === undefined ? Number.POSITIVE_INFINITY : now;
    let hasPostponed = postponedUntil !== undefined;
    let isDue = postponedUntil !== undefined && postponedUntil <= dueBy;
    const allWait = hours?.allWaitUntil(campaign, now) !== undefined;
    if (allWait && !isDue) return;
    const held = await prefetch?.heldRows(campaign, now);
    const ready = held?.readyRows ?? Number.POSITIVE_INFINITY;
    const most = isDue ? Number.POSITIVE_INFINITY : ready - released;
    let wanted = this.#flows.wanted(campaign.id, counts, most);
    if (wanted === 0 || !(await backlog.admit(wanted)).admitted) return;
    let cursor = released;
    for (let looks = 0; wanted > 0 && looks < CHUNKS_A_LOOK && !this.#stopping; looks += 1) {
      const chunk = isDue ? await campaigns.cursor.duePostponed(campaign.id, dueBy) : undefined;
      isDue = chunk !== undefined;
      const isAtEnd = hasPostponed && cursor >= (campaign.import?.rows ?? 0);
      if (chunk === undefined && (allWait || isAtEnd || cursor >= ready)) return;
      const result =
        chunk === undefined
          ? await release.release(campaign, cursor, Math.min(wanted, ready - cursor), erasures)
          : await release.releasePostponed(campaign, chunk, { wanted, cursor, erasures });
      if (result.kind === 'overtaken') return;
      if (result.kind === 'rows_missing') return this.#rowsMissing(campaign, cursor);
      cursor = result.cursor;
      wanted -= result.rows;
      hasPostponed ||= result.hasPostponed;
    }
  }

  /** All are accepted, and a process died before it noted so: adds the jobs that it has left out. */
  async #finishPostponed({ campaign, released, erasures }: CampaignAtWork): Promise<void> {
    const { release, campaigns } = this.#parts;
    const all = { wanted: CHUNK_ROWS, cursor: released, erasures };
    for (let looks = 0; looks < CHUNKS_A_LOOK && !this.#stopping; looks += 1) {
      const chunk = await campaigns.cursor.duePostponed(campaign.id, Number.POSITIVE_INFINITY);
      if (chunk === undefined) return;
      const result = await release.releasePostponed(campaign, chunk, all);
      if (result.kind !== 'released') return;
    }
  }

  async #rowsMissing({ id }: Campaign, cursor: number): Promise<void> {
    const { campaigns, log } = this.#parts;
    const reason = 'rows that wait to be sent are missing in Redis';
    log.error({ campaignId: id, cursor }, reason);
    await campaigns.change(id, (current) => pause(current, { reason }, campaigns.clock.now()));
  }
}
