/*
 * Columns of the file that come back in the results, so that people can match them with their own
 * records: a customer number, a branch. They wait in Redis beside the rows, so there is a limit.
 */

/** A column of the file as the results show it; with a `variable`, the row has its value already. */
export interface KeptColumn {
  name: string;
  variable?: string;
}

export const MAX_KEPT_COLUMNS = 20;
const MAX_KEPT_CHARS = 200;

export interface Placed extends KeptColumn {
  at: number;
}

/** The first columns that have a name, in the order of the file. */
export function keptColumns(
  ignored: readonly { name: string; at: number }[],
  variables: readonly { name: string; at: number }[],
  names: readonly string[],
): Placed[] {
  const own = ignored.filter(({ name }) => name !== '').slice(0, MAX_KEPT_COLUMNS);
  const known = variables.map(({ name, at }) => ({ name: names[at] ?? name, variable: name, at }));
  return [...own, ...known].sort((a, b) => a.at - b.at);
}

/** A cell as it is kept: what is too long is cut, and shows it. */
export function keptCell(cell: string): string {
  return cell.length <= MAX_KEPT_CHARS ? cell : `${cell.slice(0, MAX_KEPT_CHARS - 1)}…`;
}
