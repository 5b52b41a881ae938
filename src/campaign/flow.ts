import type { CampaignCounts } from './campaign.js';

/** As many rows of a campaign shall be ready for the workers, or a few seconds' worth of them. */
const READY_AT_LEAST = 100;
const READY_AT_MOST = 2_000;
/** Looks that what is ready shall last for. */
const LASTS_FOR_LOOKS = 4;
/** Rows that wait for something else than a worker: enough is enough. */
const UNFINISHED_AT_MOST = 5_000;

interface Flow {
  ready: number;
  unfinished: number;
}

function flowOf(counts: CampaignCounts): Flow {
  const ready = counts.accepted + counts.queued + counts.processing + counts.sending;
  return { ready, unfinished: ready + counts.deferred };
}

/**
 * How many rows of each campaign to release at a look. Few are ready at any time, so that a campaign
 * that is started later finds a short queue, and a pause has little to put aside; more when they are
 * worked off fast. Half of them are worked off before more are released: in batches, a row costs less.
 */
export class Flows {
  readonly #readyAfter = new Map<string, number>();

  /** How many to release now; to be asked at each look. */
  wanted(campaignId: string, counts: CampaignCounts): number {
    const { ready, unfinished } = flowOf(counts);
    const workedOff = Math.max(0, (this.#readyAfter.get(campaignId) ?? ready) - ready);
    const target = Math.min(READY_AT_MOST, Math.max(READY_AT_LEAST, workedOff * LASTS_FOR_LOOKS));
    const wanted =
      ready > target / 2
        ? 0
        : Math.max(0, Math.min(target - ready, UNFINISHED_AT_MOST - unfinished, counts.waiting));
    this.#readyAfter.set(campaignId, ready + wanted);
    return wanted;
  }

  /** Forgets all campaigns but these. */
  keepOnly(campaignIds: readonly string[]): void {
    const kept = new Set(campaignIds);
    for (const id of this.#readyAfter.keys()) if (!kept.has(id)) this.#readyAfter.delete(id);
  }
}
