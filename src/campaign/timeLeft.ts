import { type Allowance, forCampaigns, isUsedUp, sharedDuration } from './allowance.js';
import type { OpenTime } from './openTime.js';
import { type RowCost, requestsLeft } from './rowCost.js';
import { rowsAwaited, rowsToSend, type Tally } from './tally.js';

/** How fast rows end. */
export interface Flow {
  /** In the last minute, or as much of it as is known. */
  perMinute: number;
  /** Rows that ended a minute since the first of that time did; absent where that is too short to go by. */
  steadyPerMinute?: number;
  /** None has ended for a whole minute. */
  isStill: boolean;
}

export interface TimeLeftInput {
  tally: Pick<Tally, 'counts' | 'live'>;
  cost: RowCost | undefined;
  /** Rows of the file that prefetching was paid for. */
  covered: number | undefined;
  flow: Flow | undefined;
  allowance: Allowance;
  /** Requests that each of the other running campaigns has still to spend. */
  others: readonly number[];
  /** How long after the last send its delivery is checked. */
  deliveryCheckAfterMs: number;
  /** Until when the next row waits for its prefetch at most (epoch ms), if it does. */
  heldUntil: number | undefined;
  /** Until when all rows wait for their recipients' hours (epoch ms), if they do. */
  quietUntil?: number;
  /** How sending goes on in those hours; absent where a deployment has none. */
  openTime?: OpenTime;
  now: number;
}

export type TimeLeft = { endAt: number } | { because: string };

/** Workers that use less of the campaign's share of the budget than this are what sets the pace. */
const USED_AT_LEAST = 0.8;

/**
 * When a running campaign will have ended: its requests at the pace of the budget, less what others
 * use of that. Where the workers are slower than the budget, they set the pace. No end is named
 * while nothing flows: it would come no nearer.
 */
export function timeLeft(input: TimeLeftInput): TimeLeft {
  const { tally, cost, covered, flow, allowance, others, heldUntil, now } = input;
  const { counts } = tally;
  const left = rowsToSend(counts);
  const { deliveryCheckAfterMs } = input;
  if (left === 0) return { endAt: now + (rowsAwaited(tally) === 0 ? 0 : deliveryCheckAfterMs) };
  if (left === counts.deferred) {
    return { because: 'Only deferred rows are left: how long they wait cannot be known.' };
  }
  // While all rows wait for an hour that is known, how fast they flow says nothing.
  const waitsFor = heldUntil ?? input.quietUntil;
  if (flow?.isStill === true && waitsFor === undefined) {
    return { because: 'No row has ended in the last minute.' };
  }
  if (isUsedUp(allowance)) {
    return { because: 'Notifications of no campaign use up the request budget; they go first.' };
  }
  if (cost === undefined) return { because: 'It is not known yet how many requests a row costs.' };
  const from = Math.max(now, heldUntil ?? now);
  const perMinute = forCampaigns(allowance);
  const requests = requestsLeft(counts, cost, covered);
  const untilSentMs = sharedDuration(requests, { others, perMinute });
  const rowsPerMinute = perMinute / (1 + others.length) / cost.own;
  const slowness = waitsFor === undefined ? slownessOf(flow, rowsPerMinute) : 1;
  const workMs = untilSentMs * slowness;
  const sent =
    input.openTime === undefined ? { at: from + workMs } : input.openTime({ from, workMs });
  if (sent === undefined) return { because: 'It takes longer than can be foreseen.' };
  return { endAt: sent.at + deliveryCheckAfterMs };
}

/** How many times as long as by the budget it takes, going by the rows that really end. */
function slownessOf(flow: Flow | undefined, rowsPerMinute: number): number {
  const { steadyPerMinute } = flow ?? {};
  if (steadyPerMinute === undefined || !Number.isFinite(rowsPerMinute)) return 1;
  return steadyPerMinute < rowsPerMinute * USED_AT_LEAST ? rowsPerMinute / steadyPerMinute : 1;
}
