import type { RedisClient } from '../notification/redisScripts.js';
import { flowStatus, type Obstacle } from '../queue/flowStatus.js';
import type { Operations } from '../queue/operations.js';
import type { Campaign } from './campaign.js';
import type { CampaignStore } from './campaignStore.js';
import { type CampaignView, campaignView, isUnderWay } from './campaignView.js';
import { Pace } from './pace.js';

export interface CampaignViewsParts {
  redis: RedisClient;
  store: CampaignStore;
  operations: Operations;
  /** How long after a send its delivery is checked. */
  deliveryCheckAfterMs: number;
}

/** Campaigns as people see them: with their progress, and with what is in the way of all of them. */
export class CampaignViews {
  readonly #parts: CampaignViewsParts;
  readonly #pace: Pace;

  constructor(parts: CampaignViewsParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.redis, parts.store.keys);
  }

  async one(campaign: Campaign): Promise<CampaignView> {
    return this.#view(campaign, await this.#obstacles([campaign]));
  }

  /** As `one`, with one look at the deployment for all of them. */
  async all(campaigns: readonly Campaign[]): Promise<CampaignView[]> {
    const obstacles = await this.#obstacles(campaigns);
    return Promise.all(campaigns.map((campaign) => this.#view(campaign, obstacles)));
  }

  async #view(campaign: Campaign, obstacles: readonly Obstacle[]): Promise<CampaignView> {
    const { store, deliveryCheckAfterMs } = this.#parts;
    const { id, state } = campaign;
    const [tally, perMinute] = await Promise.all([
      store.tally(id),
      state === 'running' ? this.#pace.perMinute(id, store.clock.now()) : undefined,
    ]);
    const now = store.clock.now();
    return campaignView(campaign, tally, { now, perMinute, deliveryCheckAfterMs, obstacles });
  }

  /** Asked only for campaigns that have begun and not ended: the others wait for nothing. */
  async #obstacles(campaigns: readonly Campaign[]): Promise<Obstacle[]> {
    if (!campaigns.some(({ state }) => isUnderWay(state))) return [];
    return flowStatus(await this.#parts.operations.status()).obstacles;
  }
}
