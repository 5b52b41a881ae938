import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type CountryCode,
  countryNamed,
  phoneIdentity,
  readPhone,
} from '../../src/notification/phoneNumber.js';

describe('a phone number', () => {
  test.each<[string, CountryCode | undefined, string]>([
    ['+15550100123', undefined, '+15550100123'],
    ['+1 (555) 010-0123', undefined, '+15550100123'],
    ['+44 (0)7700 900123', undefined, '+447700900123'],
    ['+4407700900123', undefined, '+447700900123'],
    ['+44 7700 900123', 'DE', '+447700900123'],
    ['0044 7700 900123', undefined, '+447700900123'],
    ['0044 7700 900123', 'US', '+447700900123'],
    ['07700 900123', 'GB', '+447700900123'],
    ['447700900123', 'GB', '+447700900123'],
    ['0151/234 567-89', 'DE', '+4915123456789'],
    ['06 1234567', 'IT', '+39061234567'],
    ['8 (912) 345-67-89', 'RU', '+79123456789'],
    ['＋４４ ７７００ ９００１２３', undefined, '+447700900123'],
    ['\u202a+44 7700\u00a0900123\u202c', undefined, '+447700900123'],
    ['tel:+44-7700-900123', undefined, '+447700900123'],
    ['+49.151.23456789', undefined, '+4915123456789'],
  ])('%j in %s is %s', (written, country, phone) => {
    expect(readPhone(written, country)).toEqual({ ok: true, phone });
  });

  test.each<[string, CountryCode | undefined, string]>([
    ['07700 900123', undefined, 'needs a country'],
    ['447700900123', undefined, 'needs a country'],
    ['4.47701E+11', 'GB', 'all digits'],
    ['4,47701E+11', undefined, 'all digits'],
    ['+44 7700 900123 ext. 12', undefined, 'without an extension'],
    ['+44 7700 900123 x12', 'GB', 'without an extension'],
    ['+44 7700 900123;ext=12', undefined, 'without an extension'],
    ['+1 800 FLOWERS', undefined, 'an E.164 number'],
    ['+999 123456789', undefined, 'an E.164 number'],
    ['+44 77', undefined, 'an E.164 number'],
    ['+44 7700 900123 / +44 7700 900124', undefined, 'an E.164 number'],
    ['call +44 7700 900123', 'GB', 'an E.164 number'],
    ['447700900123.0', 'GB', 'an E.164 number'],
    ['+', undefined, 'an E.164 number'],
    ['NULL', 'GB', 'an E.164 number'],
    ['########', undefined, 'needs a country'],
    ['0', 'GB', 'an E.164 number'],
    ['000266', 'DE', 'an E.164 number'],
    ['+49 000266', undefined, 'an E.164 number'],
  ])('%j in %s is none, and the sentence says why', (written, country, expected) => {
    expect(readPhone(written, country)).toMatchObject({
      ok: false,
      expected: expect.stringContaining(expected),
    });
  });

  test('in two writings is one', () => {
    const digits = fc.string({
      unit: fc.constantFrom(...'0123456789'),
      minLength: 7,
      maxLength: 7,
    });
    const between = fc.constantFrom('', ' ', '-', '.', '/', '\u00a0', ' (', ') ');
    fc.assert(
      fc.property(digits, between, between, (rest, one, other) => {
        const e164 = `+44770${rest}`;
        const [a, b] = [rest.slice(0, 3), rest.slice(3)];
        const writings = [
          `+44 (0)770${a}${b}`,
          `+44${one}770${a}${other}${b}`,
          `0044 770${a} ${b}`,
          `+440770${rest}`,
        ];
        for (const written of writings)
          expect([written, phoneIdentity(written)]).toEqual([written, e164]);
        expect(readPhone(`0770${a} ${b}`, 'GB')).toEqual({ ok: true, phone: e164 });
      }),
    );
  });

  test('that has been read is read as itself', () => {
    const anything = fc.string({ unit: fc.constantFrom(...'+0123456789 ()-/.'), maxLength: 20 });
    fc.assert(
      fc.property(
        anything,
        fc.constantFrom<CountryCode | undefined>('GB', 'DE', 'US', undefined),
        (text, country) => {
          const read = readPhone(text, country);
          if (read.ok) expect(readPhone(read.phone)).toEqual(read);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

test.each([
  ['GB', 'GB'],
  ['gb', 'GB'],
  ['Deutschland', 'DE'],
  ['germany', 'DE'],
  ['Allemagne', 'DE'],
  ['UK', 'GB'],
  ['España', 'ES'],
  ['Atlantis', undefined],
  ['49', undefined],
])('a cell %j names the country %s', (cell, country) => {
  expect(countryNamed(cell)).toBe(country);
});
