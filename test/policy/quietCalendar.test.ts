import { describe, expect, test } from '@jest/globals';
import { QuietCalendar } from '../../src/policy/quietCalendar.js';
import { readHolidays, readQuietHours } from '../../src/policy/quietSetting.js';

const MINUTE_MS = 60_000;

function calendar(hours: string, holidays = ''): QuietCalendar {
  const windows = readQuietHours(hours);
  const dates = readHolidays(holidays);
  if (!windows.ok || !dates.ok) throw new Error('the test has a wrong setting');
  return new QuietCalendar(windows.value, dates.value);
}

/** What a clock on the wall shows, by the runtime and not by our arithmetic. */
function wallClock(zone: string): (at: number) => { date: string; minutes: number } {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  return (at) => {
    const [date = '', time = ''] = format.format(at).split(', ');
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    return { date, minutes: hour * 60 + minute };
  };
}

/** A leap year, in which both clock changes of each zone lie. */
const [YEAR, NEXT_YEAR] = [Date.UTC(2028, 0, 1), Date.UTC(2029, 0, 1)];
const STEP_MS = 15 * MINUTE_MS;

interface Case {
  zone: string;
  hours: string;
  /** Of the clock on the wall: [from, to) in minutes; over midnight where `to` is not later. */
  quiet: [from: number, to: number];
  /** Quarters of an hour that a change of the clocks may add to the year. */
  longerBy: number;
}

/** Both borders of daylight saving (north, south, half an hour, at midnight) and zones without any. */
const CASES: Case[] = [
  { zone: 'Europe/Berlin', hours: '21:00-08:00', quiet: [1260, 480], longerBy: 0 },
  { zone: 'America/New_York', hours: '22:30-01:30', quiet: [1350, 90], longerBy: 4 },
  { zone: 'America/St_Johns', hours: '02:15-02:45', quiet: [135, 165], longerBy: 0 },
  { zone: 'America/Santiago', hours: '23:30-00:00', quiet: [1410, 1440], longerBy: 4 },
  { zone: 'Africa/Cairo', hours: '00:00-06:00', quiet: [0, 360], longerBy: 0 },
  { zone: 'Australia/Lord_Howe', hours: '20:00-01:45', quiet: [1200, 105], longerBy: 2 },
  { zone: 'Pacific/Auckland', hours: '02:30-10:00', quiet: [150, 600], longerBy: 4 },
  { zone: 'Asia/Kolkata', hours: '23:59-00:01', quiet: [1439, 1], longerBy: 0 },
];

describe('over every quarter of an hour of a leap year', () => {
  test.each(CASES)(
    'in $zone, it is quiet from $hours by the clock on the wall',
    ({ zone, hours, quiet: [from, to], longerBy }) => {
      const quiet = calendar(hours);
      const clock = wallClock(zone);
      const wrong: string[] = [];
      const longer = new Set<string>();
      let quarters = 0;
      let ends = 0;
      for (let at = YEAR; at < NEXT_YEAR; at += STEP_MS) {
        const { minutes, date } = clock(at);
        const within =
          from < to ? minutes >= from && minutes < to : minutes >= from || minutes < to;
        const { isQuiet, until } = quiet.statusIn(zone, at);
        if (within && !isQuiet) wrong.push(`${new Date(at).toISOString()} must be quiet`);
        if (!within && isQuiet) {
          quarters += 1;
          longer.add(date);
        }
        if (until <= at) wrong.push(`${new Date(at).toISOString()} ends before it`);
        if (until === ends) continue;
        ends = until;
        // Asked again at that moment, it gives the other answer.
        if (calendar(hours).statusIn(zone, until).isQuiet === isQuiet) {
          wrong.push(`${new Date(at).toISOString()} ends at a moment that is no end`);
        }
      }
      expect(wrong).toEqual([]);
      // Only where clocks are set back over a border, and then for no longer than they are set back.
      expect(quarters).toBeLessThanOrEqual(longerBy);
      expect(longer.size).toBeLessThanOrEqual(longerBy === 0 ? 0 : 2);
    },
  );
});

