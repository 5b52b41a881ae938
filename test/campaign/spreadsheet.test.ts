import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { neutralised, restored } from '../../src/campaign/spreadsheet.js';

describe('a cell of an export', () => {
  test.each(['=cmd()', '+1+1', '-2', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '  =1', '＝1', "'=1"])(
    'that begins like a formula is text: %j',
    (cell) => {
      expect(neutralised(cell)).toBe(`'${cell}`);
    },
  );

  test.each(['Dana', "O'Brien", "'t Hart", '1=1', 'a-b', '', '5', 'x@example.com'])(
    'that does not is left as it is: %j',
    (cell) => {
      expect(neutralised(cell)).toBe(cell);
    },
  );

  test('keeps the plus of a phone number', () => {
    expect(neutralised('+15550100123')).toBe("'+15550100123");
    expect(restored("'+15550100123")).toBe('+15550100123');
  });

  test('loses on import what the export has put before it, however often it goes round', () => {
    const cell = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."'=+-@ \t\rab") }));
    fc.assert(
      fc.property(cell, (value) => {
        expect(restored(neutralised(value))).toBe(restored(value));
        expect(restored(restored(value))).toBe(restored(value));
      }),
    );
  });
});
