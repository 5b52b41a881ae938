import type { Ledger } from '../notification/ledger.js';
import { countLabel, type NotificationRecord } from '../notification/record.js';
import type { BesideRows } from './besideRows.js';
import {
  type Campaign,
  type CampaignCounts,
  CHUNK_ROWS,
  isRowOf,
  type NumberedRow,
  type Row,
  rowId,
} from './campaign.js';
import type { CampaignStore } from './campaignStore.js';

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
 * was released and the ledger's retention is over: the counts still know how it ended, nobody knows
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
  campaigns: Pick<CampaignStore, 'counts' | 'released'>;
}

/**
 * Walks all rows in the order of the file, one stored chunk at a time: memory does not grow with the
 * campaign. What is moving while it is read is told as it stood when its chunk was.
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
  const [numbered, released, counts] = await Promise.all([
    rows.read(campaign.id, chunk),
    campaigns.released(campaign.id),
    campaigns.counts(campaign.id),
  ]);
  const ids = numbered.map(({ number }) => rowId(campaign.id, number));
  const snapshots = await ledger.snapshots(ids);
  const unreleased = unreleasedState(campaign, counts, released);
  return numbered.map(({ number, row }, at): TrackedRow => {
    const id = rowId(campaign.id, number);
    const seen = snapshots[at];
    if (seen instanceof Error) return { number, id, row, state: 'unreadable' };
    const record = seen?.record;
    if (record !== undefined && isRowOf(campaign, number, record)) {
      return { number, id, row, record, state: countLabel(record) };
    }
    if (chunk * CHUNK_ROWS + at >= released) return { number, id, row, state: unreleased };
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
