import { isAddressOf } from '../../notification/channelFacts.js';
import type { TemplateManifest } from '../../templates/manifest.js';
import { nearestTo } from '../../templates/templateProblems.js';
import { type ColumnContext, NO_CHOICES } from './columnChoices.js';
import {
  fieldNamed,
  folded,
  isGermanFirstName,
  RECIPIENT_FIELDS,
  type RecipientField,
} from './columnNames.js';
import { missingAddress, NAME_CHARS_SHOWN, namesFound } from './missingAddress.js';
import type { FileProblem } from './unusableFile.js';

const MAX_COLUMNS = 500;

const ADDRESSES = ['email', 'externalContactId', 'phone'] as const;

/** Written by exports of rejected rows, for people; an import passes them over. */
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
  /** Columns that mean nothing to the template. */
  ignored: readonly { name: string; at: number }[];
  /** The column's name as it was written, by the request's field (`recipient.email`). */
  nameOf: ReadonlyMap<string, string>;
}

export type MappedColumns =
  | { ok: true; columns: Columns }
  /** `columns` are those that are known all the same, to be shown to the person who corrects them. */
  | { ok: false; problems: [FileProblem, ...FileProblem[]]; columns: Columns };

const NO_COLUMNS: Columns = {
  recipient: [],
  variables: [],
  hasHalfNames: false,
  ignored: [],
  nameOf: new Map(),
};

const NO_CONTEXT: ColumnContext = { choices: NO_CHOICES, channels: [] };

/**
 * Finds out what columns mean: by what the importer has said of them, else by their names. A column is
 * a recipient's field by its name or an alias; else a variable that the template declares. What the
 * template declares by just an alias' name is the template's: its `mobile` may be any number. A field's
 * own name serves both.
 */
export function mapColumns(
  names: readonly string[],
  manifest: TemplateManifest,
  context: ColumnContext = NO_CONTEXT,
): MappedColumns {
  const named = names.filter((name) => name.trim() !== '').length;
  if (named > MAX_COLUMNS) {
    const expected = `at most ${MAX_COLUMNS} columns; there are ${named}`;
    return { ok: false, problems: [{ expected }], columns: NO_COLUMNS };
  }
  return new Mapping(names, Object.keys(manifest.variables), context).result();
}

/** How surely a column is what it is taken for: said by the importer, then by tier of its name. */
const CHOSEN = -1;

interface Claim {
  at: number;
  rank: number;
}

class Mapping {
  readonly #names: readonly string[];
  readonly #declared: readonly string[];
  readonly #context: ColumnContext;
  readonly #byField = new Map<RecipientField, Claim>();
  readonly #byVariable = new Map<string, Claim>();
  readonly #ignored: number[] = [];
  readonly #settled = new Set<number>();
  readonly #problems: FileProblem[] = [];

