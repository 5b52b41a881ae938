import type { Campaign, NumberedRow } from './campaign.js';
import type { StoredRows } from './campaignRows.js';

/**
 * The row of a campaign that has this number in its file, or its first one where none is named; undefined where the file has none, or it was rejected or
 * is a duplicate. Chunks have the order of the file, so a few of them are read, however many there are.
 */
export async function findRow(
  rows: StoredRows,
  { id, import: imported }: Campaign,
  number: number | undefined,
): Promise<NumberedRow | undefined> {
  if (number === undefined) return (await rows.read(id, 0))[0];
  let from = 0;
  let to = (imported?.chunks ?? 0) - 1;
  while (from <= to) {
    const middle = (from + to) >> 1;
    const chunk = await rows.read(id, middle);
    const [first] = chunk;
    const last = chunk.at(-1);
    if (first === undefined || last === undefined) return undefined;
    if (number < first.number) to = middle - 1;
    else if (number > last.number) from = middle + 1;
    else return chunk.find((row) => row.number === number);
  }
  return undefined;
}
