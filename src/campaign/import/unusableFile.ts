/** A row before its cells have a meaning. */
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

/** Which column to read as what, to get over a problem. */
export interface ColumnSuggestion {
  column: string;
  /** A field of the recipient or a variable of the template. */
  as: string;
}

/** One thing that keeps a file from being imported; never holds what stands in a cell. */
export interface FileProblem {
  /** As a spreadsheet counts; absent when the file as a whole is meant. */
  row?: number;
  column?: string;
  expected: string;
  suggestion?: ColumnSuggestion;
}

/**
 * Thrown from within the reading of a file, where no further row can be read or none may be: the
 * import as a whole answers with these problems, as a value.
 */
export class UnusableFileError extends Error {
  override readonly name = 'UnusableFileError';
  readonly problems: readonly FileProblem[];

  constructor(...problems: FileProblem[]) {
    super(problems.map(({ expected }) => expected).join('; '));
    this.problems = problems;
  }
}
