import { isNestedTooDeeply, NESTED_TOO_DEEPLY } from '../../http/jsonNesting.js';
import { trimmedText } from '../../notification/damagedText.js';
import { parseExactJson } from '../../notification/exactJson.js';
import type { TemplateManifest } from '../../templates/manifest.js';
import type { RejectedLayout } from '../rowStore.js';
import { candidateOf, type ReadRow, type RowSource } from './candidate.js';
import {
  type ColumnContext,
  type KeptColumn,
  keptCell,
  MAX_KEPT_COLUMNS,
} from './columnChoices.js';
import { folded } from './columnNames.js';
import { type Columns, isReportColumn, type MappedColumns, mapColumns } from './columns.js';
import {
  MAX_ROW_CHARS,
  MAX_ROWS,
  type RawRow,
  ROW_TOO_LONG,
  TOO_MANY_ROWS,
  UnusableFileError,
} from './unusableFile.js';

/** One line of NDJSON. */
export interface NdjsonRow extends RawRow {
  /** The line as it was written. */
  cells: [string];
  /** What it says, unless it is flawed. */
  value: Record<string, unknown>;
}

/** Reads NDJSON as it comes in pieces: an object a line. Throws an UnusableFileError when it is cut off. */
export class NdjsonReader {
  #text = '';
  #lines = 0;

  /** The lines that end within what has come so far; empty ones are passed over. */
  *push(piece: string): Generator<NdjsonRow> {
    const text = this.#text + piece;
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      const row = this.#readLine(text.slice(at, end));
      if (row !== undefined) yield row;
      at = end + 1;
    }
    this.#text = text.slice(at);
    if (this.#text.length > MAX_ROW_CHARS) this.#refuse(ROW_TOO_LONG);
  }

