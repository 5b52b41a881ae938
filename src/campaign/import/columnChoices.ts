import type { Channel } from '../../notification/state.js';

/** What the person who imports a file has said of its columns, before their names are read. */
export interface ColumnChoices {
  /** The name of a column, and what it means: a field of the recipient or a variable. */
  readonly map: Readonly<Record<string, string>>;
  /** Columns that are passed over, and not kept for the results either. */
  readonly ignore: readonly string[];
}

export const NO_CHOICES: ColumnChoices = { map: {}, ignore: [] };

/** Choices of the campaign and of one upload together; the upload's go first. */
export function joinedChoices(
  ...choices: readonly (Partial<ColumnChoices> | undefined)[]
): ColumnChoices {
  return {
    map: Object.assign({}, ...choices.map((some) => some?.map ?? {})) as Record<string, string>,
    ignore: choices.flatMap((some) => some?.ignore ?? []),
  };
}

/** What is known of the file and its campaign beside the names of the columns. */
export interface ColumnContext {
  choices: ColumnChoices;
  /** Channels that the campaign may use. */
  channels: readonly Channel[];
  /** The first row below the header, to propose a column by. It is never repeated. */
  sample?: readonly string[];
}

export type ReadChoice = { ok: true; column: string; as: string } | { ok: false; expected: string };

/** Reads `E-Mail-Adresse=email`. The name of a column may hold a `=`, what it means may not. */
export function readChoice(text: string): ReadChoice {
  const at = text.lastIndexOf('=');
  const [column, as] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at < 1 || column === '' || as === '') {
    return { ok: false, expected: 'COLUMN=FIELD, such as "E-Mail-Adresse=email"' };
  }
  return { ok: true, column, as };
}

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
