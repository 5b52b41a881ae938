import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { neutralised, restored, withoutInner } from '../../src/campaign/exports.js';

describe('a cell of an export', () => {
  test.each(['=cmd()', '+1+1', '-2', '@SUM(A1)', '  =1', '＝1', "'=1", '\t1', '\r1', '\n1'])(
    'that begins like a formula, or with what hides one, is text: %j',
    (cell) => {
      expect(neutralised(cell)).toBe(`'${cell}`);
    },
  );

  test.each([
    ['Ann;=1+1', "Ann;'=1+1"],
    ['Ann,=1+1', "Ann,'=1+1"],
    ['Ann|=1+1', "Ann|'=1+1"],
    ['Ann\t=1+1', "Ann\t'=1+1"],
    ['Ann\r\n=1+1', "Ann\r\n'=1+1"],
    ['Ann; "@SUM(A1)"', 'Ann;\' "@SUM(A1)"'],
    ['\t=1', "'\t'=1"],
  ])('is text also where a spreadsheet with another separator cuts it: %j', (cell, safe) => {
    expect(neutralised(cell)).toBe(safe);
  });

  test.each(['Dana', "O'Brien", "'t Hart", '1=1', 'a-b', '', '5', 'x@example.com', 'a, b; c'])(
    'that does not is left as it is: %j',
    (cell) => {
      expect(neutralised(cell)).toBe(cell);
    },
  );

  test('keeps the plus of a phone number', () => {
    expect(neutralised('+15550100123')).toBe("'+15550100123");
    expect(restored("'+15550100123")).toBe('+15550100123');
  });

  test('loses on import what the export has put into it, however often it goes round', () => {
    const cell = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...'\'=+-@ \t\r\n;,|"ab') }),
    );
    fc.assert(
      fc.property(cell, (value) => {
        expect(restored(withoutInner(neutralised(value)))).toBe(restored(value));
        expect(restored(restored(value))).toBe(restored(value));
      }),
      { numRuns: 2_000 },
    );
  });
});
