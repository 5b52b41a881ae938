import type { TemplateManifest } from '../../templates/manifest.js';
import { didYouMean } from '../../templates/problems.js';
import { fieldNamed, folded, type RecipientField } from './columnNames.js';
import type { FileProblem } from './unusable.js';

const MAX_COLUMNS = 500;
const NAMES_SHOWN = 20;
const NAME_CHARS_SHOWN = 64;

const ADDRESSES = ['email', 'externalContactId', 'phone'] as const;
const ADDRESS_EXPECTED = 'a column named email, externalContactId or phone';

/** Written by exports of refused rows, for people; an import passes them over. */
export const REJECTED_ROW_COLUMN = 'rejected_row';
export const REJECTED_BECAUSE_COLUMN = 'rejected_because';
const REPORT_COLUMNS = [REJECTED_ROW_COLUMN, REJECTED_BECAUSE_COLUMN].map(folded);

export function isReportColumn(name: string): boolean {
  return REPORT_COLUMNS.includes(folded(name));
}

/** What stands in which column, by its place from 0. */
export interface Columns {
  recipient: readonly { field: RecipientField; at: number }[];
  variables: readonly { name: string; at: number }[];
  /** Whether the name comes in two parts. */
  hasHalfNames: boolean;
  /** Names of columns that mean nothing to the template. */
  ignored: readonly string[];
  /** The column's name as it was written, by the request's field (`recipient.email`). */
  nameOf: ReadonlyMap<string, string>;
}

export type MappedColumns =
  | { ok: true; columns: Columns }
  | { ok: false; problems: [FileProblem, ...FileProblem[]] };

/**
 * Finds out what columns mean from their names. A column is a recipient's field by its name or an
 * alias; else a variable that the template declares. What the template declares by just an alias'
 * name is the template's: its `mobile` may be anybody's. A field's own name serves both.
 */
export function mapColumns(names: readonly string[], manifest: TemplateManifest): MappedColumns {
  if (names.length > MAX_COLUMNS) {
    const expected = `at most ${MAX_COLUMNS} columns; there are ${names.length}`;
    return { ok: false, problems: [{ expected }] };
  }
  const mapping = new Mapping(names, Object.keys(manifest.variables));
  return mapping.result();
}

class Mapping {
  readonly #names: readonly string[];
  readonly #declared: readonly string[];
  readonly #byField = new Map<RecipientField, number>();
  readonly #byVariable = new Map<string, number>();
  readonly #ignored: string[] = [];
  readonly #problems: FileProblem[] = [];

