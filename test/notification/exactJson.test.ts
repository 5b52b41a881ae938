import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { INEXACT_NUMBER } from '../../src/notification/damagedText.js';
import { parseExactJson } from '../../src/notification/exactJson.js';
import { growth, LINEAR_AT_MOST } from '../support/growth.js';

describe('JSON that is read exactly', () => {
  test.each([
    ['9007199254740993', INEXACT_NUMBER],
    ['-9007199254740993', INEXACT_NUMBER],
    ['12345678901234567.5', INEXACT_NUMBER],
    ['0.12345678901234567890', INEXACT_NUMBER],
    ['1e400', INEXACT_NUMBER],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992],
    ['0.30000000000000004', 0.30000000000000004],
    ['12.50', 12.5],
    ['1.0e3', 1000],
    ['100000000000000000000', 100000000000000000000],
    ['-0', -0],
    ['"9007199254740993"', '9007199254740993'],
    ['"a\\"9007199254740993"', 'a"9007199254740993'],
  ])('reads %s as %p', (text, value) => {
    expect(parseExactJson(`{"a":${text}}`)).toEqual({ a: value });
  });

  test('is as JSON.parse where no digit changes, and malformed where that is', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(parseExactJson(json)).toEqual(JSON.parse(json));
      }),
    );
    for (const text of ['{', '{"a":01}', '{"a":9007199254740993', '9007199254740993x', '"a']) {
      expect(() => parseExactJson(text)).toThrow(SyntaxError);
    }
  });

  test('keeps every digit that it lets through', () => {
    const literal = fc
      .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 1n, max: 10n ** 25n }), fc.nat({ max: 20 }))
      .map(([sign, digits, places]) => {
        const text = String(digits).padStart(places + 1, '0');
        const at = text.length - places;
        return places === 0 ? `${sign}${text}` : `${sign}${text.slice(0, at)}.${text.slice(at)}`;
      });
    fc.assert(
      fc.property(literal, (text) => {
        const { a } = parseExactJson(`{"a":${text}}`) as { a: number | string };
        if (a === INEXACT_NUMBER) return;
        const [whole = '', fraction = ''] = text.split('.');
        const plain = Number(a).toFixed(Math.min(fraction.length, 100));
        if (!plain.includes('e')) expect(plain).toBe(fraction === '' ? whole : text);
      }),
      { numRuns: 1_000 },
    );
  });

  test('of many megabytes takes time by its size and not by its square', () => {
    const textWith = (notes: number) => {
      const text = JSON.stringify({
        notes: Array.from({ length: notes }, () => 'x'.repeat(300)),
        n: 1,
      });
      return text.replace('"n":1', '"n":9007199254740993');
    };
    const read = (text: string) => {
      expect((parseExactJson(text) as { n: unknown }).n).toBe(INEXACT_NUMBER);
    };
    expect(growth(textWith, 5_000, read)).toBeLessThan(LINEAR_AT_MOST);
  });
});
