import type { AccessProblem } from './campaign.js';
import type { CampaignStore } from './campaignStore.js';
import { pauseForAccess } from './lifecycle.js';

/** Pauses all campaigns that run: our own access is broken, which concerns each of them. */
export async function pauseRunning(campaigns: CampaignStore, access: AccessProblem): Promise<void> {
  for (const { id } of await campaigns.running()) {
    await campaigns.change(id, (campaign) =>
      pauseForAccess(campaign, access, campaigns.clock.now()),
    );
  }
}
