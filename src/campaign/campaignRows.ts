import type { Ledger } from '../notification/ledger.js';
import { countLabel, type NotificationRecord } from '../notification/record.js';
import type { NotificationRequest } from '../notification/request.js';
import {
  type Campaign,
  type CampaignCounts,
  CHUNK_ROWS,
  type ImportedRow,
  isRowOf,
  type NumberedRow,
  type Row,
  rowId,
} from './campaign.js';
import type { CampaignStore } from './store.js';

/*
 * What is kept beside the rows of a chunk for the results alone: cells of the file's own columns, and
 * which addresses were left out. It lies apart, so that releasing rows does not unpack it. Column by
 * column, because what is alike compresses well next to each other.
 */

export interface BesideRows {
  /** By own column, a cell for each row of the chunk. */
  own: string[][];
  /** By the row's place in the chunk. */
  warnings: Record<number, string>;
}

/** Undefined where there is nothing to keep. */
export function besideRows(rows: readonly ImportedRow[]): BesideRows | undefined {
  const columns = Math.max(...rows.map(({ own }) => own?.length ?? 0));
  const own = Array.from({ length: columns }, (_, column) =>
    rows.map((row) => row.own?.[column] ?? ''),
  );
  const warnings: Record<number, string> = {};
  for (const [at, { warning }] of rows.entries()) {
    if (warning !== undefined) warnings[at] = warning;
  }
  const isEmpty = own.every((cells) => cells.every((cell) => cell === ''));
  return isEmpty && Object.keys(warnings).length === 0 ? undefined : { own, warnings };
}

/** What a row asks for. It follows from row and campaign alone: the same whenever it is released. */
export function rowRequest(
  { id, template, defaults, endAt }: Campaign,
  { recipient, variables }: Row,
): NotificationRequest {
  const { variables: given, ...shared } = defaults;
  const some = given !== undefined || variables !== undefined;
  return {
    ...shared,
    recipient,
    ...(some && { variables: { ...given, ...variables } }),
    template,
    priority: 'campaign',
    campaignId: id,
    ...(endAt !== undefined && { deadline: new Date(endAt).toISOString() }),
  };
}

/** A row of a campaign, with all that is known of it. */
export interface TrackedRow {
  number: number;
  /** The id of its notification, whether there is one yet or not. */
  id: string;
  row: Row;
  /** What the ledger holds of it; absent before it is released, and once the ledger has forgotten it. */
  record?: NotificationRecord;
  state: RowState;
  /** Set when something else has the id that this row would have had: it has failed. */
  reason?: 'id_taken';
}

/**
 * Where a row stands, under the names that the campaign's counts have. A row is `forgotten` when it
 * was released and the ledger's retention is over: the counts still know how it ended, nothing knows
 * any more for this row. It is `unreadable` when its record is damaged.
 */
export type RowState = keyof CampaignCounts | 'forgotten' | 'unreadable';

/** The rows of campaigns, as they were imported. */
export interface StoredRows {
  read(campaignId: string, chunk: number): Promise<NumberedRow[]>;
}

interface StoredRowsAndBeside extends StoredRows {
  beside(campaignId: string, chunk: number): Promise<BesideRows | undefined>;
}

/** Where rows, and what became of them, are read. */
export interface RowSources {
  rows: StoredRowsAndBeside;
  ledger: Pick<Ledger, 'snapshots'>;
  campaigns: Pick<CampaignStore, 'counts' | 'cursor'>;
}

/**
 * Walks all rows in the order of the file, one stored chunk at a time: memory does not grow with the
 * campaign. A row that changes during the
 * walk is reported as it was when its chunk was read.
 */
export async function* trackedRows(
  sources: RowSources,
  campaign: Campaign,
): AsyncGenerator<TrackedRow[]> {
  const chunks = campaign.import?.chunks ?? 0;
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    yield await trackChunk(sources, campaign, chunk);
  }
}

/**
 * The number of released rows is read before the ledger: a row is accepted before it is counted as
 * released, so one that is counted and has no record did have one.
 */
async function trackChunk(
  { rows, ledger, campaigns }: RowSources,
  campaign: Campaign,
  chunk: number,
): Promise<TrackedRow[]> {
  const [numbered, released, postponed, counts] = await Promise.all([
    rows.read(campaign.id, chunk),
    campaigns.cursor.released(campaign.id),
    campaigns.cursor.postponed(campaign.id, chunk),
    campaigns.counts(campaign.id),
  ]);
  const ids = numbered.map(({ number }) => rowId(campaign.id, number));
  const snapshots = await ledger.snapshots(ids);
  const isPostponed = new Set(postponed.places);
  const unreleased = unreleasedState(campaign, counts, released);
  return numbered.map(({ number, row }, at): TrackedRow => {
    const id = rowId(campaign.id, number);
    const seen = snapshots[at];
    if (seen instanceof Error) return { number, id, row, state: 'unreadable' };
    const record = seen?.record;
    if (record !== undefined && isRowOf(campaign, number, record)) {
      return { number, id, row, record, state: countLabel(record) };
    }
    const isUnreleased = chunk * CHUNK_ROWS + at >= released || isPostponed.has(at);
    if (isUnreleased) return { number, id, row, state: unreleased };
    if (record === undefined) return { number, id, row, state: 'forgotten' };
    return { number, id, row, state: 'failed', reason: 'id_taken' };
  });
}

/**
 * All rows that were never released stand alike: they wait, or ended together, when the campaign was
 * cancelled or when its time was over, whichever came first.
 */
function unreleasedState(
  { state, endAt, endedAt, import: imported }: Campaign,
  counts: CampaignCounts,
  released: number,
): RowState {
  if (counts.waiting > 0) return 'waiting';
  if (state !== 'cancelled') return 'expired';
  const unreleased = (imported?.rows ?? 0) - released;
  const timeWasOver = endAt !== undefined && endedAt !== undefined && endAt <= endedAt;
  return timeWasOver && counts.expired >= unreleased ? 'expired' : 'cancelled';
}
