import { openCampaignStates } from '../campaign/campaignStates.js';
import type { CampaignStore } from '../campaign/store.js';
import type { Config } from '../config.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Operations } from '../queue/operations.js';
import type { Budget } from '../ratelimit/budget.js';

/** What a worker reads for each scrape, beside what it counts. */
export function watchWorker(
  metrics: Metrics,
  config: Config,
  parts: { operations: Operations; budget: Budget; campaigns: CampaignStore },
): void {
  const { operations, budget, campaigns } = parts;
  metrics.playsRole('worker');
  metrics.watchFleet(() => operations.status());
  metrics.watchBudget(config.GENESYS_REQUESTS_PER_MINUTE, () => budget.pace());
  metrics.watchCampaigns(openCampaignStates(campaigns));
}
