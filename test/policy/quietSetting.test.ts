import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readHolidayFile, readHolidays, readQuietHours } from '../../src/policy/quietSetting.js';

describe('QUIET_HOURS', () => {
  test('is read with days, spans of days, blanks and capitals as people write them', () => {
    expect(readQuietHours('21:00-08:00')).toEqual({
      ok: true,
      value: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 1260, to: 1920 }],
    });
    expect(readQuietHours('mon-FRI 21:00 - 8:00, Sun 00:00-24:00, Sat-Mon 12:15–12:45')).toEqual({
      ok: true,
      value: [
        { days: [0, 1, 2, 3, 4], from: 1260, to: 1920 },
        { days: [6], from: 0, to: 1440 },
        { days: [5, 6, 0], from: 735, to: 765 },
      ],
    });
  });

  test.each([
    '9pm-8am',
    '21-8',
    '21:00',
    '25:00-08:00',
    '21:60-08:00',
    '24:00-08:00',
    'Mo 21:00-08:00',
    'Mon-Foo 21:00-08:00',
    '21:00-08:00;',
    '21:00-08:00,,',
  ])('%s is no such hours, and an example says what is', (text) => {
    expect(readQuietHours(text)).toEqual({
      ok: false,
      expected: expect.stringMatching(/^hours such as 21:00-08:00, .*Mon-Fri/),
    });
  });

  test.each([
    '21:00-21:00',
    '00:00-24:00',
    '08:00-20:00, 20:00-08:00',
    'Mon-Sat 00:00-24:00, Sun 06:00-24:00, Sun 00:00-06:00',
  ])('%s leaves no time in which anything may go out, and is refused', (text) => {
    expect(readQuietHours(text)).toEqual({
      ok: false,
      expected: expect.stringMatching(/must leave some time/),
    });
  });

  test('a whole day is fine as long as another is left', () => {
    expect(readQuietHours('Mon-Sat 00:00-24:00')).toMatchObject({ ok: true });
  });
});

describe('QUIET_HOLIDAYS', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'holidays-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is a file of dates, of one year or of every year, with remarks', () => {
    const file = path.join(folder, 'days.txt');
    writeFileSync(file, '\uFEFF# public holidays\r\n2026-12-25 # Christmas\r\n\r\n 01-01\n02-29\n');
    expect(readHolidayFile(file)).toEqual({
      ok: true,
      value: new Set(['2026-12-25', '01-01', '02-29']),
    });
  });

  test.each(['2026-02-29', '13-01', '25.12.2026', 'Christmas', '2026-12-25 2026-12-26'])(
    'a line with %s is named by its number, without what stands there',
    (line) => {
      expect(readHolidays(`01-01\n${line}\n`)).toEqual({
        ok: false,
        expected: expect.stringMatching(/; line 2 has no such date$/),
      });
    },
  );

  test('a file that cannot be read is named with the reason', () => {
    expect(readHolidayFile(path.join(folder, 'none.txt'))).toEqual({
      ok: false,
      expected: expect.stringMatching(/cannot be read \(ENOENT\)$/),
    });
  });

  test('a thousand dates are enough', () => {
    const days = Array.from({ length: 1_001 }, (_each, at) => `${2_000 + at}-01-01`);
    expect(readHolidays(days.join('\n'))).toMatchObject({ ok: false });
  });
});
