import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Channel } from '../notification/state.js';
import type { CampaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { isTime, parseRecord } from '../redis/storedRecord.js';
import { type Campaign, type CampaignCounts, type CampaignHold, isPrefetched } from './campaign.js';
import { ROWS_TO_GO_BY, type RowCost, spentARow } from './rowCost.js';
import { spentBy } from './spentRequests.js';
import { rowsTried } from './tally.js';

/** What of the deployment's settings makes a row cost more or less. */
export interface CostSettings {
  defaultChannels: readonly Channel[];
  transcriptSource: string;
  deliveryChecks: string;
  /** What rules of the policy have looked up beside what the template uses. */
  extraNeeds?: { history: boolean; text: boolean };
}

/** Campaigns remembered of each kind: the newest. */
const CAMPAIGNS_KEPT = 10;
const KEPT_MS = 180 * 24 * 60 * 60 * 1_000;
/** How often it is noted what a running campaign has spent. */
const NOTE_EVERY_MS = 10_000;

interface Entry {
  rows: number;
  requests: number;
  /** When that was noted (epoch ms). */
  at: number;
}

/**
 * What rows of earlier campaigns have really cost, for the forecast of later ones of the same kind: the
 * same content of the template, and the same of everything else that makes a row cost more or less.
 *
 * One hash in Redis for each kind, with an entry for each of its last ten campaigns. An entry is
 * replaced as a whole, so that two processes which note the same do no harm, and holds figures alone.
 */
export class EarlierSpending {
  readonly #redis: RedisClient;
  readonly #keys: CampaignKeys;
  readonly #settings: CostSettings;
  readonly #notedAt = new LRUCache<string, number>({ max: 1_000 });

  constructor(redis: RedisClient, keys: CampaignKeys, settings: CostSettings) {
    this.#redis = redis;
    this.#keys = keys;
    this.#settings = settings;
  }

  /**
   * Notes what a campaign has spent, from 50 rows on, if that is due; may be called as often as one
   * likes.
   */
  async note(
    campaign: Campaign,
    counts: CampaignCounts,
    prefetch: CampaignHold | undefined,
    now: number,
  ): Promise<void> {
    const { id, state } = campaign;
    const rows = rowsTried(counts);
    if (rows < ROWS_TO_GO_BY) return;
    const isDue = now - (this.#notedAt.get(id) ?? 0) >= NOTE_EVERY_MS;
    if (!isDue && state === 'running') return;
    this.#notedAt.set(id, now);
    const [spent, covered] = await Promise.all([
      spentBy(this.#redis, this.#keys, id),
      prefetch?.coveredRows(campaign),
    ]);
    const cost = spentARow(counts, spent, covered);
    if (cost === undefined) return;
    const requests = Math.round((cost.own + cost.ahead) * rows);
    await this.#write(this.#keyOf(campaign, campaign.templateHash), id, {
      rows,
      requests,
      at: now,
    });
  }

  /**
   * What a row of a campaign is expected to cost; undefined where no earlier one of its kind is known.
   *
   * @param templateHash of the content that it would send
   */
  async expected(campaign: Campaign, templateHash: string): Promise<RowCost | undefined> {
    const entries = await this.#read(this.#keyOf(campaign, templateHash));
    entries.delete(campaign.id);
    const earlier = [...entries.values()].filter(({ rows }) => rows > 0);
    const rows = earlier.reduce((sum, entry) => sum + entry.rows, 0);
    if (rows === 0) return undefined;
    const requests = earlier.reduce((sum, entry) => sum + entry.requests, 0);
    const lastAt = Math.max(...earlier.map(({ at }) => at));
    const basis = { kind: 'earlier' as const, campaigns: earlier.length, rows, lastAt };
    return { own: requests / rows, ahead: 0, basis };
  }

  async #write(key: string, id: string, entry: Entry): Promise<void> {
    await this.#redis.multi().hset(key, id, JSON.stringify(entry)).pexpire(key, KEPT_MS).exec();
    const entries = await this.#read(key);
    const tooMany = [...entries]
      .sort(([, one], [, other]) => other.at - one.at)
      .slice(CAMPAIGNS_KEPT)
      .map(([oldest]) => oldest);
    if (tooMany.length > 0) await this.#redis.hdel(key, ...tooMany);
  }

  async #read(key: string): Promise<Map<string, Entry>> {
    const stored = Object.entries(await this.#redis.hgetall(key));
    return new Map(stored.map(([id, json]) => [id, entryIn(json)]));
  }

  #keyOf(campaign: Campaign, templateHash: string): string {
    const { defaultChannels, transcriptSource, deliveryChecks, extraNeeds } = this.#settings;
    const { channels = defaultChannels, history } = campaign.defaults;
    const kind = [
      templateHash,
      channels,
      [history?.required, history?.lookbackDays, history?.maxConversations],
      isPrefetched(campaign),
      mostAddressedBy(campaign),
      transcriptSource,
      deliveryChecks,
      ...(extraNeeds?.history ? [extraNeeds.text] : []),
    ];
    const digest = createHash('sha256').update(JSON.stringify(kind)).digest('base64url');
    return this.#keys.earlierSpending(digest.slice(0, 22));
  }
}

/** By what most rows are addressed: one who has only a phone number is not looked up. */
function mostAddressedBy({ import: imported }: Campaign): string | undefined {
  const kinds = Object.entries(imported?.addressedBy ?? {});
  return kinds.sort(([, one], [, other]) => other - one)[0]?.[0];
}

/** One that cannot be read counts for nothing, and is the first to go. */
function entryIn(json: string): Entry {
  const { rows, requests, at } = parseRecord(json);
  const isEntry = typeof rows === 'number' && typeof requests === 'number' && isTime(at);
  return isEntry ? { rows, requests, at } : { rows: 0, requests: 0, at: 0 };
}
