import type { FieldProblem } from '../../notification/request.js';
import type { Columns } from './columns.js';

/** What a row says, before it has been judged: anything may still stand anywhere. */
export interface Candidate {
  recipient: unknown;
  variables?: unknown;
}

/** A number that a spreadsheet has shortened: 1.55501E+10. */
const SHORTENED_NUMBER = /^\d(?:[.,]\d+)?E\+\d+$/i;

/** What a spreadsheet shows in the place of a value it could not work out. */
const SPREADSHEET_ERROR = /^#(?:N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!|SPILL!|CALC!)$/;

/** How people write numbers; a number without its country code stays wrong. */
const NUMBER_SEPARATORS = /[\s().\-/\u2010-\u2015]/g;

/**
 * Puts values where their columns say they belong; blank ones are left out. `read` says what a cell
 * means, however it was written.
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
    if (value === '') continue;
    recipient[field] = field === 'phone' ? withoutSeparators(value) : value;
  }
  if (columns.hasHalfNames) joinName(recipient);
  const variables: Record<string, unknown> = {};
  let isAny = false;
  for (const { name, at } of columns.variables) {
    const cell = cells[at];
    const value = cell === undefined ? '' : read(cell);
    if (value === '') continue;
    variables[name] = value;
    isAny = true;
  }
  return isAny ? { recipient, variables } : { recipient };
}

function withoutSeparators(phone: unknown): unknown {
  if (typeof phone !== 'string' || !phone.startsWith('+')) return phone;
  return phone.replace(NUMBER_SEPARATORS, '');
}

function joinName(recipient: Record<string, unknown>): void {
  const { firstName, lastName } = recipient;
  delete recipient['firstName'];
  delete recipient['lastName'];
  const parts = [firstName, lastName].filter((part) => part !== undefined);
  if (parts.length > 0) recipient['name'] = parts.join(' ');
}

/**
 * What is wrong with texts whatever they are used for: they were damaged on their way here. Nobody
 * would see it before it stands in a customer's inbox.
 */
export function damages({ recipient, variables }: Candidate): readonly FieldProblem[] {
  const problems = damagesIn('recipient', recipient, NONE);
  return damagesIn('variables', variables, problems);
}

/** Nearly every row has none: it costs no array then. */
const NONE: readonly FieldProblem[] = [];

function damagesIn(
  group: string,
  values: unknown,
  found: readonly FieldProblem[],
): readonly FieldProblem[] {
  let problems = found;
  for (const name in values as Record<string, unknown>) {
    const value = (values as Record<string, unknown>)[name];
    if (typeof value !== 'string') continue;
    const expected = damageOf(value) ?? (name === 'phone' ? shortened(value) : undefined);
    if (expected === undefined) continue;
    problems = [...problems, { field: `${group}.${name}`, expected }];
  }
  return problems;
}

function damageOf(value: string): string | undefined {
  if (value.includes('\ufffd')) return 'readable letters; save the file as "CSV UTF-8"';
  if (value.includes('\0')) return 'text without NUL characters';
  if (value.startsWith('#') && SPREADSHEET_ERROR.test(value)) {
    return "a value; a spreadsheet's error stands here";
  }
  return undefined;
}

function shortened(value: string): string | undefined {
  if (!SHORTENED_NUMBER.test(value)) return undefined;
  return 'an E.164 number such as +15550100123; a spreadsheet has shortened this one: format the column as text before numbers are entered';
}
