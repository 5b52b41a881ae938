/** A row that was set aside by an import. */
export interface RejectedRow {
  number: number;
  problems: { column: string; expected: string }[];
  /** As they were written: cells of CSV, or the one line of NDJSON. */
  cells: string[];
}

/** How refused rows were written, so that they can be written so again. */
export interface RejectedLayout {
  format: 'csv' | 'ndjson';
  /** Names of the columns as they were written; empty for NDJSON. */
  header: readonly string[];
}
