import { trimmedText } from '../../notification/damagedText.js';
import type { TemplateManifest } from '../../templates/manifest.js';
import { DEFAULT_SEPARATOR, restored, withoutInner } from '../exports.js';
import type { RejectedLayout } from '../rowStore.js';
import { candidateOf, isNote, REPEATED_HEADER, type ReadRow, type RowSource } from './candidate.js';
import { type ColumnContext, keptCell, keptColumns, type Placed } from './columnChoices.js';
import { type Columns, isReportColumn, mapColumns, missingVariables } from './columns.js';
import {
  MAX_ROW_CHARS,
  MAX_ROWS,
  type RawRow,
  ROW_TOO_LONG,
  TOO_MANY_ROWS,
  UnusableFileError,
} from './unusableFile.js';

const FLAWED_QUOTES =
  'quotes within a quoted cell written twice, and nothing behind the closing one';

export interface CsvRow extends RawRow {
  cells: string[];
}

/**
 * Reads CSV (RFC 4180) as it comes in pieces; line ends may be CRLF, LF or CR, in one file, too.
 *
 * Rows are cut out of the text by searching for what ends a cell, which is several times faster than
 * looking at byte after byte. When the text ends within a row, that row is read again from its
 * beginning once more text is there; not before the text has grown by half, or a row that arrives
 * letter by letter would be read as often as it has letters.
 *
 * Strict where leniency would move cells about (a flawed quote is reported), lenient elsewhere: a quote
 * within an unquoted cell is a letter like any other. Throws an UnusableFileError where the
 * end of a row cannot be determined.
 */
export class CsvReader {
  readonly #separator: string;
  #text = '';
  #at = 0;
  #isAll = false;
  #isFlawed = false;
  #rows = 0;
  #worthReadingAt = 0;
  readonly #cellEnd: RegExp;

  constructor(separator: string) {
    this.#separator = separator;
    this.#cellEnd = new RegExp(`[\\u{${separator.codePointAt(0)?.toString(16)}}\\r\\n]`, 'gu');
  }

  /** Adds what has come; `read` gives the rows that are complete now. */
  add(piece: string): void {
    this.#text = this.#text.slice(this.#at) + piece;
    this.#at = 0;
  }

  /** Nothing more will come: what is left is the last row, whether a line end closes it or not. */
  end(): void {
    this.#isAll = true;
  }

