/** A row that an import has rejected. */
export interface RejectedRow {
  number: number;
  problems: { column: string; expected: string }[];
  /** As they were written: cells of CSV, or the one line of NDJSON. */
  cells: string[];
}

/** How rejected rows were written, so that they can be written so again. */
export interface RejectedLayout {
  format: 'csv' | 'ndjson';
  /** Names of the columns as they were written; empty for NDJSON. */
  header: readonly string[];
  /** What separates cells of CSV; older records lack it. */
  separator?: string;
}

/** What is wrong with a row, in one line; never what stands in it. */
export function describeProblems(problems: RejectedRow['problems']): string {
  return problems
    .map(({ column, expected }) =>
      column === '' ? `expected ${expected}` : `${column}: expected ${expected}`,
    )
    .join('; ');
}
