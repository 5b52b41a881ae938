import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanText, fold } from '../../src/context/cleanText.js';
import { chat } from './chat.js';
import { extractContext } from './extractContext.js';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Texts made of what breaks such code: digits, joiners, halves, separators, words, secrets. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.stringMatching(/^[0-9 -]{1,25}$/),
      fc.constantFrom(
        'where is my parcel ',
        '4111 1111 1111 1111',
        '\uD83D',
        '\u200D',
        '\u202E',
        '\n',
      ),
      fc.constantFrom(
        '👨‍👩‍👧‍👦',
        '🇩🇪',
        '٤١١١',
        '１',
        'my name is ',
        'password is ',
        '@',
        '__proto__',
      ),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => pieces.join(''));

function contextOf(texts: readonly string[]) {
  return extractContext({ conversations: [chat(1, ['my parcel is lost', ...texts])] });
}

function luhn(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

test('whatever is said, the quotation is short, whole and of one line', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
      const { lastMessage = '' } = contextOf(texts);
      expect([...graphemes.segment(lastMessage.replace(/…$/u, ''))].length).toBeLessThanOrEqual(
        100,
      );
      expect(lastMessage.length).toBeLessThanOrEqual(400);
      expect(lastMessage).not.toMatch(
        /[\p{Cc}\p{Surrogate}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u,
      );
    }),
    { numRuns: 500 },
  );
});

test('whatever is said, no card number is quoted', () => {
  const digits = fc.stringMatching(/^[1-9][0-9]{11,17}$/);
  const separator = fc.constantFrom('', ' ', '-', '. ', '\u200B', ' / ', '\u00A0');
  fc.assert(
    fc.property(digits, separator, text, (body, between, around) => {
      const check = [...'0123456789'].find((digit) => luhn(body + digit)) ?? '';
      const card = [...(body + check)].join(between);
      const { lastMessage = '' } = contextOf([`my card ${card} was declined`, around, card]);
      for (const run of lastMessage.match(/\d(?:[^\p{L}\d]{0,2}\d)+/gu) ?? []) {
        const found = run.replace(/\D/g, '');
        expect(found.length >= 13 && found.length <= 19 && luhn(found)).toBe(false);
      }
      expect(lastMessage).not.toContain(body);
    }),
    { numRuns: 500 },
  );
});

test('whatever the customer is called, the name is short and of one line', () => {
  fc.assert(
    fc.property(text, text, (requestName, contactName) => {
      const { customerName } = extractContext({ requestName, contactName, conversations: [] });
      expect(customerName.length).toBeGreaterThan(0);
      expect(customerName.length).toBeLessThanOrEqual(60);
      expect(customerName).not.toMatch(/[<>{}@/\\\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u);
    }),
    { numRuns: 500 },
  );
});

test('a text of ASCII alone is cleaned and folded as beside letters of others', () => {
  const ascii = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary-ascii', maxLength: 20 }),
      fc.constantFrom(' ', '  ', '\n', 'Ok.', "don't", 'a-b', '\u007F'),
    ),
    { maxLength: 10 },
  );
  fc.assert(
    fc.property(ascii, (pieces) => {
      const written = pieces.join('');
      expect(`${fold(written)} e`.trim()).toBe(fold(`${written} é`));
      expect(`${cleanText(written)} é`.trim()).toBe(cleanText(`${written} é`));
    }),
    { numRuns: 500 },
  );
});
