import { type NotificationView, viewOf } from '../notification/view.js';
import type { BesideRows } from './besideRows.js';
import type { Campaign } from './campaign.js';
import {
  type Cell,
  csvHeader,
  csvLines,
  DEFAULT_SEPARATOR,
  type ExportFormat,
  ndjsonLines,
} from './exportFormat.js';
import type { KeptColumn } from './import/keptColumns.js';
import { type RowSources, type RowState, type TrackedRow, trackedRows } from './trackedRows.js';

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
  if (format === 'csv') yield csvHeader([...COLUMNS, ...own], separator);
  let chunk = 0;
  for await (const rows of trackedRows(sources, campaign)) {
    const beside = await sources.rows.beside(campaign.id, chunk);
    const results = rows.map((row, at) => resultOf(row, ownCells(row, at, keptColumns, beside)));
    chunk += 1;
    if (format === 'ndjson') yield ndjsonLines(results.map((one) => withColumns(one, own)));
    else yield csvLines(results.map(lineOf), separator);
  }
}

interface OwnCells {
  cells: readonly (string | number | boolean)[];
  warning?: string;
}

type Result = Omit<RowResult, OwnField> & { own: OwnCells['cells'] };

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
    ...(email !== undefined && { email }),
    ...(externalContactId !== undefined && { externalContactId }),
    ...(phone !== undefined && { phone }),
    state,
    ...(reason !== undefined && { reason }),
    ...(record !== undefined && partsOf(viewOf(record, undefined))),
    ...(warning !== undefined && { warning }),
    own: cells,
  };
}

function partsOf(view: NotificationView): Partial<RowResult> {
  const { channel, reason, delivery, messageId, conversationId } = view;
  return {
    ...(channel !== undefined && { channel }),
    ...(reason !== undefined && { reason }),
    ...(delivery !== undefined && { delivery }),
    ...(messageId !== undefined && { messageId }),
    ...(conversationId !== undefined && { conversationId }),
    releasedAt: view.createdAt,
    updatedAt: view.updatedAt,
    attempts: view.attempts,
  };
}
