import { countryNamed } from '../../notification/country.js';
import { damageIn } from '../../notification/damagedText.js';
import { halfName, wholeName } from '../../notification/personName.js';
import { isNoValue } from '../../notification/placeholders.js';
import { saysNoAddress } from '../../notification/recipientAddress.js';
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
