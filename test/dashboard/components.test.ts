import { describe, expect, test } from '@jest/globals';
import {
  badge,
  button,
  type Column,
  definitionList,
  duration,
  emptyState,
  errorPanel,
  type Field,
  field,
  figures,
  moment,
  panel,
  progressBar,
  table,
} from '../../src/dashboard/page/components.js';

const HOSTILE = `<script>alert("1")</script>\u202e'&`;

describe('the components of the pages', () => {
  test('every one escapes what it is given', () => {
    const columns: Column<string>[] = [{ title: HOSTILE, cell: (text) => text, kind: 'id' }];
    const fields: Field = {
      label: HOSTILE,
      name: 'a',
      value: HOSTILE,
      hint: HOSTILE,
      wrong: HOSTILE,
    };
    for (const { text } of [
      badge('good', HOSTILE),
      button(HOSTILE, 'plain', { name: 'n', value: HOSTILE }),
      definitionList([[HOSTILE, HOSTILE]]),
      emptyState(HOSTILE, HOSTILE),
      errorPanel(HOSTILE, HOSTILE),
      field(fields),
      field({ ...fields, multiline: true }),
      field({ ...fields, options: [{ value: HOSTILE }] }),
      figures([{ name: HOSTILE, value: HOSTILE, note: HOSTILE }]),
      panel('bad', HOSTILE),
      progressBar(HOSTILE, 1, 2, HOSTILE),
      table(HOSTILE, columns, [HOSTILE]),
    ]) {
      expect(text).not.toContain('<script>');
      expect(text).not.toContain('("1")');
    }
  });

  test('a state is said by a sign and a word, not by its colour alone', () => {
    expect(badge('bad', 'failed').text).toMatch(/aria-hidden="true">✕<\/span> failed/);
  });

  test('a field that was refused names its hint and its fault for screen readers', () => {
    const { text } = field({ label: 'Rows', name: 'rows', hint: 'A number.', wrong: 'Too many.' });
    expect(text).toContain('aria-describedby="rows-hint rows-wrong" aria-invalid="true"');
  });

  test('a password is never written into a page', () => {
    const given = { label: 'Password', name: 'p', type: 'password' as const, value: 'secret' };
    expect(field(given).text).not.toContain('secret');
  });

  test.each([
    [0, '0 s'],
    [59_900, '59 s'],
    [60_000, '1 min'],
    [3_599_000, '59 min'],
    [7_500_000, '2 h 5 min'],
    [270_000_000, '3 d 3 h'],
    [86_400_000, '1 d'],
  ])('%i ms are said as %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  test('a moment is said in UTC with how long ago it was, or how soon it comes', () => {
    const at = Date.UTC(2026, 10, 30, 14, 2);
    expect(moment(at, at + 180_000).text).toContain('2026-11-30 14:02:00 UTC');
    expect(moment(at, at + 180_000).text).toContain('(3 min ago)');
    expect(moment(at, at - 5_000).text).toContain('(in 5 s)');
  });
});
