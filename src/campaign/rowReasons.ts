import type { Campaign, RowReason } from './campaign.js';
import { describeProblems } from './rowStore.js';

/**
 * Above this share of its rows, a file is doubtful: it was saved in the wrong encoding, or a column is
 * not what its name says. The campaign does not start before a person has accepted that.
 */
const MAX_REJECTED_SHARE = 0.1;

/** So few are seen at a glance, whatever share of a short list they are. */
const FEW = 4;

/** Why a campaign must not start before it is accepted that so many rows were rejected; else undefined. */
export function manyRejected({
  import: imported,
  acceptRejected,
}: Pick<Campaign, 'import' | 'acceptRejected'>): string | undefined {
  if (imported === undefined || acceptRejected || imported.isAccepted) return undefined;
  const { rows, rejected, duplicates } = imported;
  const all = rows + rejected + duplicates;
  if (rejected <= FEW || rejected <= all * MAX_REJECTED_SHARE) return undefined;
  return `${rejected} of ${all} rows of its file were rejected, which is more than one in ten: import a corrected file, or accept that these get nothing`;
}

const ROWS_NAMED = 5;

/** More reasons than these say nothing that the rejected rows do not. */
const REASONS_NAMED = 12;

/** A line for each reason, the most frequent first: how many rows, what was expected, which rows. */
export function describeRowReasons(reasons: readonly RowReason[]): string[] {
  const named = reasons.slice(0, REASONS_NAMED);
  const more = reasons.length - named.length;
  return [
    ...named.map(describeReason),
    ...(more === 0 ? [] : [`and ${more} more reasons, each for fewer rows`]),
  ];
}

function describeReason({ column, expected, rows, firstRows }: RowReason): string {
  const what = describeProblems([{ column, expected }]);
  return `${figure(rows)} ${rows === 1 ? 'row' : 'rows'}: ${what} (${describeRows(firstRows, rows)})`;
}

function describeRows(first: readonly number[], all: number): string {
  const named = first.slice(0, ROWS_NAMED);
  const more = all - named.length;
  const rows = `${all === 1 ? 'row' : 'rows'} ${named.join(', ')}`;
  return more === 0 ? rows : `${rows} and ${figure(more)} more`;
}

function figure(count: number): string {
  return count.toLocaleString('en');
}