  /** The last line, if no line end closed it. */
  *end(): Generator<NdjsonRow> {
    if (this.#text === '') return;
    const row = this.#readLine(this.#text);
    if (row?.flaw !== undefined) {
      throw new UnusableFileError({
        row: row.number,
        expected: 'the whole file; it ends in the middle of this line',
      });
    }
    if (row !== undefined) yield row;
  }

  #readLine(line: string): NdjsonRow | undefined {
    if (line.length > MAX_ROW_CHARS) this.#refuse(ROW_TOO_LONG);
    if (this.#lines >= MAX_ROWS) this.#refuse(TOO_MANY_ROWS);
    this.#lines += 1;
    if (line.trim() === '') return undefined;
    const value = objectOf(line);
    const cells: [string] = [line.trim()];
    const row = { number: this.#lines, cells, value: value ?? {} };
    if (value !== undefined) return row;
    const isDeep = isNestedTooDeeply(line);
    return { ...row, flaw: isDeep ? NESTED_TOO_DEEPLY : 'one JSON object, on a line of its own' };
  }

  #refuse(expected: string): never {
    throw new UnusableFileError({ row: this.#lines + 1, expected });
  }
}

function objectOf(line: string): Record<string, unknown> | undefined {
  try {
    const value = parseExactJson(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

const IGNORED_SHOWN = 100;
const NONE: readonly string[] = [];
const NO_NAMES: ReadonlyMap<string, string> = new Map();

/**
 * Rows of an NDJSON file: flat ones, whose names are read as a CSV's columns are, or ones that are
 * written as a request is, `{"recipient": {…}, "variables": {…}}`, of which nothing is reinterpreted.
 */
export class NdjsonRows implements RowSource {
  readonly layout: RejectedLayout = { format: 'ndjson', header: [] };
  readonly #manifest: TemplateManifest;
  readonly #context: ColumnContext;
  readonly #reader = new NdjsonReader();
  readonly #ignored = new Set<string>();
  /** Rows may have different ones; these are the first. `key` is the name as rows have it. */
  readonly #own: { name: string; key: string }[] = [];
  readonly #variables = new Map<string, string>();
  /** Rows of one program have the same names, nearly always. */
  #latest: { names: string; mapped: MappedColumns } | undefined;

  constructor(manifest: TemplateManifest, context: ColumnContext) {
    this.#manifest = manifest;
    this.#context = context;
  }

  get keptColumns(): readonly KeptColumn[] {
    const known = [...this.#variables].map(([variable, name]) => ({ name, variable }));
    return [...this.#own.map(({ name }) => ({ name })), ...known];
  }

  get ignoredColumns(): readonly string[] {
    return [...this.#ignored];
  }

  *push(piece: string): Generator<ReadRow> {
    for (const row of this.#reader.push(piece)) yield this.#understand(row);
  }

  *end(): Generator<ReadRow> {
    for (const row of this.#reader.end()) yield this.#understand(row);
  }

  #understand(row: NdjsonRow): ReadRow {
    const { number, cells, flaw, value } = row;
    if (flaw !== undefined) return flawed(row, [{ column: '', expected: flaw }]);
    if (Object.hasOwn(value, 'recipient')) return asRequest(row);
    const mapped = this.#mapped(Object.keys(value));
    if (!mapped.ok) {
      const named = mapped.problems.map(({ column = '', expected }) => ({ column, expected }));
      return flawed(row, named);
    }
    const candidate = candidateOf(Object.values(value), mapped.columns, flatValue);
    return {
      number,
      cells,
      candidate,
      problems: [],
      nameOf: mapped.columns.nameOf,
      own: this.#own.map(({ key }) => keptCell(textOf(value[key]))),
    };
  }

  #mapped(names: string[]): MappedColumns {
    const joined = names.join('\n');
    if (this.#latest?.names !== joined) {
      const mapped = mapColumns(names, this.#manifest, this.#choicesFor(names));
      this.#latest = { names: joined, mapped };
      if (mapped.ok) this.#note(mapped.columns, names);
    }
    return this.#latest.mapped;
  }

  /** A row need not have every name that was spoken of: others have it. */
  #choicesFor(names: readonly string[]): ColumnContext {
    const { map, ignore } = this.#context.choices;
    const isThere = (name: string) => names.some((one) => folded(one) === folded(name));
    const choices = {
      map: Object.fromEntries(Object.entries(map).filter(([name]) => isThere(name))),
      ignore: ignore.filter(isThere),
    };
    return { ...this.#context, choices };
  }

  #note({ ignored, variables, nameOf }: Columns, names: readonly string[]): void {
    for (const { name, at } of ignored) {
      if (this.#ignored.size >= IGNORED_SHOWN) break;
      if (!this.#ignored.has(name) && this.#own.length < MAX_KEPT_COLUMNS) {
        this.#own.push({ name, key: names[at] ?? name });
      }
      this.#ignored.add(name);
    }
    for (const { name } of variables) {
      if (!this.#variables.has(name)) {
        this.#variables.set(name, nameOf.get(`variables.${name}`) ?? name);
      }
    }
  }
}

export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function asRequest(row: NdjsonRow): ReadRow {
  const { recipient, variables, ...others } = row.value;
  const strange = Object.keys(others).filter((name) => !isReportColumn(name));
  const problems = strange.map((name) => ({
    column: name.slice(0, 64),
    expected: 'no such field; a row has recipient and variables',
  }));
  if (problems.length > 0) return flawed(row, problems);
  const candidate = isAbsent(variables) ? { recipient } : { recipient, variables };
  return { number: row.number, cells: row.cells, candidate, problems, nameOf: NO_NAMES, own: NONE };
}

/** No variables are none, however that is written: rows are stored without the difference. */
function isAbsent(variables: unknown): boolean {
  if (variables === undefined) return true;
  if (typeof variables !== 'object' || variables === null || Array.isArray(variables)) return false;
  return Object.keys(variables).length === 0;
}

function flawed({ number, cells }: NdjsonRow, problems: ReadRow['problems']): ReadRow {
  return { number, cells, candidate: { recipient: {} }, problems, nameOf: NO_NAMES, own: NONE };
}

/** What is absent in a flat row may also be null or blank. */
function flatValue(value: unknown): unknown {
  return typeof value === 'string' ? trimmedText(value) : (value ?? '');
}
