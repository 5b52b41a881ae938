import type { RowReason } from './campaign.js';
import { describeProblems } from './rejectedRow.js';

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
