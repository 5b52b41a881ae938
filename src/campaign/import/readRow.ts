import type { RejectedLayout, RejectedRow } from '../rejectedRow.js';
import type { Candidate } from './candidate.js';
import type { KeptColumn } from './keptColumns.js';

/** A row of a file, in whichever format, on its way to be judged. */
export interface ReadRow extends RejectedRow {
  /** What is wrong with the row itself; then its candidate is not to be looked at. */
  problems: RejectedRow['problems'];
  candidate: Candidate;
  /** The column's name as it was written, by the request's field (`recipient.email`). */
  nameOf: ReadonlyMap<string, string>;
  /** What stands in the file's own columns, in the order of `keptColumns` that have no variable. */
  own: readonly string[];
}

/** Reads rows out of text that comes in pieces. Throws an UnusableFileError where none can follow. */
export interface RowSource {
  push(piece: string): Iterable<ReadRow>;
  end(): Iterable<ReadRow>;
  /** Known once rows come. */
  readonly layout: RejectedLayout;
  /** Columns that mean nothing to the template, as far as they have been met. */
  readonly ignoredColumns: readonly string[];
  /** Columns that come back in the results; those without a variable are kept in `ReadRow.own`. */
  readonly keptColumns: readonly KeptColumn[];
}
