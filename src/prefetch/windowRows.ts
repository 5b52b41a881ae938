import type { Campaign, NumberedRow } from '../campaign/campaign.js';
import { CHUNK_ROWS } from '../campaign/campaign.js';
import type { StoredRows } from '../campaign/campaignRows.js';
import { type BlockPlace, blockOf, WINDOW_BLOCKS, type WindowStart } from './prefetchState.js';

/** A row with its place among all rows of the file, from 0 on. */
export interface PlacedRow extends NumberedRow {
  place: number;
}

export interface WindowRows {
  /** By block, in the order of the file. */
  blocks: Map<number, PlacedRow[]>;
  /** Where the next window begins; absent when these are the last rows. */
  next?: WindowStart;
}

/** Reads the rows of a window, one stored chunk at a time; a window is bounded, so its memory is. */
export async function readWindow(
  rows: StoredRows,
  campaign: Pick<Campaign, 'id' | 'import'>,
  { chunk: first, block: firstBlock }: WindowStart,
): Promise<WindowRows> {
  const blocks = new Map<number, PlacedRow[]>();
  const chunks = campaign.import?.chunks ?? 0;
  for (let chunk = first; chunk < chunks; chunk += 1) {
    const numbered = await rows.read(campaign.id, chunk);
    for (const [at, row] of numbered.entries()) {
      const block = blockOf(row.number);
      if (block < firstBlock) continue;
      const known = blocks.get(block);
      if (known === undefined && blocks.size === WINDOW_BLOCKS) {
        return { blocks, next: { chunk, block } };
      }
      const placed = { ...row, place: chunk * CHUNK_ROWS + at };
      if (known === undefined) blocks.set(block, [placed]);
      else known.push(placed);
    }
  }
  return { blocks };
}

/** Where the rows begin that are released next. */
export async function startAt(
  rows: StoredRows,
  campaignId: string,
  released: number,
): Promise<WindowStart | undefined> {
  const chunk = Math.floor(released / CHUNK_ROWS);
  const numbered = await rows.read(campaignId, chunk);
  const row = numbered[released % CHUNK_ROWS];
  return row === undefined ? undefined : { chunk, block: blockOf(row.number) };
}

export function placesOf({ blocks }: WindowRows): BlockPlace[] {
  return [...blocks].map(([block, rows]) => ({ block, endsAt: (rows.at(-1)?.place ?? -1) + 1 }));
}
