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
