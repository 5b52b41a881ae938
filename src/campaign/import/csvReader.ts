import { MAX_ROW_CHARS, MAX_ROWS, type RawRow, ROW_TOO_LONG, TOO_MANY_ROWS } from './rawRow.js';
import { UnusableFileError } from './unusable.js';

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
 * Strict where leniency would move cells about (a flawed quote is told of), lenient elsewhere: a quote
 * within an unquoted cell is a letter like any other. Throws an UnusableFileError where nobody can
 * tell where a row ends.
 */
export class CsvReader {
  readonly #separator: string;
  #text = '';
  #at = 0;
  #isAll = false;
  #isFlawed = false;
  #rows = 0;
  #worthReadingAt = 0;
  readonly #marks: [Mark, Mark, Mark];

  constructor(separator: string) {
    this.#separator = separator;
    this.#marks = [new Mark(separator), new Mark('\n'), new Mark('\r')];
  }

  /** Adds what has come; `read` gives the rows that are complete now. */
  add(piece: string): void {
    this.#text = this.#text.slice(this.#at) + piece;
    this.#at = 0;
    for (const mark of this.#marks) mark.forget();
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
    if (row === undefined) {
      if (left > MAX_ROW_CHARS) this.#refuse(ROW_TOO_LONG);
      // It is read from its beginning next time: the marks are behind it then.
      for (const mark of this.#marks) mark.forget();
    }
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
    const [, lineFeed, carriageReturn] = this.#marks;
    const lineEnd = Math.min(lineFeed.from(quote, text), carriageReturn.from(quote, text));
    if (lineEnd === text.length && !this.#isAll) return undefined;
    const line = text.slice(quote, lineEnd);
    const closed = /^"(?:[^"]|"")*" *(.?)/s.exec(line);
    return closed !== null && (closed[1] === '' || closed[1] === this.#separator) ? quote : at;
  }

  /** Adds the cell that starts here; answers where it ends, or undefined when that has not come. */
  #readPlain(start: number, cells: string[]): number | undefined {
    const end = this.#endOfPlain(start);
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
    const end = this.#endOfPlain(close + 1);
    if (end === text.length && !this.#isAll) return undefined;
    const inner = text.slice(start + 1, close);
    const value = hasDoubled ? inner.replaceAll('""', '"') : inner;
    const behind = text.slice(close + 1, end);
    const isBlank = behind.trim() === '';
    this.#isFlawed ||= !isBlank;
    cells.push(isBlank ? value : value + behind);
    return end;
  }

  /** Where the next separator, line end or the text's own end is. */
  #endOfPlain(start: number): number {
    const [separator, lineFeed, carriageReturn] = this.#marks;
    return Math.min(
      separator.from(start, this.#text),
      lineFeed.from(start, this.#text),
      carriageReturn.from(start, this.#text),
    );
  }

  #refuse(expected: string): never {
    throw new UnusableFileError({ row: this.#rows + 1, expected });
  }
}

/** Where a character comes next: searched for once, and again only after that place is passed. */
class Mark {
  readonly #character: string;
  #at = -1;

  constructor(character: string) {
    this.#character = character;
  }

  forget(): void {
    this.#at = -1;
  }

  /** The text's length when there is none. */
  from(start: number, text: string): number {
    if (this.#at < start) {
      const found = text.indexOf(this.#character, start);
      this.#at = found < 0 ? text.length : found;
    }
    return this.#at;
  }
}
