import { trimmedText } from '../../notification/damagedText.js';
import type { TemplateManifest } from '../../templates/manifest.js';
import { DEFAULT_SEPARATOR } from '../exportFormat.js';
import type { RejectedLayout } from '../rejectedRow.js';
import { restored, withoutInner } from '../spreadsheet.js';
import { candidateOf } from './candidate.js';
import type { ColumnContext } from './columnChoices.js';
import { type Columns, isReportColumn, mapColumns, missingVariables } from './columns.js';
import { CsvReader, type CsvRow } from './csvReader.js';
import { isNote, REPEATED_HEADER } from './junkRow.js';
import { keptCell, keptColumns, type Placed } from './keptColumns.js';
import { MAX_ROW_CHARS } from './rawRow.js';
import type { ReadRow, RowSource } from './readRow.js';
import { separationOf } from './separator.js';
import { UnusableFileError } from './unusable.js';

interface Header {
  cells: readonly string[];
  columns: Columns;
  kept: readonly Placed[];
  /** Where the columns stand that have to be kept, because no row has them. */
  own: readonly number[];
  /** What a cell means: a file that an export has written is read as it was before. */
  meaningOf(cell: string): string;
}

/** Rows of a CSV file. Its first row that is not empty names the columns. */
export class CsvRows implements RowSource {
  readonly #manifest: TemplateManifest;
  readonly #context: ColumnContext;
  #head = '';
  #reader: CsvReader | undefined;
  #separator = DEFAULT_SEPARATOR;
  /** Read once the row below it is known: what stands there says which column holds addresses. */
  #headerRow: CsvRow | undefined;
  #header: Header | undefined;

  constructor(manifest: TemplateManifest, context: ColumnContext) {
    this.#manifest = manifest;
    this.#context = context;
  }

  get layout(): RejectedLayout {
    const header = this.#header?.cells ?? [];
    return { format: 'csv', header, separator: this.#separator };
  }

  get ignoredColumns(): readonly string[] {
    return (this.#header?.columns.ignored ?? []).map(({ name }) => name);
  }

  get keptColumns() {
    return (this.#header?.kept ?? []).map(({ at: _at, ...column }) => column);
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
    if (this.#header !== undefined) return;
    if (this.#headerRow !== undefined) this.#readHeader(this.#headerRow);
    if (this.#header === undefined) {
      throw new UnusableFileError({
        expected: 'a first row that names the columns, and rows below',
      });
    }
  }

  #begin(): CsvReader {
    const { separator, skip } = separationOf(this.#head);
    this.#separator = separator;
    const reader = new CsvReader(separator);
    reader.add(this.#head.slice(skip));
    this.#head = '';
    return reader;
  }

  *#complete(reader: CsvReader): Generator<ReadRow> {
    for (let row = reader.read(); row !== undefined; row = reader.read()) {
      if (isEmpty(row)) continue;
      if (this.#header === undefined) {
        if (this.#headerRow === undefined) {
          this.#headerRow = row;
          continue;
        }
        this.#header = this.#readHeader(this.#headerRow, row.cells);
      }
      const { cells } = this.#header;
      if (row.cells.length < cells.length && reader.endsWithoutLineEnd && !isNote(row.cells)) {
        cutOff(row, cells.length);
      }
      yield this.#rowOf(row, this.#header);
    }
  }

  #readHeader({ number, cells, flaw }: CsvRow, sample?: readonly string[]): Header {
    if (flaw !== undefined) throw new UnusableFileError({ row: number, expected: flaw });
    const isExported = cells.some(isReportColumn);
    const meaningOf = isExported ? (cell: string) => cellValue(withoutInner(cell)) : cellValue;
    const names = cells.map(meaningOf);
    const mapped = mapColumns(names, this.#manifest, {
      ...this.#context,
      ...(sample !== undefined && { sample: sample.map(meaningOf) }),
    });
    if (!mapped.ok) throw new UnusableFileError(...mapped.problems);
    const missing = missingVariables(mapped.columns, this.#manifest);
    if (missing.length > 0) throw new UnusableFileError(...missing);
    const { columns } = mapped;
    const kept = keptColumns(columns.ignored, columns.variables, names);
    const own = kept.filter(({ variable }) => variable === undefined).map(({ at }) => at);
    this.#header = { cells: withoutNameless(cells), columns, kept, own, meaningOf };
    return this.#header;
  }

  #rowOf({ number, cells, flaw }: CsvRow, header: Header): ReadRow {
    const { columns, cells: names, own, meaningOf } = header;
    const problems = flaw === undefined ? [] : [{ column: '', expected: flaw }];
    if (cells.length > names.length && cells.slice(names.length).some(isFilled)) {
      const tooMany = `at most ${names.length} cells, as the first row has; a value that holds the separator needs quotes around it`;
      problems.push({ column: '', expected: tooMany });
    } else if (isSameRow(cells, names)) {
      problems.push({ column: '', expected: REPEATED_HEADER });
    }
    const candidate = problems.length > 0 ? NO_RECIPIENT : candidateOf(cells, columns, meaningOf);
    return {
      number,
      cells,
      candidate,
      problems,
      nameOf: columns.nameOf,
      own: own.length === 0 ? NONE : own.map((at) => keptCell(meaningOf(cells[at] ?? ''))),
    };
  }
}

const NONE: readonly string[] = [];

/** Separators at the end of each row, hundreds of them, as spreadsheets leave them. */
function withoutNameless(header: readonly string[]): readonly string[] {
  return header.slice(0, header.findLastIndex(isFilled) + 1);
}

function isFilled(cell: string): boolean {
  return cell !== '' && cell.trim() !== '';
}

function isSameRow(cells: readonly string[], header: readonly string[]): boolean {
  return cells[0] === header[0] && header.every((name, at) => cells[at] === name);
}

/** A file that ends in the middle of a row was cut off; how much is missing cannot be known. */
function cutOff({ number, cells }: CsvRow, columns: number): never {
  throw new UnusableFileError({
    row: number,
    expected: `the whole file; it ends in the middle of this row, which has ${cells.length} of ${columns} cells`,
  });
}

const NO_RECIPIENT = { recipient: {} };

/** A cell as a spreadsheet's user meant it: nothing blank around it, no apostrophe that keeps it text. */
function cellValue(cell: string): string {
  const trimmed = trimmedText(cell);
  return trimmed.startsWith("'") ? trimmedText(restored(trimmed)) : trimmed;
}

function isEmpty({ cells, flaw }: CsvRow): boolean {
  return flaw === undefined && !cells.some(isFilled);
}
