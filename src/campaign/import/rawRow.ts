/** A row before anybody has said what its cells mean. */
export interface RawRow {
  /** As a spreadsheet counts: empty rows, too. In NDJSON, the number of its line. */
  number: number;
  cells: unknown[];
  /** Set when the row itself is malformed: what was expected instead. */
  flaw?: string;
}

/** Longer than any row that could be valid; what a forgotten quote swallows ends here. */
export const MAX_ROW_CHARS = 256 * 1024;

export const ROW_TOO_LONG = `at most ${MAX_ROW_CHARS} characters in a row; a quote left open makes one row of many`;

/**
 * Empty rows count, too: nothing else would end a small gzip that unfolds into endless empty lines. A
 * CSV has one row more, which names its columns.
 */
export const MAX_ROWS = 5_000_000;

export const TOO_MANY_ROWS = `at most ${MAX_ROWS} rows, empty ones included`;
