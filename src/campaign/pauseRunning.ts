import type { CampaignStore } from './campaignStore.js';
import { pause } from './lifecycle.js';

/** Pauses all campaigns that run: something is wrong that is wrong for each of them. */
export async function pauseRunning(campaigns: CampaignStore, reason: string): Promise<void> {
  for (const { id } of await campaigns.running()) {
    await campaigns.change(id, (campaign) =>
      campaign.state === 'running'
        ? pause(campaign, { reason }, Date.now())
        : { result: undefined },
    );
  }
}
