import type { TemplateManifest } from '../../templates/manifest.js';
import type { RejectedLayout } from '../rejectedRow.js';
import { restored } from '../spreadsheet.js';
import { candidateOf } from './candidate.js';
import { type Columns, mapColumns, missingVariables } from './columns.js';
import { CsvReader, type CsvRow } from './csvReader.js';
import { MAX_ROW_CHARS } from './rawRow.js';
import type { ReadRow, RowSource } from './readRow.js';
import { separationOf } from './separator.js';
import { UnusableFileError } from './unusable.js';

/** Rows of a CSV file. Its first row that is not empty names the columns. */
export class CsvRows implements RowSource {
  readonly #manifest: TemplateManifest;
  #head = '';
  #reader: CsvReader | undefined;
  #header: { cells: readonly string[]; columns: Columns } | undefined;

  constructor(manifest: TemplateManifest) {
    this.#manifest = manifest;
  }

  get layout(): RejectedLayout {
    return { format: 'csv', header: this.#header?.cells ?? [] };
  }

  get ignoredColumns(): readonly string[] {
    return this.#header?.columns.ignored ?? [];
  }

  *push(piece: string): Generator<ReadRow> {
    if (this.#reader === undefined) {
      this.#head += piece;
      const hasLine = /[^\r\n][\r\n]+[^\r\n]/.test(this.#head);
      if (!hasLine && this.#head.length <= MAX_ROW_CHARS) return;
      this.#reader = this.#begin();
    } else {
      this.#reader.add(piece);
    }
    yield* this.#complete(this.#reader);
  }

  *end(): Generator<ReadRow> {
    this.#reader ??= this.#begin();
    this.#reader.end();
    yield* this.#complete(this.#reader);
    if (this.#header === undefined) {
      throw new UnusableFileError({
        expected: 'a first row that names the columns, and rows below',
      });
    }
  }

  #begin(): CsvReader {
    const { separator, skip } = separationOf(this.#head);
    const reader = new CsvReader(separator);
    reader.add(this.#head.slice(skip));
    this.#head = '';
    return reader;
  }

  *#complete(reader: CsvReader): Generator<ReadRow> {
    for (let row = reader.read(); row !== undefined; row = reader.read()) {
      if (isEmpty(row)) continue;
      if (this.#header === undefined) {
        this.#readHeader(row);
        continue;
      }
      const { cells, columns } = this.#header;
      if (row.cells.length < cells.length && reader.endsWithoutLineEnd) cutOff(row, cells.length);
      yield this.#rowOf(row, columns, cells.length);
    }
  }

  #readHeader({ number, cells, flaw }: CsvRow): void {
    if (flaw !== undefined) throw new UnusableFileError({ row: number, expected: flaw });
    const mapped = mapColumns(cells.map(restored), this.#manifest);
    if (!mapped.ok) throw new UnusableFileError(...mapped.problems);
    const missing = missingVariables(mapped.columns, this.#manifest);
    if (missing.length > 0) throw new UnusableFileError(...missing);
    this.#header = { cells, columns: mapped.columns };
  }

  #rowOf({ number, cells, flaw }: CsvRow, columns: Columns, expected: number): ReadRow {
    const { nameOf } = columns;
    const problems = flaw === undefined ? [] : [{ column: '', expected: flaw }];
    if (cells.length > expected && cells.slice(expected).some((cell) => cell.trim() !== '')) {
      const tooMany = `at most ${expected} cells, as the first row has; a value that holds the separator needs quotes around it`;
      problems.push({ column: '', expected: tooMany });
    }
    const candidate = problems.length > 0 ? NOBODY : candidateOf(cells, columns, cellValue);
    return { number, cells, candidate, problems, nameOf };
  }
}

/** A file that ends in the middle of a row was cut off, and nobody knows how much is missing. */
function cutOff({ number, cells }: CsvRow, columns: number): never {
  throw new UnusableFileError({
    row: number,
    expected: `the whole file; it ends in the middle of this row, which has ${cells.length} of ${columns} cells`,
  });
}

const NOBODY = { recipient: {} };

/** A cell as a spreadsheet's user meant it: no blanks around it, no apostrophe that keeps it text. */
function cellValue(cell: string): string {
  return restored(cell.trim());
}

function isEmpty({ cells, flaw }: CsvRow): boolean {
  return flaw === undefined && cells.every((cell) => cell === '' || cell.trim() === '');
}
