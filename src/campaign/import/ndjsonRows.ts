import type { TemplateManifest } from '../../templates/manifest.js';
import type { RejectedLayout } from '../rejectedRow.js';
import { candidateOf } from './candidate.js';
import { isReportColumn, type MappedColumns, mapColumns } from './columns.js';
import { NdjsonReader, type NdjsonRow } from './ndjsonReader.js';
import type { ReadRow, RowSource } from './readRow.js';

const IGNORED_SHOWN = 100;
const NO_NAMES: ReadonlyMap<string, string> = new Map();

/**
 * Rows of an NDJSON file: flat ones, whose names are read as a CSV's columns are, or ones that are
 * written as a request is, `{"recipient": {…}, "variables": {…}}`, of which nothing is reinterpreted.
 */
export class NdjsonRows implements RowSource {
  readonly layout: RejectedLayout = { format: 'ndjson', header: [] };
  readonly #manifest: TemplateManifest;
  readonly #reader = new NdjsonReader();
  readonly #ignored = new Set<string>();
  /** Rows of one program have the same names, nearly always. */
  #latest: { names: string; mapped: MappedColumns } | undefined;

  constructor(manifest: TemplateManifest) {
    this.#manifest = manifest;
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
    return { number, cells, candidate, problems: [], nameOf: mapped.columns.nameOf };
  }

  #mapped(names: string[]): MappedColumns {
    const joined = names.join('\n');
    if (this.#latest?.names !== joined) {
      const mapped = mapColumns(names, this.#manifest);
      this.#latest = { names: joined, mapped };
      for (const name of mapped.ok ? mapped.columns.ignored : []) {
        if (this.#ignored.size < IGNORED_SHOWN) this.#ignored.add(name);
      }
    }
    return this.#latest.mapped;
  }
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
  return { number: row.number, cells: row.cells, candidate, problems, nameOf: NO_NAMES };
}

/** No variables are none, however that is written: rows are stored without the difference. */
function isAbsent(variables: unknown): boolean {
  if (variables === undefined) return true;
  if (typeof variables !== 'object' || variables === null || Array.isArray(variables)) return false;
  return Object.keys(variables).length === 0;
}

function flawed({ number, cells }: NdjsonRow, problems: ReadRow['problems']): ReadRow {
  return { number, cells, candidate: { recipient: {} }, problems, nameOf: NO_NAMES };
}

/** What is absent in a flat row may also be null or blank. */
function flatValue(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : (value ?? '');
}
