import type { ImportedRow } from './campaign.js';

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
