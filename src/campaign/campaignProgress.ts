import type { Campaign } from './campaign.js';
import { describeBasis, ROWS_TO_GO_BY, type RowCost, requestsLeft, spentARow } from './rowCost.js';
import type { Spent } from './spentRequests.js';
import { allRows, rowsAwaited, rowsDealtWith, rowsTried, type Tally } from './tally.js';
import { type TimeLeftInput, timeLeft } from './timeLeft.js';

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
  /** Really spent for a row that had its turn, once there are enough of them to go by. */
  requestsARow?: number;
  /** Before that, what is expected of a row, and where that comes from. */
  requestsEstimate?: { aRow: number; basis: 'earlier' | 'table' | 'spent'; detail: string };
  /** Requests that it has still to spend. */
  requestsLeft?: number;
  /** Of the last minute, while it runs. */
  perMinute?: number;
  /** When the last row will have ended. ISO time. */
  estimatedEndAt?: string;
  /** Why no end is named although it runs. A sentence. */
  noEstimateBecause?: string;
}

/** What is known of a campaign beside its record, as of one moment. */
export interface ProgressFacts {
  tally: Pick<Tally, 'counts' | 'live'>;
  spent?: Spent;
  covered?: number;
  /** What is expected of a row; asked for as long as too few rows had their turn. */
  expected?: RowCost;
}

/** What its running campaigns find of the deployment. */
export interface ProgressSurroundings
  extends Pick<
    TimeLeftInput,
    'flow' | 'allowance' | 'others' | 'heldUntil' | 'quietUntil' | 'openTime' | 'now'
  > {
  deliveryCheckAfterMs: number;
  /** What keeps everything from flowing, in a sentence. */
  stop?: string;
}

/** What a row costs, by the best there is: really spent, else expected. */
export function costOf({ tally, spent, covered, expected }: ProgressFacts): RowCost | undefined {
  const real = spentARow(tally.counts, spent, covered);
  return rowsTried(tally.counts) < ROWS_TO_GO_BY ? (expected ?? real) : real;
}

export function progressOf(
  { state }: Pick<Campaign, 'state'>,
  facts: ProgressFacts,
  surroundings: ProgressSurroundings,
): CampaignProgress {
  const { tally } = facts;
  const rows = allRows(tally.counts);
  const dealtWith = rowsDealtWith(tally.counts);
  const awaiting = rowsAwaited(tally);
  const progress = {
    rows,
    // Of a cancelled campaign nothing falls back any more.
    ended: state === 'cancelled' ? dealtWith : dealtWith - awaiting,
    awaitingDelivery: awaiting > 0 ? awaiting : undefined,
    ...requestsOf(state, facts),
  };
  if (state !== 'running') return progress;
  const { flow, stop } = surroundings;
  if (stop !== undefined) return { ...progress, noEstimateBecause: stop };
  const perMinute = flow && Math.round(flow.perMinute);
  if (progress.ended === rows) return { ...progress, perMinute };
  const left = timeLeft({
    ...surroundings,
    tally,
    covered: facts.covered,
    cost: costOf(facts),
  });
  return 'because' in left
    ? { ...progress, perMinute, noEstimateBecause: left.because }
    : { ...progress, perMinute, estimatedEndAt: new Date(left.endAt).toISOString() };
}

function requestsOf(state: Campaign['state'], facts: ProgressFacts) {
  const { tally, spent, covered } = facts;
  const cost = costOf(facts);
  const isReal = cost?.basis.kind === 'spent' && rowsTried(tally.counts) >= ROWS_TO_GO_BY;
  const willGoOn = state === 'ready' || state === 'running' || state === 'paused';
  const aRow = cost && hundredths(cost.own + cost.ahead);
  return {
    requestsSpent: spent && Math.ceil(spent.total),
    requestsARow: isReal ? aRow : undefined,
    requestsEstimate:
      cost === undefined || aRow === undefined || isReal || !willGoOn
        ? undefined
        : { aRow, basis: cost.basis.kind, detail: describeBasis(cost.basis) },
    requestsLeft:
      cost === undefined || !willGoOn
        ? undefined
        : Math.ceil(requestsLeft(tally.counts, cost, covered)),
  };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
