import type { Caller } from '../audit/auditCaller.js';
import type { Campaign } from '../campaign/campaign.js';
import type { Campaigns } from '../campaign/campaigns.js';
import type { LostTime } from './doubtfulLegs.js';

/** A campaign of which rows may have been released and sent that Redis takes for waiting. */
export interface DoubtfulCampaign {
  id: string;
  /** Rows that wait, as far as Redis knows. */
  waiting: number;
  /** Rows that it knows to be released. */
  released: number;
  /** The highest row that a surviving worker remembers, by its number in the file. */
  rememberedRow?: number;
}

const LOOKED_AT_MOST = 10_000;

const PAUSED_BECAUSE =
  'Redis went back in time: rows that wait here may have been sent. Compare before you resume: docs/operations.md';

/**
 * Pauses the campaigns whose rows may have been released in the time that is lost. No record of such a row is left,
 * so nothing can be looked for; only a person can tell how far the campaign had come.
 */
export async function doubtfulCampaigns(
  campaigns: Campaigns,
  rows: ReadonlyMap<string, number>,
  lost: LostTime,
  { dryRun = false, by }: { dryRun?: boolean; by?: Caller },
): Promise<DoubtfulCampaign[]> {
  const found: DoubtfulCampaign[] = [];
  for (const campaign of await campaigns.open(LOOKED_AT_MOST)) {
    if (!mayHaveReleased(campaign, lost)) continue;
    const { id } = campaign;
    const waiting = (await campaigns.get(id))?.counts.waiting ?? 0;
    if (waiting === 0) continue;
    if (!dryRun) await campaigns.pause(id, { reason: PAUSED_BECAUSE, by });
    const released = Math.max(0, (campaign.import?.rows ?? 0) - waiting);
    found.push({ id, waiting, released, rememberedRow: rows.get(id) });
  }
  return found;
}

/** It ran, or has begun by itself since, or a person may have let it go on. */
function mayHaveReleased({ state, startAt, createdAt }: Campaign, { until }: LostTime): boolean {
  if (createdAt > until) return false;
  if (state === 'running' || state === 'paused') return true;
  return state === 'ready' && startAt !== undefined && startAt <= until;
}
