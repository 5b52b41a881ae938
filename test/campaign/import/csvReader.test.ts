import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CsvReader } from '../../../src/campaign/import/csvReader.js';
import { MAX_ROW_CHARS } from '../../../src/campaign/import/rawRow.js';
import { growth, LINEAR_AT_MOST } from '../../support/growth.js';

/** Reads text that comes in pieces of these sizes, over and over. */
function read(text: string, sizes: readonly number[], separator = ',') {
  const reader = new CsvReader(separator);
  const rows: { number: number; cells: string[]; flaw?: string }[] = [];
  const drain = () => {
    for (let row = reader.read(); row !== undefined; row = reader.read()) rows.push(row);
  };
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    reader.add(text.slice(at, at + size));
    drain();
    at += size;
  }
  reader.end();
  drain();
  return { rows, endsWithoutLineEnd: reader.endsWithoutLineEnd };
}

const cellsOf = (text: string, separator?: string) =>
  read(text, [text.length], separator).rows.map(({ cells }) => cells);

const cell = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', 'ü', '😀'),
    maxLength: 6,
  }),
);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
const written = (value: string, separator: string) =>
  /^ *"/.test(value) || /[\r\n]/.test(value) || value.includes(separator) ? quoted(value) : value;

describe('a CSV reader', () => {
  test('reads what csv-parse reads, whatever the pieces it comes in', () => {
    const files = fc.record({
      rows: fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
      ends: fc.array(lineEnd, { minLength: 5, maxLength: 5 }),
      separator: fc.constantFrom(',', ';', '\t'),
      sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
      isClosed: fc.boolean(),
    });
    fc.assert(
      fc.property(files, ({ rows, ends, separator, sizes, isClosed }) => {
        const text = rows
          .map((row, at) => {
            const isOpen = at === rows.length - 1 && !isClosed;
            const line = row.map((value) => written(value, separator)).join(separator);
            return line + (isOpen ? '' : ends[at]);
          })
          .join('');
        const expected = parse(text, {
          delimiter: separator,
          record_delimiter: ['\r\n', '\n', '\r'],
          relax_column_count: true,
          relax_quotes: true,
        });
        const found = read(text, sizes, separator);
        expect(found.rows.map(({ cells }) => cells)).toEqual(expected);
        expect(found.rows.every(({ flaw }) => flaw === undefined)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('takes a quote behind blanks for one where it closes in its line and ends the cell', () => {
    expect(cellsOf('a, "A-1", "Northwind, Inc."\n')).toEqual([['a', 'A-1', 'Northwind, Inc.']]);
    expect(cellsOf('"a" ;  "b;""c""" ;d', ';')).toEqual([['a', 'b;"c"', 'd']]);
    expect(cellsOf('a, "b" c,d\ne, 5",f\n')).toEqual([
      ['a', ' "b" c', 'd'],
      ['e', ' 5"', 'f'],
    ]);
    expect(cellsOf('a, "tall\nb,c\n')).toEqual([
      ['a', ' "tall'],
      ['b', 'c'],
    ]);
    for (const size of [1, 2, 3]) {
      const { rows } = read('a, "b, c"\r\nd,e\r\n', [size]);
      expect(rows.map(({ cells }) => cells)).toEqual([
        ['a', 'b, c'],
        ['d', 'e'],
      ]);
    }
  });

  test('counts rows as a spreadsheet does: empty ones, and each of several lines once', () => {
    const { rows } = read('a,b\n\n"two\nlines",c\nd,e\n', [1]);
    expect(rows.map(({ number, cells }) => [number, cells[0]])).toEqual([
      [1, 'a'],
      [2, ''],
      [3, 'two\nlines'],
      [4, 'd'],
    ]);
  });

  test('takes a quote within an unquoted cell for a letter', () => {
    expect(cellsOf('5" pipe,b\n')).toEqual([['5" pipe', 'b']]);
  });

  test('tells of a quote that is not written twice, and goes on with the next row', () => {
    const { rows } = read('"a "small" flaw",b\nc,d\n', [3]);
    expect(rows).toEqual([
      { number: 1, cells: ['a small" flaw"', 'b'], flaw: expect.stringContaining('twice') },
      { number: 2, cells: ['c', 'd'] },
    ]);
  });

  test('tells whether a line end closes the last row', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(read(`a,b${end}c,d${end}`, [2]).endsWithoutLineEnd).toBe(false);
    }
    expect(read('a,b\nc,d', [2]).endsWithoutLineEnd).toBe(true);
  });

  test('refuses a file that ends within quotes, naming the row', () => {
    expect(() => read('a,b\nc,"d\ne,f\n', [4])).toThrow(
      expect.objectContaining({
        problems: [{ row: 2, expected: expect.stringContaining('a closing quote') }],
      }),
    );
  });

  test.each([
    ['plain', 'x'],
    ['quoted', '"'],
  ])(
    'refuses a %s row without end when it is too long, and keeps no more of it',
    (_kind, start) => {
      const reader = new CsvReader(',');
      reader.add(`a,b\n${start}`);
      expect(reader.read()?.number).toBe(1);
      const piece = 'x'.repeat(MAX_ROW_CHARS / 8);
      let pieces = 0;
      const feed = () => {
        for (; pieces < 100; pieces += 1) {
          reader.add(piece);
          reader.read();
        }
      };
      expect(feed).toThrow(
        expect.objectContaining({ problems: [expect.objectContaining({ row: 2 })] }),
      );
      expect(pieces).toBeLessThan(16);
    },
  );

  test('reads a long row that comes letter by letter in time by its length, not by its square', () => {
    const rowOf = (chars: number) => `${'x'.repeat(chars - 1)}\n`;
    const readByLetters = (row: string) => {
      expect(read(row, [1]).rows[0]?.cells[0]).toHaveLength(row.length - 1);
    };
    expect(growth(rowOf, MAX_ROW_CHARS / 8, readByLetters)).toBeLessThan(LINEAR_AT_MOST);
  });
});
