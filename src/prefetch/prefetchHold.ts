import { type Campaign, type CampaignHold, isPrefetched } from '../campaign/campaign.js';
import { campaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { heldRows, prefetchIn } from './prefetchState.js';

/** How long the rows of a campaign that was just started wait for its prefetch to begin (ms). */
const BEGINS_WITHIN_MS = 5_000;

/** Says whose rows wait for their prefetch; undefined where none do. */
export class PrefetchHold implements CampaignHold {
  readonly #redis: RedisClient;
  readonly #keyOf: (campaignId: string) => string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    const { of } = campaignKeys(prefix);
    this.#keyOf = (campaignId) => of(campaignId).prefetch;
  }

  async heldRows(campaign: Campaign, now: number) {
    if (campaign.state !== 'running' || !isPrefetched(campaign)) return undefined;
    const text = await this.#redis.get(this.#keyOf(campaign.id));
    const stored = text === null ? undefined : prefetchIn(text);
    if (stored !== undefined) return heldRows(stored.state, now);
    const until = (campaign.startedAt ?? 0) + BEGINS_WITHIN_MS;
    return now < until ? { readyRows: 0, until } : undefined;
  }
}
