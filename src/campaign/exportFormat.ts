import { stringify } from 'csv-stringify/sync';
import { neutralised } from './spreadsheet.js';

/** CSV is for spreadsheets, with formulas neutralised; NDJSON is for programs and changes nothing. */
export type ExportFormat = 'csv' | 'ndjson';

export type Cell = string | number | undefined;

const BYTE_ORDER_MARK = '\ufeff';

/** Lines of CSV. Line ends are CRLF, as RFC 4180 has them. */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? neutralised(cell) : cell)),
  );
  return stringify(cells, { record_delimiter: 'windows', quote_record_delimiter: true });
}

/** Lines of CSV in front of which a spreadsheet finds out that they are UTF-8. */
export function csvForSpreadsheets(rows: readonly (readonly Cell[])[]): string {
  return BYTE_ORDER_MARK + csvLines(rows);
}

export function ndjsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}
