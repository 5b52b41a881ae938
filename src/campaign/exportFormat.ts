import { stringify } from 'csv-stringify/sync';
import { neutralised } from './spreadsheet.js';

/** CSV is for spreadsheets, with formulas neutralised; NDJSON is for programs and changes nothing. */
export type ExportFormat = 'csv' | 'ndjson';

export type Cell = string | number | undefined;

/** By it a spreadsheet finds out that a file is UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';

/** Where the file of the rows is not known to have another one. */
export const DEFAULT_SEPARATOR = ',';

/** How a CSV of ours begins: with the names of its columns. */
export function csvHeader(names: readonly string[], separator: string): string {
  return BYTE_ORDER_MARK + csvLines([names], separator);
}

/** Lines of CSV. Line ends are CRLF, as RFC 4180 has them. */
export function csvLines(rows: readonly (readonly Cell[])[], separator: string): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? neutralised(cell) : cell)),
  );
  return stringify(cells, {
    delimiter: separator,
    record_delimiter: 'windows',
    quote_record_delimiter: true,
  });
}

export function ndjsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
