import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { Campaign, RowHours } from '../campaign/campaign.js';
import { isPrefetched } from '../campaign/campaign.js';
import { rowRequest } from '../campaign/campaignRows.js';
import type { CampaignStore } from '../campaign/store.js';
import {
  channelsFor,
  type ExtraNeeds,
  needsOf,
  requiresHistory,
  searchSettings,
} from '../history/lookup.js';
import type { TranscriptSource } from '../history/transcript.js';
import type { Channel } from '../notification/state.js';
import { redactedError } from '../ops/logger.js';
import { Lease } from '../redis/lease.js';
import type { RedisClient } from '../redis/redisClient.js';
import { redisFaultOf } from '../redis/redisFault.js';
import type { CompiledTemplate } from '../templates/compile.js';
import { lookForNews, nextLookAt } from './newsLook.js';
import {
  NEXT_ROWS_WAIT_MS,
  newPrefetch,
  type PrefetchState,
  prefetchOver,
  type StoredPrefetch,
} from './prefetchState.js';
import {
  type CampaignNeeds,
  PrefetchTakenOver,
  PrefetchTask,
  type PrefetchTools,
} from './prefetchTask.js';
import { placesOf, readWindow, startAt } from './windowRows.js';
import { WindowWork } from './windowWork.js';

const TICK_MS = 1_000;
const LEASE_MS = 5_000;
const RENEW_EVERY_MS = 1_500;
/** A campaign is looked at anew after so long: it may have been paused meanwhile. */
const SLICE_MS = 5_000;
/** How long the first rows of a campaign wait for their prefetch (ms). */
const FIRST_ROWS_WAIT_MS = 3 * 60 * 1000;
/** The next window begins this many rows before those of the last are all released. */
const ROWS_AHEAD = 4_000;
const NEWS_AGAIN_AFTER_MS = 10_000;
const TIDY_EVERY_MS = 10_000;

export interface PrefetcherParts extends PrefetchTools {
  redis: RedisClient;
  campaigns: CampaignStore;
  templates: { get(hash: string): Promise<CompiledTemplate | undefined> };
  defaultChannels: readonly Channel[];
  defaultLookbackDays: number;
  transcriptSource: TranscriptSource;
  /** What rules of the policy need to know of a customer's history. */
  extraNeeds?: ExtraNeeds;
  /** Absent where no message ever waits for its recipient's hours. */
  hours?: RowHours;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis?: (error: unknown) => boolean;
}

/** What this process remembers of a campaign's prefetch between two looks at it. */
interface Memory {
  work?: { key: string; work: WindowWork };
  nextAt: number;
  newsAt: number;
  tidyAt: number;
}

/**
 * Fetches in bulk what the rows of large campaigns will ask for, before their turn comes. Each process
 * that works runs one, and one at a time is at work, by a lease; all that it goes by is in Redis.
 * Nothing depends on it: a row for which nothing was fetched is looked up the ordinary way.
 */
export class Prefetcher {
  readonly #parts: PrefetcherParts;
  readonly #lease: Lease;
  readonly #log: Logger;
  readonly #memory = new Map<string, Memory>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #working: Promise<void> = Promise.resolve();

