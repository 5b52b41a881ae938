import { LRUCache } from 'lru-cache';
import type { Campaigns } from '../../campaign/campaigns.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import type { DryRunOutcome } from '../../campaign/dryRun/campaignDryRun.js';

/** As long as what it says is good enough to look at once more. */
const KEPT_FOR_MS = 60_000;
/** Each holds three rows of its campaign. */
const KEPT_AT_MOST = 20;

/**
 * Dry runs for pages. Each goes through all rows of a campaign, so two screens, a reload or a double click share one;
 * where customers are looked up, that costs requests of the allowance, too.
 */
export class DryRuns {
  readonly #campaigns: Campaigns;
  readonly #runs = new LRUCache<string, Promise<DryRunOutcome | undefined>>({
    max: KEPT_AT_MOST,
    ttl: KEPT_FOR_MS,
  });

  constructor(campaigns: Campaigns) {
    this.#campaigns = campaigns;
  }

  /** `lookUp` customers are looked up at the platform; none when left out. */
  of({ id, updatedAt }: CampaignView, lookUp = 0): Promise<DryRunOutcome | undefined> {
    const key = `${id} ${updatedAt} ${lookUp}`;
    const known = this.#runs.get(key);
    if (known !== undefined) return known;
    const run = this.#campaigns.dryRun(id, { lookUp });
    this.#runs.set(key, run);
    run.catch(() => this.#runs.delete(key));
    return run;
  }
}
