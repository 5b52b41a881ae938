import { type NotificationView, viewOf } from '../notification/view.js';
import type { Campaign } from './campaign.js';
import { csvLines, type ExportFormat, ndjsonLines } from './exportFormat.js';
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
}

/** The columns of the CSV; a new field of a result does not compile before it has its place here. */
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
} satisfies Record<keyof RowResult, true>) as (keyof RowResult)[];

/** Every row and what became of it, as text, page by page; the CSV begins with its header. */
export async function* exportResults(
  sources: RowSources,
  campaign: Campaign,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format === 'csv') yield csvLines([COLUMNS]);
  for await (const rows of trackedRows(sources, campaign)) {
    const results = rows.map(resultOf);
    if (format === 'ndjson') yield ndjsonLines(results);
    else yield csvLines(results.map((result) => COLUMNS.map((column) => result[column])));
  }
}

function resultOf({ number, id, row, record, state, reason }: TrackedRow): RowResult {
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
