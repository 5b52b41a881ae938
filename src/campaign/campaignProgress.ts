import type { ChannelCounts, ReasonCounts } from '../notification/countedReason.js';
import { STATES } from '../notification/state.js';
import type { Campaign, CampaignCounts } from './campaign.js';

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

export interface CampaignProgress {
  rows: number;
  /**
   * Rows that came to an end, whichever; `unknown` ones too: only a person can move them. One that was
   * sent may still fall back to another channel while its delivery is checked, and has not ended.
   */
  ended: number;
  /** Rows that were sent and whose delivery is still to be checked; absent when there are none. */
  awaitingDelivery?: number;
  /** Requests to the platform so far; absent where none was counted. */
  requestsSpent?: number;
  /** Of a row that ended, once there are enough of them to go by. */
  requestsARow?: number;
  /** Of the last minute, while it runs. */
  perMinute?: number;
  /** When the last row will have ended, at this pace. ISO time. */
  estimatedEndAt?: string;
}

const IN_WORK = ['accepted', 'queued', 'deferred', 'processing', 'sending'] as const;

/** How many rows are in one of these states. */
export function rowsIn(
  counts: CampaignCounts,
  ...states: readonly (keyof CampaignCounts)[]
): number {
  return states.reduce((sum, state) => sum + counts[state], 0);
}

/** Rows that a worker has still to send. */
export function rowsToSend(counts: CampaignCounts): number {
  return rowsIn(counts, 'waiting', ...IN_WORK);
}

/** Rows that need no worker now: sent, whatever becomes of that, or ended. The pace goes by these. */
export function rowsDealtWith(counts: CampaignCounts): number {
  return allRows(counts) - rowsToSend(counts);
}

/** `deliveryCheckAfterMs` is how long after the last send its delivery is checked. */
export function progressOf(
  { state }: Pick<Campaign, 'state'>,
  { counts, live }: Pick<Tally, 'counts' | 'live'>,
  { now, perMinute, deliveryCheckAfterMs, spent }: ProgressSurroundings,
): CampaignProgress {
  const rows = allRows(counts);
  const dealtWith = rowsDealtWith(counts);
  // What else is live than rows in work was sent, also where an older version has counted it.
  const awaiting = Math.max(0, live - rowsIn(counts, ...IN_WORK));
  // Of a cancelled campaign nothing falls back any more.
  const ended = state === 'cancelled' ? dealtWith : dealtWith - awaiting;
  const progress = {
    rows,
    ended,
    awaitingDelivery: awaiting > 0 ? awaiting : undefined,
    ...requestsOf(spent, dealtWith),
  };
  if (state !== 'running' || perMinute === undefined) return progress;
  const paced = { ...progress, perMinute: Math.round(perMinute) };
  const left = rowsToSend(counts);
  if (ended === rows || (left > 0 && perMinute <= 0)) return paced;
  const untilSentMs = left === 0 ? 0 : (left / perMinute) * 60_000;
  const untilCheckedMs = awaiting === 0 ? 0 : deliveryCheckAfterMs;
  return { ...paced, estimatedEndAt: new Date(now + untilSentMs + untilCheckedMs).toISOString() };
}

/** Rows that say how many requests one costs: fewer, and what was spent ahead of them weighs too much. */
const ROWS_TO_GO_BY = 50;

function requestsOf(spent: number | undefined, rows: number) {
  if (spent === undefined) return {};
  const requestsARow = rows < ROWS_TO_GO_BY ? undefined : Math.round((spent / rows) * 100) / 100;
  return { requestsSpent: Math.ceil(spent), requestsARow };
}

export interface ProgressSurroundings {
  now: number;
  perMinute: number | undefined;
  deliveryCheckAfterMs: number;
  /** Requests to the platform that the campaign has cost so far. */
  spent?: number;
}

function allRows(counts: CampaignCounts): number {
  return rowsIn(counts, 'waiting', 'deferred', ...STATES);
}
