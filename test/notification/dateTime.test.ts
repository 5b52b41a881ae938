import { expect, test } from '@jest/globals';
import { isTimeZone, readIsoDate } from '../../src/notification/dateTime.js';

test.each([
  ['2026-05-01', 'day', '2026-05-01T00:00:00.000Z'],
  ['2024-02-29', 'day', '2024-02-29T00:00:00.000Z'],
  ['2026-05-01T09:30', 'wall_time', '2026-05-01T09:30:00.000Z'],
  ['2026-05-01 09:30:15', 'wall_time', '2026-05-01T09:30:15.000Z'],
  ['2026-05-01T09:30:00Z', 'moment', '2026-05-01T09:30:00.000Z'],
  ['2026-05-01T09:30:00.123+02:00', 'moment', '2026-05-01T07:30:00.000Z'],
  ['2026-05-01 09:30-0400', 'moment', '2026-05-01T13:30:00.000Z'],
])('%s is a %s', (text, kind, at) => {
  expect(readIsoDate(text)).toEqual({ kind, at: new Date(at) });
});

test.each([
  ['2026-02-30', 'impossible'],
  ['2025-02-29', 'impossible'],
  ['2026-13-01', 'impossible'],
  ['2026-04-31T10:00:00Z', 'impossible'],
  ['2026-05-01T25:00', 'impossible'],
  ['2026-05-01T10:00:00+15:00', 'impossible'],
  ['now', 'other'],
  ['A-7', 'other'],
  ['01.05.2026', 'other'],
  ['2026-05-01 or later', 'other'],
])('%s is %s', (text, kind) => {
  expect(readIsoDate(text)).toEqual({ kind });
});

test.each(['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'europe/berlin'])(
  '%s is a time zone',
  (name) => {
    expect(isTimeZone(name)).toBe(true);
  },
);

test.each([
  'BST',
  'EST',
  'CET',
  'IST',
  'GMT',
  'PST8PDT',
  '+01:00',
  'Mars/North',
  'Berlin',
  '',
  'Europe/Berlin ',
])('%j is no time zone: an abbreviation has several', (name) => {
  expect(isTimeZone(name)).toBe(false);
});
