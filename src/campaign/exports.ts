import { stringify } from 'csv-stringify/sync';
import { isNestedTooDeeply } from '../http/jsonNesting.js';
import { type NotificationView, viewOf } from '../notification/notificationView.js';
import type { Campaign } from './campaign.js';
import {
  type BesideRows,
  type RowSources,
  type RowState,
  type TrackedRow,
  trackedRows,
} from './campaignRows.js';
import type { KeptColumn } from './import/columnChoices.js';
import { isReportColumn, REJECTED_BECAUSE_COLUMN, REJECTED_ROW_COLUMN } from './import/columns.js';
import {
  describeProblems,
  type RejectedLayout,
  type RejectedRow,
  type RowStore,
} from './rowStore.js';

/** What makes a formula of a cell: `=`, `+`, `-`, `@`, full-width ones too. */
const SIGN = '=+\\-@＝＋－＠';

/**
 * What a spreadsheet would take for a formula: one of these as the first sign, blanks and apostrophes
 * aside, or a tab or line break at the very beginning, behind which some programs look.
 */
const FORMULA = new RegExp(`^(?:[\\s']*[${SIGN}]|[\\t\\r\\n])`);

/**
 * The same behind a separator or line break within a cell. A spreadsheet that is set to another
 * separator than the file's cuts the cell there, quotes or not, and reads the rest as a cell. A run of blanks and
 * quotes is looked at once, from its beginning: from each of its places, a cell of 16,000 line ends took a second.
 */
const BEFORE_SIGN = new RegExp(`(?<![\\s'"])[\\s'"]*(?=[${SIGN}])`, 'g');
const SEPARATORS = ',;|';

/**
 * A cell as it may stand in a CSV file that is opened in a spreadsheet, whatever separator that is set
 * to. What begins like a formula gets an apostrophe in front: `=cmd()` stays text, and `'+15550100123`
 * keeps its plus, where a bare number would be shown as 1.55501E+10. `Ann;=1+1` becomes `Ann;'=1+1`.
 */
export function neutralised(cell: string): string {
  const inner = cell.replace(BEFORE_SIGN, (run: string, at: number) => {
    const first = isBehindSeparator(cell, at) ? "'" : '';
    return first + run.replace(/\r\n|[\t\r\n]/g, "$&'");
  });
  return FORMULA.test(cell) ? `'${inner}` : inner;
}

/**
 * The cell without the apostrophes that `neutralised`, or a person, has put before it. Import reads
 * every cell through this, so that a file which was exported, corrected and uploaded again means the
 * same. Apostrophes within a cell are the customer's own; see `withoutInner`.
 */
export function restored(cell: string): string {
  if (!cell.startsWith("'")) return cell;
  const bare = cell.replace(/^'+/, '');
  return FORMULA.test(bare) ? bare : cell;
}

/** Takes back what `neutralised` has put within a cell. Only for files that an export has written. */
export function withoutInner(cell: string): string {
  return cell.replace(BEFORE_SIGN, (run: string, at: number) => {
    const bare = isBehindSeparator(cell, at) ? run.replace(/^'/, '') : run;
    return bare.replace(/(\r\n|[\t\r\n])'/g, '$1');
  });
}

function isBehindSeparator(cell: string, at: number): boolean {
  return at > 0 && SEPARATORS.includes(cell.charAt(at - 1));
}

/** CSV is for spreadsheets, with formulas neutralised; NDJSON is for programs and changes nothing. */
export type ExportFormat = 'csv' | 'ndjson';

/** A file as it is read, piece by piece. */
export interface ExportedFile {
  format: ExportFormat;
  text: AsyncIterable<string>;
}

type Cell = string | number | undefined;

/** By it a spreadsheet finds out that a file is UTF-8. */
const BYTE_ORDER_MARK = '\ufeff';

/** Where the file of the rows is not known to have another one. */
export const DEFAULT_SEPARATOR = ',';

/** How a CSV of ours begins: with the names of its columns. */
function csvHeader(names: readonly string[], separator: string): string {
  return BYTE_ORDER_MARK + csvLines([names], separator);
}

/** Lines of CSV. Line ends are CRLF, as RFC 4180 has them. */
function csvLines(rows: readonly (readonly Cell[])[], separator: string): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? neutralised(cell) : cell)),
  );
  return stringify(cells, {
    delimiter: separator,
    record_delimiter: 'windows',
    quote_record_delimiter: true,
  });
}

function ndjsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/**
 * The rows that an import has rejected, as they were, each with its row number and what is wrong
 * with it in columns of their own. In the format in which they came, they can be corrected and
 * uploaded as they stand; import passes those columns over.
 *
 * The CSV has the separator of the file, and says that it is UTF-8 in a way that spreadsheets
 * understand: it is made to be opened there.
 */
export async function* exportRejected(
  rows: Pick<RowStore, 'rejectedLayout' | 'rejected'>,
  campaignId: string,
  format: ExportFormat,
): AsyncGenerator<string> {
  const layout = await rows.rejectedLayout(campaignId);
  if (format === 'csv') yield rejectedHeader(layout);
  for await (const page of rows.rejected(campaignId)) yield rejectedLines(page, layout, format);
}

/** How the CSV of rejected rows begins. */
export function rejectedHeader(layout: RejectedLayout | undefined): string {
  const names = columnsOf(layout).map(({ name }) => name);
  return csvHeader([...REPORT_COLUMNS, ...names], layout?.separator ?? DEFAULT_SEPARATOR);
}

/** Rejected rows as they are exported. */
export function rejectedLines(
  page: readonly RejectedRow[],
  layout: RejectedLayout | undefined,
  format: ExportFormat,
): string {
  const columns = columnsOf(layout);
  if (format === 'csv') {
    const lines = page.map((row) => csvRow(row, columns));
    return csvLines(lines, layout?.separator ?? DEFAULT_SEPARATOR);
  }
  if (layout?.format === 'ndjson') return page.map(taggedLine).join('');
  return ndjsonLines(page.map((row) => objectOf(row, columns)));
}

interface Column {
  name: string;
  at: number;
}

const REPORT_COLUMNS = [REJECTED_ROW_COLUMN, REJECTED_BECAUSE_COLUMN] as const;

/** The file's own columns; those of an earlier export would say what was wrong before. */
function columnsOf(layout: RejectedLayout | undefined): Column[] {
  if (layout?.format === 'ndjson') return [{ name: 'line', at: 0 }];
  const columns = (layout?.header ?? []).map((name, at) => ({ name, at }));
  return columns.filter(({ name }) => !isReportColumn(name));
}

/** What a row has beyond its columns comes last: it is what has to be corrected. */
function csvRow(row: RejectedRow, columns: readonly Column[]): Cell[] {
  const last = Math.max(-1, ...columns.map(({ at }) => at));
  const own = columns.map(({ at }) => row.cells[at] ?? '');
  const beyond = row.cells.slice(last + 1);
  const filled = beyond.slice(0, beyond.findLastIndex((cell) => cell.trim() !== '') + 1);
  return [row.number, describeProblems(row.problems), ...own, ...filled];
}

function objectOf(row: RejectedRow, columns: readonly Column[]): object {
  return Object.fromEntries([
    [REJECTED_ROW_COLUMN, row.number],
    [REJECTED_BECAUSE_COLUMN, describeProblems(row.problems)],
    ...columns.map(({ name, at }) => [name, row.cells[at] ?? '']),
  ]);
}

/**
 * A line of NDJSON with the report at its beginning. The rest stays letter by letter: to parse a
 * number and print it again may change it.
 */
function taggedLine(row: RejectedRow): string {
  const line = row.cells[0]?.trim() ?? '';
  const report = {
    [REJECTED_ROW_COLUMN]: row.number,
    [REJECTED_BECAUSE_COLUMN]: describeProblems(row.problems),
  };
  const names = namesIn(line);
  if (names === undefined) return ndjsonLines([{ ...report, line }]);
  if (names.some(isReportColumn)) {
    const others = Object.entries(JSON.parse(line) as object).filter(
      ([name]) => !isReportColumn(name),
    );
    return ndjsonLines([Object.fromEntries([...Object.entries(report), ...others])]);
  }
  const rest = line.slice(1).trimStart();
  return `${JSON.stringify(report).slice(0, -1)}${rest.startsWith('}') ? '' : ','}${rest}\n`;
}

/** The names in an object, or undefined when it is none. */
function namesIn(line: string): string[] | undefined {
  if (isNestedTooDeeply(line)) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? Object.keys(value) : undefined;
  } catch {
    return undefined;
  }
}

/** What became of one row. Times are ISO 8601. */
export interface RowResult {
  row: number;
  id: string;
  email?: string;
  externalContactId?: string;
  phone?: string;
  state: RowState;
  channel?: NotificationView['channel'];
  reason?: string;
  delivery?: NotificationView['delivery'];
  messageId?: string;
  conversationId?: string;
  releasedAt?: string;
  updatedAt?: string;
  attempts?: number;
  /** Which address the import has left out, and what was expected there. */
  warning?: string;
  /** The file's own columns. */
  columns?: Record<string, string | number | boolean>;
}