  constructor(names: readonly string[], declared: readonly string[], context: ColumnContext) {
    this.#names = names.map((name) => name.trim());
    this.#declared = declared;
    this.#context = context;
    for (const name of context.choices.ignore) this.#ignore(name);
    for (const [name, meaning] of Object.entries(context.choices.map)) this.#choose(name, meaning);
    // A field's own name goes before its aliases, wherever the columns stand.
    const order = [...this.#names.keys()].sort((a, b) => this.#rank(a) - this.#rank(b));
    for (const at of order) if (!this.#settled.has(at)) this.#place(at);
  }

  result(): MappedColumns {
    this.#readGermanName();
    this.#dropHalfNames();
    this.#requireAddress();
    const recipient = [...this.#byField].map(([field, { at }]) => ({ field, at }));
    const variables = [...this.#byVariable].map(([name, { at }]) => ({ name, at }));
    const nameOf = new Map<string, string>([
      ...recipient.map(({ field, at }) => [`recipient.${field}`, this.#name(at)] as const),
      ...variables.map(({ name, at }) => [`variables.${name}`, this.#name(at)] as const),
    ]);
    const firstName = nameOf.get('recipient.firstName');
    if (firstName !== undefined) nameOf.set('recipient.name', firstName);
    const addresses = ADDRESSES.flatMap((field) => nameOf.get(`recipient.${field}`) ?? []);
    nameOf.set('recipient', addresses.join(', '));
    const ignored = this.#ignored
      .sort((a, b) => a - b)
      .map((at) => ({ name: this.#name(at).slice(0, NAME_CHARS_SHOWN), at }));
    const hasHalfNames = firstName !== undefined;
    const columns = { recipient, variables, hasHalfNames, ignored, nameOf };
    const [first, ...rest] = this.#problems;
    return first === undefined
      ? { ok: true, columns }
      : { ok: false, problems: [first, ...rest], columns };
  }

  #name(at: number): string {
    return this.#names[at] ?? '';
  }

  #rank(at: number): number {
    return fieldNamed(folded(this.#name(at)))?.rank ?? Number.MAX_SAFE_INTEGER;
  }

  /** The place of a column that the importer has named; what is not there is a problem. */
  #find(name: string): number | undefined {
    const exact = this.#names.indexOf(name.trim());
    const at = exact >= 0 ? exact : this.#names.findIndex((one) => folded(one) === folded(name));
    if (at >= 0) return at;
    const expected = `a column of this name; ${namesFound(this.#names)}`;
    this.#problems.push({ column: name.slice(0, NAME_CHARS_SHOWN), expected });
    return undefined;
  }

  #ignore(name: string): void {
    const at = this.#find(name);
    if (at !== undefined) this.#settled.add(at);
  }

  #choose(name: string, meaning: string): void {
    const at = this.#find(name);
    if (at === undefined) return;
    this.#settled.add(at);
    const variable = this.#variableNamed(meaning, folded(meaning));
    const field = RECIPIENT_FIELDS.find((one) => folded(one) === folded(meaning));
    if (field !== undefined) this.#claim(this.#byField, field, { at, rank: CHOSEN });
    if (variable !== undefined) this.#claim(this.#byVariable, variable, { at, rank: CHOSEN });
    if (field !== undefined || variable !== undefined) return;
    const known = [...RECIPIENT_FIELDS, ...this.#declared].join(', ');
    this.#problems.push({
      column: this.#name(at).slice(0, NAME_CHARS_SHOWN),
      expected: `to be mapped to one of ${known}`,
    });
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
    if (variable !== undefined) this.#claim(this.#byVariable, variable, { at, rank: 0 });
    const meant = fieldNamed(key);
    if (meant !== undefined && (meant.rank === 0 || variable === undefined)) {
      this.#claim(this.#byField, meant.field, { at, rank: meant.rank });
    } else if (variable === undefined) {
      this.#ignored.push(at);
    }
  }

  #variableNamed(name: string, key: string): string | undefined {
    return (
      this.#declared.find((declared) => declared === name) ??
      this.#declared.find((declared) => folded(declared) === key)
    );
  }

  #claim<Key extends string>(claims: Map<Key, Claim>, key: Key, claim: Claim): void {
    const taken = claims.get(key);
    if (taken === undefined) {
      claims.set(key, claim);
      return;
    }
    if (taken.rank < claim.rank || this.#isOfNoUse(key)) this.#ignored.push(claim.at);
    else this.#refuseBoth(key, taken.at, claim.at);
  }

  /** Which of two phone columns is meant does not matter where nothing is sent to one. */
  #isOfNoUse(key: string): boolean {
    const { channels } = this.#context;
    return key === 'phone' && channels.length > 0 && !isAddressOf('phone', channels);
  }

  #refuseBoth(key: string, taken: number, at: number): void {
    const [one, other] = [this.#name(taken), this.#name(at)];
    if (one === other) {
      this.#problems.push({ column: other, expected: 'a single column of this name' });
      return;
    }
    const [shown, others] = [one, other].map((name) => name.slice(0, NAME_CHARS_SHOWN));
    this.#problems.push({
      column: others ?? '',
      expected: `one column for ${key}, not ${shown} and ${others}: name the right one ${key}, or map it`,
      suggestion: { column: one, as: key },
    });
  }

  #readGermanName(): void {
    const { firstName, lastName, name } = {
      firstName: this.#byField.get('firstName'),
      lastName: this.#byField.get('lastName'),
      name: this.#byField.get('name'),
    };
    if (firstName === undefined || name === undefined || lastName !== undefined) return;
    if (name.rank !== 0 || !isGermanFirstName(folded(this.#name(firstName.at)))) return;
    this.#byField.delete('name');
    this.#byField.set('lastName', name);
  }

  /** A surname alone is nothing to address anyone by. */
  #dropHalfNames(): void {
    const last = this.#byField.get('lastName');
    const isNeeded = this.#byField.has('firstName') && !this.#byField.has('name');
    if (last !== undefined && !isNeeded) {
      this.#byField.delete('lastName');
      this.#ignored.push(last.at);
    }
    const first = this.#byField.get('firstName');
    if (first !== undefined && this.#byField.has('name')) {
      this.#byField.delete('firstName');
      this.#ignored.push(first.at);
    }
  }

  #requireAddress(): void {
    if (ADDRESSES.some((field) => this.#byField.has(field))) return;
    this.#problems.unshift(missingAddress(this.#names, this.#context.sample));
  }
}

/** A problem for each variable that the template requires and no column gives. */
export function missingVariables(columns: Columns, manifest: TemplateManifest): FileProblem[] {
  const given = new Set(columns.variables.map(({ name }) => name));
  const ignored = columns.ignored.map(({ name }) => name);
  return Object.entries(manifest.variables)
    .filter(([name, { required }]) => required && !given.has(name))
    .map(([name]) => {
      const near = nearestTo(name, ignored);
      const expected = 'this column, the template requires it';
      if (near === undefined) return { column: name, expected: `${expected}; ${found(ignored)}` };
      return {
        column: name,
        expected: `${expected} (did you mean ${near}?)`,
        suggestion: { column: near, as: name },
      };
    });
}

function found(ignored: readonly string[]): string {
  return ignored.length === 0 ? 'no other column is left' : namesFound(ignored);
}