describe('on the nights on which clocks change', () => {
  const iso = (ms: number) => new Date(ms).toISOString().replace(':00.000Z', 'Z');
  const at = (text: string) => Date.parse(text);

  test.each([
    [
      'Europe/Berlin',
      '21:00-08:00',
      '2028-03-25T23:00Z',
      '2028-03-26T06:00Z',
      'ten hours in spring',
    ],
    ['Europe/Berlin', '21:00-08:00', '2028-10-28T22:00Z', '2028-10-29T07:00Z', 'twelve in autumn'],
    [
      'Europe/Berlin',
      '22:00-02:30',
      '2028-03-26T00:30Z',
      '2028-03-26T01:00Z',
      'an end that is skipped is the change',
    ],
    [
      'Europe/Berlin',
      '22:00-02:30',
      '2028-10-29T00:15Z',
      '2028-10-29T01:30Z',
      'an end that comes twice is the second',
    ],
    [
      'America/New_York',
      '21:00-08:00',
      '2028-03-12T05:00Z',
      '2028-03-12T12:00Z',
      'spring in New York',
    ],
    [
      'America/New_York',
      '21:00-08:00',
      '2028-11-05T05:00Z',
      '2028-11-05T13:00Z',
      'autumn in New York',
    ],
    [
      'Australia/Lord_Howe',
      '22:00-01:45',
      '2028-04-01T14:00Z',
      '2028-04-01T15:15Z',
      'half an hour, set back',
    ],
    [
      'America/Santiago',
      '22:00-00:00',
      '2028-04-02T02:30Z',
      '2028-04-02T04:00Z',
      'midnight comes twice',
    ],
    [
      'America/Santiago',
      '22:00-00:00',
      '2028-09-03T03:30Z',
      '2028-09-03T04:00Z',
      'midnight is skipped',
    ],
    [
      'Africa/Cairo',
      '00:00-06:00',
      '2028-04-27T22:30Z',
      '2028-04-28T03:00Z',
      'midnight is skipped in Cairo',
    ],
  ])('in %s with %s, who is asked at %s waits until %s: %s', (zone, hours, asked, until) => {
    expect(iso(calendar(hours).statusIn(zone, at(asked)).until)).toBe(until);
    expect(calendar(hours).statusIn(zone, at(asked)).isQuiet).toBe(true);
  });

  test('a beginning that comes twice is the first, and one that is skipped is the change', () => {
    const quiet = calendar('02:30-08:00');
    expect(iso(quiet.statusIn('Europe/Berlin', at('2028-10-29T00:00Z')).until)).toBe(
      '2028-10-29T00:30Z',
    );
    expect(quiet.statusIn('Europe/Berlin', at('2028-10-29T01:10Z')).isQuiet).toBe(true);
    expect(iso(quiet.statusIn('Europe/Berlin', at('2028-03-26T00:30Z')).until)).toBe(
      '2028-03-26T01:00Z',
    );
  });
});

describe('days', () => {
  const utc = (hours: string, asked: string, holidays?: string) => {
    const { isQuiet, until } = calendar(hours, holidays).statusIn('UTC', Date.parse(asked));
    return `${isQuiet ? 'quiet' : 'open'} until ${new Date(until).toISOString().slice(0, 16)}`;
  };
  const WEEK = 'Mon-Fri 21:00-08:00, Sat-Sun 20:00-10:00';

  // 2 March 2028 is a Thursday.
  test.each([
    [WEEK, '2028-03-02T23:00Z', 'quiet until 2028-03-03T08:00'],
    [WEEK, '2028-03-03T21:30Z', 'quiet until 2028-03-04T08:00'],
    [WEEK, '2028-03-04T08:00Z', 'open until 2028-03-04T20:00'],
    [WEEK, '2028-03-05T20:00Z', 'quiet until 2028-03-06T10:00'],
    [WEEK, '2028-03-06T12:00Z', 'open until 2028-03-06T21:00'],
    [
      'Sat 20:00-24:00, Sun 00:00-24:00, Mon 00:00-06:00',
      '2028-03-04T21:00Z',
      'quiet until 2028-03-06T06:00',
    ],
    ['Fri-Mon 22:00-06:00', '2028-03-01T12:00Z', 'open until 2028-03-03T22:00'],
    ['Fri-Mon 22:00-06:00', '2028-03-06T23:00Z', 'quiet until 2028-03-07T06:00'],
  ])('%s at %s: %s', (hours, asked, expected) => {
    expect(utc(hours, asked)).toBe(expected);
  });

  test('a holiday is quiet from midnight to midnight, together with the nights beside it', () => {
    const nights = '21:00-08:00';
    expect(utc(nights, '2028-12-24T22:00Z', '12-25\n2028-12-26 # once')).toBe(
      'quiet until 2028-12-27T08:00',
    );
    expect(utc(nights, '2027-12-24T22:00Z', '12-25\n2028-12-26')).toBe(
      'quiet until 2027-12-26T08:00',
    );
    expect(utc(nights, '2028-02-28T23:00Z', '02-29')).toBe('quiet until 2028-03-01T08:00');
    expect(utc(nights, '2027-02-28T23:00Z', '02-29')).toBe('quiet until 2027-03-01T08:00');
  });

  test('a holiday is one by the clock of the recipient', () => {
    const quiet = calendar('21:00-08:00', '2028-07-04');
    const asked = Date.parse('2028-07-04T23:30Z');
    expect(quiet.statusIn('Pacific/Auckland', asked).isQuiet).toBe(false);
    expect(quiet.statusIn('America/New_York', asked).isQuiet).toBe(true);
  });
});
