import { type Campaign, type CampaignHold, isPrefetched } from '../campaign/campaign.js';
import { campaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { coveredRows, heldRows, prefetchIn, type StoredPrefetch } from './prefetchState.js';

/** How long the rows of a campaign that was just started wait for its prefetch to begin (ms). */
const BEGINS_WITHIN_MS = 5_000;

/** Says which rows wait for their prefetch, and how many it was paid for. */
export class PrefetchHold implements CampaignHold {
  readonly #redis: RedisClient;
  readonly #keyOf: (campaignId: string) => string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    const { of } = campaignKeys(prefix);
    this.#keyOf = (campaignId) => of(campaignId).prefetch;
  }

  async coveredRows(campaign: Campaign): Promise<number | undefined> {
    const stored = isPrefetched(campaign) ? await this.#read(campaign.id) : undefined;
    return stored && coveredRows(stored.state);
  }

  async heldRows(campaign: Campaign, now: number) {
    if (campaign.state !== 'running' || !isPrefetched(campaign)) return undefined;
    const stored = await this.#read(campaign.id);
    if (stored !== undefined) return heldRows(stored.state, now);
    const until = (campaign.startedAt ?? 0) + BEGINS_WITHIN_MS;
    return now < until ? { readyRows: 0, until } : undefined;
  }

  async #read(campaignId: string): Promise<StoredPrefetch | undefined> {
    const text = await this.#redis.get(this.#keyOf(campaignId));
    return text === null ? undefined : prefetchIn(text);
  }
}
