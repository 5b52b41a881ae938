import type { CampaignCounts } from './campaign.js';
import type { Spent } from './spentRequests.js';
import { allRows, rowsToSend, rowsTried } from './tally.js';

/** Where a number of requests a row comes from. */
export type CostBasis =
  /** What the rows of this campaign have really cost. */
  | { kind: 'spent' }
  /** What rows of earlier campaigns of the same kind have really cost. `lastAt`: epoch ms. */
  | { kind: 'earlier'; campaigns: number; rows: number; lastAt: number }
  /** The table of what each step of a notification costs, which counts without prefetching. */
  | { kind: 'table'; isPrefetched: boolean };

/** What a row of a campaign costs, in requests to the platform. */
export interface RowCost {
  /** When its turn has come. */
  own: number;
  /** Its part of what is paid ahead for many rows, by prefetching. */
  ahead: number;
  basis: CostBasis;
}

/** Rows that say how many requests one costs: of fewer, single ones weigh too much. */
export const ROWS_TO_GO_BY = 50;

/**
 * What a row has really cost so far, however few there are; undefined where nothing is known.
 * Prefetching is paid for all rows that it covers, of which most have not had their turn yet.
 *
 * @param covered rows of the file that prefetching was paid for, where that is known
 */
export function spentARow(
  counts: CampaignCounts,
  spent: Spent | undefined,
  covered = 0,
): RowCost | undefined {
  const rows = rowsTried(counts);
  if (spent === undefined || rows === 0) return undefined;
  return {
    own: (spent.total - spent.ahead) / rows,
    ahead: spent.ahead / Math.max(rows, covered),
    basis: { kind: 'spent' },
  };
}

/** Requests that a campaign has still to spend: for rows to be sent, and ahead of those not covered. */
export function requestsLeft(counts: CampaignCounts, { own, ahead }: RowCost, covered = 0): number {
  const uncovered = Math.min(counts.waiting, Math.max(0, allRows(counts) - covered));
  return rowsToSend(counts) * own + uncovered * ahead;
}

/** Where the number comes from, in words that stand behind it. */
export function describeBasis(basis: CostBasis): string {
  switch (basis.kind) {
    case 'spent':
      return 'from its own rows so far';
    case 'earlier': {
      const { campaigns, rows, lastAt } = basis;
      const of = campaigns === 1 ? '1 earlier campaign' : `${campaigns} earlier campaigns`;
      const day = new Date(lastAt).toISOString().slice(0, 10);
      return `from ${rows.toLocaleString('en')} rows of ${of}, last on ${day}`;
    }
    case 'table':
      return basis.isPrefetched
        ? 'estimated from the table, without what prefetching saves'
        : 'estimated from the table';
    default:
      return basis satisfies never;
  }
}