  /** The next row, or undefined when it has not come as a whole. */
  read(): CsvRow | undefined {
    const left = this.#text.length - this.#at;
    if (left <= 0 || (left < this.#worthReadingAt && !this.#isAll)) return undefined;
    const row = this.#readRow();
    if (row === undefined && left > MAX_ROW_CHARS) this.#refuse(ROW_TOO_LONG);
    this.#worthReadingAt = row === undefined ? left + (left >> 1) : 0;
    return row;
  }

  /** Whether a file that ends here ends in the middle of the row that was read last. */
  get endsWithoutLineEnd(): boolean {
    return this.#isAll && this.#at > this.#text.length;
  }

  /** Undefined when the text ends before the row does. */
  #readRow(): CsvRow | undefined {
    const text = this.#text;
    const cells: string[] = [];
    this.#isFlawed = false;
    let at = this.#at;
    for (;;) {
      const start = this.#startOfCell(at);
      if (start === undefined) return undefined;
      const end = text[start] === '"' ? this.#readQuoted(start, cells) : this.#readPlain(at, cells);
      if (end === undefined) return undefined;
      at = end;
      if (text[at] !== this.#separator) break;
      at += 1;
    }
    if (text[at] === '\r') {
      // It may be the first half of CRLF.
      if (at + 1 === text.length && !this.#isAll) return undefined;
      if (text[at + 1] === '\n') at += 1;
    }
    if (at - this.#at > MAX_ROW_CHARS) this.#refuse(ROW_TOO_LONG);
    if (this.#rows > MAX_ROWS) this.#refuse(TOO_MANY_ROWS);
    this.#at = at + 1;
    this.#rows += 1;
    const row = { number: this.#rows, cells };
    return this.#isFlawed ? { ...row, flaw: FLAWED_QUOTES } : row;
  }

  /**
   * Where the cell begins: at its quote, where only blanks stand before it and its closing quote ends
   * the cell in the same line (`"A-1", "Northwind, Inc."`). Elsewhere a quote behind blanks is a letter.
   * Undefined when the line has not come as a whole.
   */
  #startOfCell(at: number): number | undefined {
    const text = this.#text;
    if (text[at] !== ' ') return at;
    let quote = at;
    while (text[quote] === ' ') quote += 1;
    if (quote === text.length && !this.#isAll) return undefined;
    if (text[quote] !== '"') return at;
    const lineEnd = next(LINE_END, text, quote);
    if (lineEnd === text.length && !this.#isAll) return undefined;
    const line = text.slice(quote, lineEnd);
    const closed = /^"(?:[^"]|"")*" *(.?)/s.exec(line);
    return closed !== null && (closed[1] === '' || closed[1] === this.#separator) ? quote : at;
  }

  /** Adds the cell that starts here; answers where it ends, or undefined when that has not come. */
  #readPlain(start: number, cells: string[]): number | undefined {
    const end = next(this.#cellEnd, this.#text, start);
    if (end === this.#text.length && !this.#isAll) return undefined;
    cells.push(this.#text.slice(start, end));
    return end;
  }

  #readQuoted(start: number, cells: string[]): number | undefined {
    const text = this.#text;
    let close = text.indexOf('"', start + 1);
    let hasDoubled = false;
    while (close >= 0 && text[close + 1] === '"') {
      hasDoubled = true;
      close = text.indexOf('"', close + 2);
    }
    if (close < 0) {
      if (!this.#isAll) return undefined;
      this.#refuse(
        'a closing quote; the file ends within quotes: it was cut off, or one is missing',
      );
    }
    // What comes next decides whether it is the closing one.
    if (close + 1 === text.length && !this.#isAll) return undefined;
    const end = next(this.#cellEnd, text, close + 1);
    if (end === text.length && !this.#isAll) return undefined;
    const inner = text.slice(start + 1, close);
    const value = hasDoubled ? inner.replaceAll('""', '"') : inner;
    const behind = text.slice(close + 1, end);
    const isBlank = behind.trim() === '';
    this.#isFlawed ||= !isBlank;
    cells.push(isBlank ? value : value + behind);
    return end;
  }

  #refuse(expected: string): never {
    throw new UnusableFileError({ row: this.#rows + 1, expected });
  }
}

const LINE_END = /[\r\n]/g;

/** Where one of these (a global pattern) comes next; the text's length when there is none. */
function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

const SEPARATORS = [',', ';', '\t', '|'] as const;

/** A line that tells spreadsheets the separator; they do not show it, so it counts as no row. */
const SEPARATOR_LINE = /^"?sep=(.)"?\1*(?:\r\n|\r|\n)/i;

interface Separation {
  separator: string;
  /** How many characters stand before the first row. */
  skip: number;
}

/** Tells what separates cells from the file's first lines: what occurs most in the first that has any. */
export function separationOf(head: string): Separation {
  const declared = SEPARATOR_LINE.exec(head);
  if (declared?.[1] !== undefined) return { separator: declared[1], skip: declared[0].length };
  const line =
    unquoted(head)
      .trimStart()
      .split(/[\r\n]/, 1)[0] ?? '';
  const counted = SEPARATORS.map((separator) => ({
    separator,
    count: line.split(separator).length,
  }));
  const most = counted.reduce((best, next) => (next.count > best.count ? next : best));
  return { separator: most.separator, skip: 0 };
}

/** What stands within quotes separates nothing. */
function unquoted(head: string): string {
  return head.replace(/"[^"]*"/g, '""');
}

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
      if (isEmptyRow(row)) continue;
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
    const meaningOf = meaningUnder(cells);
    const names = cells.map(meaningOf);
    const mapped = mapColumns(names, this.#manifest, {
      ...this.#context,
      sample: sample?.map(meaningOf),
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

/** What cells below this header mean: a file that an export has written is read as it was before. */
export function meaningUnder(header: readonly string[]): (cell: string) => string {
  const isExported = header.some(isReportColumn);
  return isExported ? (cell) => cellValue(withoutInner(cell)) : cellValue;
}

/** A cell as a spreadsheet's user meant it: nothing blank around it, no apostrophe that keeps it text. */
function cellValue(cell: string): string {
  const trimmed = trimmedText(cell);
  return trimmed.startsWith("'") ? trimmedText(restored(trimmed)) : trimmed;
}

export function isEmptyRow({ cells, flaw }: CsvRow): boolean {
  return flaw === undefined && !cells.some(isFilled);
}