  constructor(parts: PrefetcherParts) {
    this.#parts = parts;
    this.#log = parts.log;
    this.#lease = new Lease(parts.redis, parts.store.keys.prefetcher, LEASE_MS);
    // Each request and download under way listens for the stop.
    setMaxListeners(0, this.#stopping.signal);
  }

  start(): void {
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#working;
    await this.#lease.giveUp().catch(() => undefined);
  }

  #schedule(): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#working = this.#tick();
      void this.#working.then(() => this.#schedule());
    }, TICK_MS);
  }

  async #tick(): Promise<void> {
    const renewal = setInterval(() => {
      // Redis being away for a moment is nothing yet; for longer, and the work itself finds out.
      this.#lease.take().catch(() => undefined);
    }, RENEW_EVERY_MS);
    try {
      if (await this.#lease.take()) await this.prefetchOnce();
      else this.#memory.clear();
    } catch (error) {
      if (this.#parts.noteRedis?.(error) !== true) {
        this.#log.error({ error: redactedError(error) }, 'prefetch failed');
      }
    } finally {
      clearInterval(renewal);
    }
  }

  /** Looks after all campaigns once. */
  async prefetchOnce(): Promise<void> {
    const { campaigns, store } = this.#parts;
    await campaigns.clock.current();
    const running = (await campaigns.running()).filter(isPrefetched).map(({ id }) => id);
    const ids = new Set([...(await store.campaignIds()), ...running]);
    for (const id of this.#memory.keys()) if (!ids.has(id)) this.#memory.delete(id);
    await Promise.all([...ids].map((id) => this.#orSay(id)));
  }

  /** One that cannot be looked after must not keep the others waiting. */
  async #orSay(id: string): Promise<void> {
    try {
      await this.#lookAfter(id);
    } catch (error) {
      this.#memory.delete(id);
      if (error instanceof PrefetchTakenOver) return;
      if (redisFaultOf(error) !== undefined) throw error;
      this.#log.error(
        { campaignId: id, error: redactedError(error) },
        'prefetch of a campaign failed; its rows are looked up one by one until it goes on',
      );
      this.#remembered(id).nextAt = this.#parts.now() + NEWS_AGAIN_AFTER_MS;
    }
  }

  async #lookAfter(id: string): Promise<void> {
    const memory = this.#remembered(id);
    if (this.#parts.now() < memory.nextAt) return;
    const { campaigns, store } = this.#parts;
    const [seen, stored] = await Promise.all([campaigns.look(id), store.read(id)]);
    if (seen === undefined || !isAtWork(seen.campaign, stored?.state)) return this.#end(id, stored);
    const { campaign, released } = seen;
    // What a paused campaign would need later is fetched later: until then it would get old. So it is
    // with one whose rows all wait for their recipients' hours.
    const { hours, now } = this.#parts;
    if (campaign.state !== 'running' || hours?.allWaitUntil(campaign, now()) !== undefined) return;
    const needs = await this.#needsOf(campaign);
    const begun = stored ?? (await this.#begin(campaign, needs));
    if (begun === undefined || needs === undefined) return;
    const signal = this.#stopping.signal;
    const task = new PrefetchTask(this.#parts, {
      campaign,
      needs,
      released,
      stored: begun,
      signal,
    });
    const until = performance.now() + SLICE_MS;
    while (!signal.aborted && performance.now() < until) {
      const wait = await this.#step(task, memory);
      if (wait > 0) {
        const news = nextLookAt(task) ?? Number.POSITIVE_INFINITY;
        memory.nextAt = Math.min(task.now + wait, Math.max(news, memory.newsAt));
        return;
      }
    }
  }

  #remembered(id: string): Memory {
    const known = this.#memory.get(id);
    if (known !== undefined) return known;
    const memory = { nextAt: 0, newsAt: 0, tidyAt: 0 };
    this.#memory.set(id, memory);
    return memory;
  }

  /** Undefined when the campaign's template is gone: its rows end without a lookup. */
  async #needsOf(campaign: Campaign): Promise<CampaignNeeds | undefined> {
    const { templates, defaultChannels, extraNeeds } = this.#parts;
    const template = await templates.get(campaign.templateHash);
    if (template === undefined) return undefined;
    const request = rowRequest(campaign, { recipient: {} });
    const channels = channelsFor(request, template, defaultChannels);
    const needs = needsOf(request, template, channels, extraNeeds);
    const history = requiresHistory(request, template, channels) || needs.history;
    const search = searchSettings(request, needs, this.#parts);
    return { template, channels, extraNeeds, search, history, isNeeded: history || needs.contact };
  }

  async #begin(
    campaign: Campaign,
    needs: CampaignNeeds | undefined,
  ): Promise<StoredPrefetch | undefined> {
    const { store, settings } = this.#parts;
    const fresh = newPrefetch(
      campaign.import?.finishedAt ?? 0,
      this.#parts.now() + FIRST_ROWS_WAIT_MS,
    );
    const isUseful = needs?.isNeeded === true && settings.freshForMs > 0;
    const state = isUseful ? fresh : prefetchOver(fresh);
    const none = { entries: new Map(), keepMs: 1 };
    if (!(await store.write(campaign.id, undefined, state, none))) return undefined;
    return { version: 1, state };
  }

  /**
   * One step; answers how long to wait (ms) before the next one. The steps are loaded by the first
   * campaign that takes them: most processes never do.
   */
  async #step(task: PrefetchTask, memory: Memory): Promise<number> {
    if (isStale(task)) {
      memory.work = undefined;
      await this.#startAnew(task);
    }
    const due = nextLookAt(task);
    if (due !== undefined && task.now >= Math.max(due, memory.newsAt)) {
      if (!(await lookForNews(task))) memory.newsAt = task.now + NEWS_AGAIN_AFTER_MS;
      return 0;
    }
    if (task.now >= memory.tidyAt) {
      memory.tidyAt = task.now + TIDY_EVERY_MS;
      await this.#tidy(task);
    }
    if (task.state.over) return TIDY_EVERY_MS;
    const step = task.state.window?.step ?? 'none';
    switch (step) {
      case 'contacts': {
        const { contactStep } = await import('./contactStep.js');
        return contactStep(task, this.#workOn(task, memory));
      }
      case 'conversations': {
        const { conversationStep } = await import('./conversationStep.js');
        return conversationStep(task, this.#workOn(task, memory));
      }
      case 'transcripts': {
        const { transcriptStep } = await import('./transcriptStep.js');
        return transcriptStep(task, this.#workOn(task, memory));
      }
      case 'none':
      case 'ready':
        return this.#openWindow(task);
      default:
        throw new Error(`unhandled step ${String(step satisfies never)}`);
    }
  }

  #workOn(task: PrefetchTask, memory: Memory): WindowWork {
    const { start } = task.window;
    const key = JSON.stringify(start);
    if (memory.work?.key !== key) {
      const { rows } = this.#parts;
      const load = async () => (await readWindow(rows, task.campaign, start)).blocks;
      memory.work = { key, work: new WindowWork(load) };
    }
    return memory.work.work;
  }

  /** The next window, once the release comes near its rows. */
  async #openWindow(task: PrefetchTask): Promise<number> {
    const { rows } = this.#parts;
    const { window } = task.state;
    const endsAt = window?.blocks.at(-1)?.endsAt ?? 0;
    // Should the last rows' data get old, as in a pause, they are prefetched anew: see `isStale`.
    if (window !== undefined && window.next === undefined) return TIDY_EVERY_MS;
    if (window !== undefined && task.released < endsAt - ROWS_AHEAD) return TICK_MS;
    const released = await startAt(rows, task.campaign.id, task.released);
    const start = later(window?.next, released);
    const read = start && (await readWindow(rows, task.campaign, start));
    if (start === undefined || read === undefined || read.blocks.size === 0) {
      await task.update(prefetchOver);
      return 0;
    }
    await task.update((state) => ({
      ...state,
      window: {
        step: 'contacts',
        since: task.now,
        start,
        blocks: placesOf(read),
        done: 0,
        next: read.next,
        batches: [],
      },
    }));
    return 0;
  }

  /** Nothing that was fetched is fresh any more, such as after a pause. */
  async #startAnew(task: PrefetchTask): Promise<void> {
    const { store } = this.#parts;
    await store.dropBlocks(task.campaign.id, task.state.kept);
    const holdUntil = task.now + NEXT_ROWS_WAIT_MS;
    await task.update(({ window: _w, lookedAt: _l, ...state }) => ({
      ...state,
      kept: [],
      readyRows: task.released,
      holdUntil: state.over ? 0 : holdUntil,
    }));
  }

  /** Blocks whose rows have all ended go at once. */
  async #tidy(task: PrefetchTask): Promise<void> {
    const { store } = this.#parts;
    const { id } = task.campaign;
    const passed = task.state.kept.filter(({ endsAt }) => endsAt <= task.released);
    if (passed.length === 0) return;
    const live = await store.liveBlocks(id);
    const ended = passed.filter(({ block }) => !live.has(block));
    if (ended.length === 0) return;
    await store.dropBlocks(id, ended);
    const gone = new Set(ended.map(({ block }) => block));
    await task.update(({ lookedAt, ...state }) => {
      const kept = state.kept.filter(({ block }) => !gone.has(block));
      return { ...state, kept, lookedAt: kept.length === 0 ? undefined : lookedAt };
    });
  }

  /** The campaign has ended, or is another one than this was fetched for. */
  async #end(id: string, stored: StoredPrefetch | undefined): Promise<void> {
    const { client, store } = this.#parts;
    const job = stored?.state.window?.job;
    if (job !== undefined && job.completeTo === undefined) {
      const options = {
        lane: 'campaign' as const,
        signal: this.#stopping.signal,
        spentFor: [id],
        isAhead: true as const,
      };
      // Should it fail, the platform ends the job in its own time.
      await client.cancelConversationJob(job.id, options);
    }
    const { kept = [], window } = stored?.state ?? {};
    await store.forget(id, [...kept, ...(window?.blocks ?? [])]);
    this.#memory.delete(id);
  }
}

/** Whether there is something to prefetch, now or later. */
function isAtWork(campaign: Campaign, state: PrefetchState | undefined): boolean {
  const isUnderWay = campaign.state === 'running' || campaign.state === 'paused';
  const isSameUpload =
    state === undefined || state.uploadedAt === (campaign.import?.finishedAt ?? 0);
  return isUnderWay && isSameUpload && isPrefetched(campaign);
}

function isStale(task: PrefetchTask): boolean {
  const { lookedAt } = task.state;
  return lookedAt !== undefined && task.now >= lookedAt + task.tools.settings.freshForMs;
}

function later<T extends { block: number }>(
  one: T | undefined,
  other: T | undefined,
): T | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return other.block > one.block ? other : one;
}
