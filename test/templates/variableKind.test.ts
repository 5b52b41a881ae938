import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  kindOf,
  kindProblem,
  type VariableKind,
  type VariableValue,
  valueOfKind,
} from '../../src/templates/variableKind.js';
import { compile, NO_HISTORY, renderText } from './source.js';

describe('a variable’s kind', () => {
  test('is that of the example, unless it is declared', () => {
    expect(kindOf({ example: 'x' })).toBe('text');
    expect(kindOf({ example: 3 })).toBe('number');
    expect(kindOf({ example: false })).toBe('boolean');
    expect(kindOf({ example: '2026-05-01', kind: 'date' })).toBe('date');
  });

  test.each<[VariableKind, VariableValue, VariableValue]>([
    ['boolean', 'false', false],
    ['boolean', 'FALSE', false],
    ['boolean', 'FALSCH', false],
    ['boolean', ' true ', true],
    ['boolean', 'VRAI', true],
    ['boolean', false, false],
    ['number', '3', 3],
    ['number', '-3.5', -3.5],
    ['number', '12.50', '12.50'],
    ['number', 12.5, 12.5],
    ['text', '9007199254740993', '9007199254740993'],
    ['text', '007', '007'],
    ['text', 1001, 1001],
    ['date', '2026-05-01', '2026-05-01'],
    ['url', 'https://example.com/a', 'https://example.com/a'],
    ['link', 'mailto:a@example.com', 'mailto:a@example.com'],
  ])('%s takes %j and reads it as %j', (kind, value, read) => {
    expect(kindProblem(kind, value)).toBeUndefined();
    expect(valueOfKind(kind, value)).toBe(read);
  });

  test.each<[VariableKind, VariableValue, string]>([
    ['boolean', 'no', 'true or false'],
    ['boolean', 0, 'true or false'],
    ['boolean', '0', 'true or false'],
    ['number', '1.234,50', 'a number in plain digits'],
    ['number', '1e3', 'a number in plain digits'],
    ['number', '', 'a value'],
    ['number', true, 'a number in plain digits'],
    ['number', '9007199254740993', 'keeps its digits'],
    ['number', 9007199254740992, 'keeps its digits'],
    ['number', '0.1234567890123456789', 'keeps its digits'],
    ['text', 9007199254740992, 'keeps its digits'],
    ['text', 1e-7, 'keeps its digits'],
    ['text', true, 'a text'],
    ['text', '#WERT!', 'a spreadsheet'],
    ['text', '1.23457E+15', 'all digits'],
    ['text', 'N/A', 'a value'],
    ['text', '{{first_name}}', 'a field that was not filled in'],
    ['text', '[object Object]', 'a program'],
    ['text', 'a\u0000b', 'control characters'],
    ['text', 'J\ufffdrg', 'readable letters'],
    ['text', 'a\ud83d', 'half a surrogate pair'],
    ['text', '2026-02-30', 'a date that exists'],
    ['date', '2026-02-30', 'a date that exists'],
    ['date', '2026-05-01T09:30', 'a time with a zone'],
    ['date', '1 May', 'a date such as'],
    ['url', 'http://example.com', 'an absolute https link'],
    ['url', 'www.example.com', 'an absolute https link'],
    ['url', 'mailto:a@example.com', 'an absolute https link'],
    ['link', 'javascript:alert(1)', 'mailto:'],
  ])('%s refuses %j', (kind, value, expected) => {
    expect(kindProblem(kind, value)).toContain(expected);
  });

  test('number keeps every digit that it takes', () => {
    const text = fc
      .tuple(
        fc.constantFrom('', '-'),
        fc.bigInt({ min: 0n, max: 10n ** 20n }),
        fc.stringMatching(/^(\.\d{1,18})?$/),
      )
      .map(([sign, whole, fraction]) => `${sign}${whole}${fraction}`);
    fc.assert(
      fc.property(text, (written) => {
        if (kindProblem('number', written) !== undefined) return;
        expect(String(valueOfKind('number', written))).toBe(written.replace(/^-0$/, '-0'));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('in a template', () => {
  test('"false" is false, whichever way in it came', () => {
    const template = compile(
      { web: 'Dear you{% if overdue %}, OVERDUE{% endif %}' },
      { overdue: { example: true } },
    );
    for (const overdue of [false, 'false', 'FALSCH']) {
      expect(renderText(template, 'web', NO_HISTORY, { overdue })).toBe('Dear you');
    }
    expect(renderText(template, 'web', NO_HISTORY, { overdue: 'true' })).toContain('OVERDUE');
  });

  test('numbers compare as numbers, and print as they were written', () => {
    const template = compile(
      { web: '{{ total }}{% if total > 9 %} is much{% endif %}' },
      { total: { example: 1.5 } },
    );
    expect(renderText(template, 'web', NO_HISTORY, { total: '12.50' })).toBe('12.50 is much');
    expect(renderText(template, 'web', NO_HISTORY, { total: '8' })).toBe('8');
  });
});