  constructor(names: readonly string[], declared: readonly string[]) {
    this.#names = names.map((name) => name.trim());
    this.#declared = declared;
    // A field's own name goes before its aliases, wherever the columns stand.
    const order = [...this.#names.keys()].sort((a, b) => this.#rank(a) - this.#rank(b));
    for (const at of order) this.#place(at);
  }

  result(): MappedColumns {
    this.#dropHalfNames();
    this.#requireAddress();
    const [first, ...rest] = this.#problems;
    if (first !== undefined) return { ok: false, problems: [first, ...rest] };
    const recipient = [...this.#byField].map(([field, at]) => ({ field, at }));
    const variables = [...this.#byVariable].map(([name, at]) => ({ name, at }));
    const nameOf = new Map<string, string>([
      ...recipient.map(({ field, at }) => [`recipient.${field}`, this.#name(at)] as const),
      ...variables.map(({ name, at }) => [`variables.${name}`, this.#name(at)] as const),
    ]);
    const firstName = nameOf.get('recipient.firstName');
    if (firstName !== undefined) nameOf.set('recipient.name', firstName);
    const addresses = ADDRESSES.flatMap((field) => nameOf.get(`recipient.${field}`) ?? []);
    nameOf.set('recipient', addresses.join(', '));
    const ignored = this.#ignored.map((name) => name.slice(0, NAME_CHARS_SHOWN));
    const hasHalfNames = firstName !== undefined;
    return { ok: true, columns: { recipient, variables, hasHalfNames, ignored, nameOf } };
  }

  #name(at: number): string {
    return this.#names[at] ?? '';
  }

  #rank(at: number): number {
    return fieldNamed(folded(this.#name(at)))?.isOwnName ? 0 : 1;
  }

  #place(at: number): void {
    const name = this.#name(at);
    const key = folded(name);
    if (name === '' || isReportColumn(name)) return;
    if (name === '__proto__') {
      this.#problems.push({ column: name, expected: 'another name for this column' });
      return;
    }
    const variable = this.#variableNamed(name, key);
    if (variable !== undefined) this.#claim(this.#byVariable, variable, at);
    const meant = fieldNamed(key);
    if (meant !== undefined && (meant.isOwnName || variable === undefined)) {
      this.#claimField(meant.field, meant.isOwnName, at);
    } else if (variable === undefined) {
      this.#ignored.push(name);
    }
  }

  #variableNamed(name: string, key: string): string | undefined {
    return (
      this.#declared.find((declared) => declared === name) ??
      this.#declared.find((declared) => folded(declared) === key)
    );
  }

  #claimField(field: RecipientField, isOwnName: boolean, at: number): void {
    const taken = this.#byField.get(field);
    const takenByOwnName =
      taken !== undefined && fieldNamed(folded(this.#name(taken)))?.isOwnName === true;
    if (takenByOwnName && !isOwnName) this.#ignored.push(this.#name(at));
    else this.#claim(this.#byField, field, at);
  }

  #claim<Key extends string>(claims: Map<Key, number>, key: Key, at: number): void {
    const taken = claims.get(key);
    if (taken === undefined) {
      claims.set(key, at);
      return;
    }
    const [one, other] = [this.#name(taken), this.#name(at)].map((name) =>
      name.slice(0, NAME_CHARS_SHOWN),
    );
    const expected =
      one === other
        ? 'a single column of this name'
        : `one column for ${key}, not ${one} and ${other}: name the right one ${key}`;
    this.#problems.push({ column: other ?? '', expected });
  }

  /** A surname alone is nothing to address somebody by. */
  #dropHalfNames(): void {
    const last = this.#byField.get('lastName');
    const isNeeded = this.#byField.has('firstName') && !this.#byField.has('name');
    if (last !== undefined && !isNeeded) {
      this.#byField.delete('lastName');
      this.#ignored.push(this.#name(last));
    }
    const first = this.#byField.get('firstName');
    if (first !== undefined && this.#byField.has('name')) {
      this.#byField.delete('firstName');
      this.#ignored.push(this.#name(first));
    }
  }

  #requireAddress(): void {
    if (ADDRESSES.some((field) => this.#byField.has(field))) return;
    this.#problems.unshift({ expected: `${ADDRESS_EXPECTED}; ${this.#whatIsThere()}` });
  }

  /** Without a header the first row is somebody's, and must not be repeated. */
  #whatIsThere(): string {
    if (this.#names.some((name) => /@|\d{5}/.test(name))) {
      return 'the first row has to name the columns, and here it seems to be a recipient';
    }
    if (this.#names.some((name) => name.includes('\ufffd'))) {
      return 'the first row cannot be read: save the file as "CSV UTF-8"';
    }
    const shown = this.#names.filter((name) => name !== '').slice(0, NAMES_SHOWN);
    const more = this.#names.length > NAMES_SHOWN ? ', …' : '';
    return `found: ${shown.map((name) => name.slice(0, NAME_CHARS_SHOWN)).join(', ')}${more}`;
  }
}

/** A problem for each variable that the template requires and no column gives. */
export function missingVariables(columns: Columns, manifest: TemplateManifest): FileProblem[] {
  const given = new Set(columns.variables.map(({ name }) => name));
  return Object.entries(manifest.variables)
    .filter(([name, { required }]) => required && !given.has(name))
    .map(([name]) => ({
      column: name,
      expected: `this column, the template requires it${didYouMean(name, columns.ignored)}`,
    }));
}
