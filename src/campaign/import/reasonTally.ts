import type { RowReason } from '../campaign.js';

/** Texts of ours times columns of the file: hardly ever more. The campaign's record holds them all. */
const MAX_REASONS = 50;
const ROWS_NAMED = 10;
const MAX_COLUMN_CHARS = 64;

const OTHERS = { column: '', expected: 'something else; the rejected rows say it one by one' };

/** Counts rows by what was expected of them and in which column; never holds what stands in a cell. */
export class ReasonTally {
  readonly #counts = new Map<string, RowReason>();

  /** A row with two problems counts under each. */
  add(row: number, problems: readonly { column: string; expected: string }[]): void {
    for (const problem of problems) this.#add(row, problem);
  }

  /** The most frequent first. */
  get reasons(): RowReason[] {
    return [...this.#counts.values()].sort((a, b) => b.rows - a.rows);
  }

  #add(row: number, { column, expected }: { column: string; expected: string }): void {
    const reason = this.#reasonFor(column.slice(0, MAX_COLUMN_CHARS), expected);
    reason.rows += 1;
    if (reason.firstRows.length < ROWS_NAMED) reason.firstRows.push(row);
  }

  #reasonFor(column: string, expected: string): RowReason {
    const known = this.#counts.get(`${column}\n${expected}`);
    if (known !== undefined) return known;
    if (this.#counts.size >= MAX_REASONS && expected !== OTHERS.expected) {
      return this.#reasonFor(OTHERS.column, OTHERS.expected);
    }
    const reason = { column, expected, rows: 0, firstRows: [] };
    this.#counts.set(`${column}\n${expected}`, reason);
    return reason;
  }
}
