import { describe, expect, test } from '@jest/globals';
import { bar, bytes, counted, percent, span } from '../../../src/cli/terminal.js';

describe('figures for people', () => {
  test.each([
    [0, '[----]'],
    [0.5, '[##--]'],
    [0.99, '[###-]'],
    [1, '[####]'],
    [7, '[####]'],
    [-1, '[----]'],
  ])('a bar for %p is %s', (share, drawn) => {
    expect(bar(share, 4, { unicode: false })).toBe(drawn);
  });

  test('a bar is finer where there is Unicode', () => {
    expect(bar(0.5, 4, { unicode: true })).toBe('[██░░]');
  });

  test.each([
    [0.999, '99 %'],
    [1, '100 %'],
    [0, '0 %'],
  ])('%p is %s: never done before it is', (share, shown) => {
    expect(percent(share)).toBe(shown);
  });

  test.each([
    [0, '1 s'],
    [89_000, '89 s'],
    [90_000, '2 min'],
    [59 * 60_000, '59 min'],
    [60 * 60_000, '1 h'],
    [100 * 60_000, '1 h 40 min'],
    [47.2 * 3_600_000, '2 d'],
    [50 * 3_600_000, '2 d 2 h'],
  ])('%p ms are %s', (ms, shown) => {
    expect(span(ms)).toBe(shown);
  });

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_500, '1.5 KB'],
    [61_000_000, '61.0 MB'],
    [2_000_000_000, '2.0 GB'],
  ])('%p bytes are %s', (amount, shown) => {
    expect(bytes(amount)).toBe(shown);
  });

  test('one of something is not many', () => {
    expect([counted(1, 'row'), counted(2_000, 'row'), counted(0, 'row')]).toEqual([
      '1 row',
      '2,000 rows',
      '0 rows',
    ]);
  });
});