type OwnField = 'columns';

/** The columns of the CSV, before the file's own; a new field of a result does not compile before it has its place here. */
const COLUMNS = Object.keys({
  row: true,
  id: true,
  email: true,
  externalContactId: true,
  phone: true,
  state: true,
  channel: true,
  reason: true,
  delivery: true,
  messageId: true,
  conversationId: true,
  releasedAt: true,
  updatedAt: true,
  attempts: true,
  warning: true,
} satisfies Record<Exclude<keyof RowResult, OwnField>, true>) as Exclude<
  keyof RowResult,
  OwnField
>[];

/**
 * Every row and what became of it, as text, page by page; the CSV begins with its header, has the
 * separator of the file that was imported, and ends with that file's own columns.
 */
export async function* exportResults(
  sources: RowSources,
  campaign: Campaign,
  format: ExportFormat,
): AsyncGenerator<string> {
  const { keptColumns = [], separator = DEFAULT_SEPARATOR } = campaign.import ?? {};
  const own = ownNames(keptColumns);
  if (format === 'csv') yield resultsHeader(own, separator);
  let chunk = 0;
  for await (const rows of trackedRows(sources, campaign)) {
    const beside = await sources.rows.beside(campaign.id, chunk);
    const results = rows.map((row, at) => resultOf(row, ownCells(row, at, keptColumns, beside)));
    chunk += 1;
    yield resultLines(results, own, { format, separator });
  }
}

/** How the CSV of results begins; `own` are the names of the file's own columns. */
export function resultsHeader(own: readonly string[], separator = DEFAULT_SEPARATOR): string {
  return csvHeader([...COLUMNS, ...own], separator);
}

/** Results as they are exported. */
export function resultLines(
  results: readonly Result[],
  own: readonly string[],
  { format, separator = DEFAULT_SEPARATOR }: { format: ExportFormat; separator?: string },
): string {
  if (format === 'csv') return csvLines(results.map(lineOf), separator);
  return ndjsonLines(results.map((one) => withColumns(one, own)));
}

interface OwnCells {
  cells: readonly (string | number | boolean)[];
  warning?: string;
}

/** `own` is what stands in the file's own columns. */
export type Result = Omit<RowResult, OwnField> & { own: OwnCells['cells'] };

/** A column of the file that is called as one of ours, or as another one, has a name of its own. */
function ownNames(keptColumns: readonly KeptColumn[]): string[] {
  const taken = new Set<string>(COLUMNS);
  return keptColumns.map(({ name }) => {
    let own = name;
    for (let more = 1; taken.has(own); more += 1) {
      own = more === 1 ? `${name} (file)` : `${name} (file ${more})`;
    }
    taken.add(own);
    return own;
  });
}

function ownCells(
  { row }: TrackedRow,
  at: number,
  keptColumns: readonly KeptColumn[],
  beside: BesideRows | undefined,
): OwnCells {
  let stored = 0;
  const cells = keptColumns.map(({ variable }) => {
    if (variable !== undefined) return row.variables?.[variable] ?? '';
    const cell = beside?.own[stored]?.[at] ?? '';
    stored += 1;
    return cell;
  });
  const warning = beside?.warnings[at];
  return warning === undefined ? { cells } : { cells, warning };
}

function lineOf(result: Result): Cell[] {
  return [...COLUMNS.map((column) => result[column]), ...result.own.map(String)];
}

function withColumns({ own, ...result }: Result, names: readonly string[]): RowResult {
  if (own.length === 0) return result;
  const columns = Object.fromEntries(names.map((name, at) => [name, own[at] ?? '']));
  return { ...result, columns };
}

function resultOf(
  { number, id, row, record, state, reason }: TrackedRow,
  { cells, warning }: OwnCells,
): Result {
  const { email, externalContactId, phone } = row.recipient;
  return {
    row: number,
    id,
    email,
    externalContactId,
    phone,
    state,
    reason,
    ...(record !== undefined && partsOf(viewOf(record, undefined))),
    warning,
    own: cells,
  };
}

function partsOf(view: NotificationView): Partial<RowResult> {
  const { channel, reason, delivery, messageId, conversationId } = view;
  return {
    channel,
    reason,
    delivery,
    messageId,
    conversationId,
    releasedAt: view.createdAt,
    updatedAt: view.updatedAt,
    attempts: view.attempts,
  };
}
