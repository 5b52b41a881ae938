import type { ChannelCounts, ReasonCounts } from '../notification/countedReason.js';
import { STATES } from '../notification/state.js';
import type { CampaignCounts } from './campaign.js';

/** How many rows of a campaign stand where, read at one moment. */
export interface Tally {
  counts: CampaignCounts;
  /** Of the deferred, skipped, failed and unknown rows why they are; each adds up to its count. */
  reasons: ReasonCounts;
  /** Over which channel the messages left, as far as that was counted. */
  channels: ChannelCounts;
  /** Released rows for which something is still to be done, an outstanding delivery check included. */
  live: number;
}

const IN_WORK = ['accepted', 'queued', 'deferred', 'processing', 'sending'] as const;

/** How many rows are in one of these states. */
export function rowsIn(
  counts: CampaignCounts,
  ...states: readonly (keyof CampaignCounts)[]
): number {
  return states.reduce((sum, state) => sum + counts[state], 0);
}

export function allRows(counts: CampaignCounts): number {
  return rowsIn(counts, 'waiting', 'deferred', ...STATES);
}

/** Rows that a worker has still to send. */
export function rowsToSend(counts: CampaignCounts): number {
  return rowsIn(counts, 'waiting', ...IN_WORK);
}

/** Rows that need no worker now: sent, whatever becomes of that, or ended. The pace goes by these. */
export function rowsDealtWith(counts: CampaignCounts): number {
  return allRows(counts) - rowsToSend(counts);
}

/** Rows that had their turn. One that was cancelled or expired before that has cost nothing. */
export function rowsTried(counts: CampaignCounts): number {
  return rowsDealtWith(counts) - rowsIn(counts, 'cancelled', 'expired');
}

/** Rows that were sent and whose delivery is still to be checked. */
export function rowsAwaited({ counts, live }: Pick<Tally, 'counts' | 'live'>): number {
  // What else is live than rows in work was sent, also where an older version has counted it.
  return Math.max(0, live - rowsIn(counts, ...IN_WORK));
}
