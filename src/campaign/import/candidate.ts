import { damageIn } from '../../notification/damagedText.js';
import { halfName, wholeName } from '../../notification/personName.js';
import { countryNamed } from '../../notification/phoneNumber.js';
import { isNoValue } from '../../notification/placeholders.js';
import { saysNoAddress } from '../../notification/recipientAddress.js';
import type { RejectedLayout, RejectedRow } from '../rowStore.js';
import type { KeptColumn } from './columnChoices.js';
import type { RecipientField } from './columnNames.js';
import type { Columns } from './columns.js';

/** What a row says, before it has been judged: anything may still stand anywhere. */
export interface Candidate {
  recipient: unknown;
  variables?: unknown;
}

/**
 * Puts values where their columns say they belong. Blank ones are left out, and so are those that say
 * that there is no value (`NULL`, `N/A`, `-`): a table has a cell for each column, with or without a
 * value. `read` says what a cell means, however it was written.
 */
export function candidateOf<Cell>(
  cells: readonly Cell[],
  columns: Columns,
  read: (cell: Cell) => unknown,
): Candidate {
  const recipient: Record<string, unknown> = {};
  for (const { field, at } of columns.recipient) {
    const cell = cells[at];
    const value = cell === undefined ? '' : read(cell);
    const meant = typeof value === 'string' ? meaningOf(field, value) : value;
    if (meant !== undefined) recipient[field] = meant;
  }
  if (columns.hasHalfNames) joinName(recipient);
  const variables: Record<string, unknown> = {};
  let isAny = false;
  for (const { name, at } of columns.variables) {
    const cell = cells[at];
    const value = cell === undefined ? '' : read(cell);
    if (typeof value === 'string' && isNoValue(value)) continue;
    variables[name] = value;
    isAny = true;
  }
  return isAny ? { recipient, variables } : { recipient };
}

/** Undefined where a cell says that there is none. */
function meaningOf(field: RecipientField, value: string): string | undefined {
  // The judge of the row names damage; it must see it.
  if (damageIn(value) !== undefined) return value;
  switch (field) {
    case 'firstName':
    case 'lastName':
      return halfName(value);
    case 'name':
      return wholeName(value);
    case 'country':
      return countryNamed(value);
    default:
      return saysNoAddress(value) ? undefined : value;
  }
}

function joinName(recipient: Record<string, unknown>): void {
  const { firstName, lastName } = recipient;
  delete recipient['firstName'];
  delete recipient['lastName'];
  const parts = [firstName, lastName].filter((part) => part !== undefined);
  if (parts.length > 0) recipient['name'] = parts.join(' ');
}

/*
 * Rows that are no recipients: programs write totals and notes below their exports, and files that were
 * put together have a header in the middle. Each is counted under a reason of its own.
 */

export const REPEATED_HEADER = 'a recipient; the header stands here once more';

export const NOTE_EXPECTED =
  'a recipient; a total or a note of the program that has written the file stands here';

/** How totals and notes begin, in the languages of common exports. */
const NOTE =
  /^(?:(?:grand |sub)?total(?:e|s)?|sum(?:me|a)?|gesamt(?:summe|anzahl)?|anzahl|count|(?:number of )?(?:records?|rows?|contacts?)|zeilen|datens[aä]tze|generated|created|exported|printed|report|source|confidential|copyright|page|end of|erstellt|erzeugt|exportiert|gedruckt|stand|quelle|vertraulich|seite|ende|g[eé]n[eé]r[eé]|cr[eé]{2}|export[eé]|lignes?|fin|generado|creado|exportado|filas?|registros?|p[aá]gina|©)(?:$|[\s:=.,;(*#-])|^(?:[-=*#_]\s?){3,}$/i;

const MAX_NOTE_CELLS = 3;

/** Whether a row is a total or a note. A row that could be written to is never asked about. */
export function isNote(cells: readonly string[]): boolean {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  const [first] = filled;
  if (first === undefined || filled.length > MAX_NOTE_CELLS) return false;
  return NOTE.test(first) && !filled.some(isLikeAnAddress);
}

/** A pattern for it would try each of its signs anew: a cell of 200,000 of them would take a minute. */
function isLikeAnAddress(cell: string): boolean {
  return !/\s/.test(cell) && cell.slice(1, -1).includes('@');
}

/** A row of a file, in whichever format, on its way to be judged. */
export interface ReadRow extends RejectedRow {
  /** What is wrong with the row itself; then its candidate is not to be looked at. */
  problems: RejectedRow['problems'];
  candidate: Candidate;
  /** The column's name as it was written, by the request's field (`recipient.email`). */
  nameOf: ReadonlyMap<string, string>;
  /** What stands in the file's own columns, in the order of `keptColumns` that have no variable. */
  own: readonly string[];
}

/** Reads rows out of text that comes in pieces. Throws an UnusableFileError where none can follow. */
export interface RowSource {
  push(piece: string): Iterable<ReadRow>;
  end(): Iterable<ReadRow>;
  /** Known once rows come. */
  readonly layout: RejectedLayout;
  /** Columns that mean nothing to the template, as far as they have been met. */
  readonly ignoredColumns: readonly string[];
  /** Columns that come back in the results; those without a variable are kept in `ReadRow.own`. */
  readonly keptColumns: readonly KeptColumn[];
}
