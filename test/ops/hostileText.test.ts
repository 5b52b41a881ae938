import { describe, expect, test } from '@jest/globals';
import { neutralised, withoutInner } from '../../src/campaign/exports.js';
import { isNote } from '../../src/campaign/import/candidate.js';
import { utterances } from '../../src/context/history.js';
import { isNestedTooDeeply } from '../../src/http/jsonNesting.js';
import { readEmail } from '../../src/notification/emailAddress.js';
import { withExactNumbers } from '../../src/notification/exactJson.js';
import { readPhone } from '../../src/notification/phoneNumber.js';
import { brokenValue, isNoValue } from '../../src/notification/placeholders.js';
import { redactedError } from '../../src/ops/logger.js';
import { cleanValue, oneLine, shorten, tidyLines } from '../../src/templates/text.js';
import { growth, LINEAR_AT_MOST } from '../support/growth.js';

const EIGHTH_OF_A_MEGABYTE = 128 * 1024;

const INPUTS: readonly [string, (size: number) => string][] = [
  ['blanks and a letter', (size) => `${' '.repeat(size)}x`],
  ['blanks and tabs by turns', (size) => `${' \t'.repeat(size / 2)}x`],
  ['line ends', (size) => `${'\n'.repeat(size)}x`],
  ['line ends and blanks by turns', (size) => `${'\n '.repeat(size / 2)}x`],
  [
    'quotes that were escaped and never closed',
    (size) => `12345678901234567${'"\\'.repeat(size / 2)}`,
  ],
  ['a number of zeros', (size) => `1${'0'.repeat(size)}1`],
  ['a decimal of zeros', (size) => `0.${'0'.repeat(size)}1`],
  ['extensions of a phone number', (size) => `${'ext '.repeat(size / 4)}\n`],
  ['dots', (size) => `a@${'a.'.repeat(size / 2)} `],
  ['brackets', (size) => '[]'.repeat(size / 2)],
  ['unfilled fields', (size) => '{{'.repeat(size / 2)],
  ['punctuation', (size) => `${'.,'.repeat(size / 2)}x`],
];

const WORKS: readonly [string, (text: string) => unknown][] = [
  ['tidyLines', tidyLines],
  ['oneLine', oneLine],
  ['cleanValue', cleanValue],
  ['shorten', (text) => shorten(text, { graphemes: 100 })],
  ['withExactNumbers', withExactNumbers],
  ['isNestedTooDeeply', isNestedTooDeeply],
  ['readPhone', (text) => readPhone(text)],
  ['readEmail', (text) => readEmail(text)],
  ['brokenValue', brokenValue],
  ['isNoValue', isNoValue],
  [
    'utterances',
    (text) =>
      utterances({
        conversationId: 'c',
        startedAt: '2026-11-22T09:00:00Z',
        messages: [{ at: '2026-11-22T09:00:00Z', direction: 'inbound', text }],
      } as unknown as Parameters<typeof utterances>[0]),
  ],
];

describe.each(WORKS)(
  '%s takes time by the size of a hostile text and not by its square',
  (_name, work) => {
    test.each(INPUTS)('%s', (_title, input) => {
      expect(growth(input, EIGHTH_OF_A_MEGABYTE, work)).toBeLessThan(LINEAR_AT_MOST);
    });
  },
);

test.each<[string, (size: number) => string, (text: string) => unknown]>([
  ['a cell of line ends for a spreadsheet', (size) => `${'\n'.repeat(size)}x`, neutralised],
  [
    'a cell of quotes back from a spreadsheet',
    (size) => `${"\t'".repeat(size / 2)}x`,
    withoutInner,
  ],
  [
    'a note beside a cell of at signs',
    (size) => `${'@'.repeat(size)} x`,
    (cell) => isNote(['Total', cell]),
  ],
  [
    'line ends in the message of an error',
    (size) => '\n'.repeat(size),
    (text) => redactedError({ stack: text }),
  ],
])('time grows with the size and not with its square: %s', (_title, input, work) => {
  expect(growth(input, 16 * 1024, work)).toBeLessThan(LINEAR_AT_MOST);
});

test('tidying lines keeps what it kept before', () => {
  expect(tidyLines('  a  \r\n\t\n\n\n b\t \nc \n')).toBe('a\n\n b\nc');
});
