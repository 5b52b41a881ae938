import { parseExactJson } from '../../notification/exactJson.js';
import { isNestedTooDeeply, NESTED_TOO_DEEPLY } from '../../ops/jsonNesting.js';
import { MAX_ROW_CHARS, MAX_ROWS, type RawRow, ROW_TOO_LONG, TOO_MANY_ROWS } from './rawRow.js';
import { UnusableFileError } from './unusable.js';

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
