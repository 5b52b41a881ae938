import { describe, expect, test } from '@jest/globals';
import { isIban } from '../../src/context/redaction/bankAccounts.js';
import { digitsOf } from '../../src/context/redaction/digits.js';
import { holdsCardNumber } from '../../src/context/redaction/longNumbers.js';

describe('digits', () => {
  test.each([
    '0123456789',
    '٠١٢٣٤٥٦٧٨٩',
    '०१२३४५६७८९',
    '０１２３４５６７８９',
    '𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗',
    '𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡',
  ])('have the same value in every script: %s', (text) => {
    expect(digitsOf(text)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

test('a card number is found among other digits, and no shorter number is one', () => {
  expect(holdsCardNumber(digitsOf('99 4111111111111111 7'))).toBe(true);
  expect(holdsCardNumber(digitsOf('4111111111112'))).toBe(false);
  expect(holdsCardNumber(digitsOf('000000000000'))).toBe(false);
});

test('an IBAN has its country’s length and a check sum', () => {
  expect(isIban('DE89 3704 0044 0532 0130 00')).toBe(true);
  expect(isIban('DE88 3704 0044 0532 0130 00')).toBe(false);
  expect(isIban('DE89 3704 0044 0532 0130')).toBe(false);
});
