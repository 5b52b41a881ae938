import { readFileSync } from 'node:fs';

/** A time of the week in which no message goes out, by the clock on the wall. */
export interface QuietWindow {
  /** The days on which it begins; Monday is 0. */
  days: readonly number[];
  /** Minutes from the beginning of that day. `to` is beyond 1440 where it ends on the next day. */
  from: number;
  to: number;
}

/** Days on which it is quiet from midnight to midnight: `2026-12-25`, or `12-25` of every year. */
export type QuietHolidays = ReadonlySet<string>;

export type ReadSetting<T> = { ok: true; value: T } | { ok: false; expected: string };

const DAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const EVERY_DAY = DAYS.map((_day, at) => at);
const DAY_MINUTES = 1_440;
const WEEK_MINUTES = DAYS.length * DAY_MINUTES;

const QUIET_HOURS_EXPECTED =
  'hours such as 21:00-08:00, or by the days on which they begin, such as Mon-Fri 21:00-08:00, Sat-Sun 20:00-10:00';
const SOME_TIME_OPEN = `${QUIET_HOURS_EXPECTED}; they must leave some time of the week in which messages may go out`;

const ENTRY = /^(?:([a-z]{3})(?:-([a-z]{3}))?\s+)?(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})$/i;

/** Reads QUIET_HOURS. */
export function readQuietHours(text: string): ReadSetting<QuietWindow[]> {
  const windows: QuietWindow[] = [];
  for (const entry of text.split(',')) {
    const window = readEntry(entry.trim());
    if (window === undefined) return { ok: false, expected: QUIET_HOURS_EXPECTED };
    windows.push(window);
  }
  if (isAlwaysQuiet(windows)) return { ok: false, expected: SOME_TIME_OPEN };
  return { ok: true, value: windows };
}

function readEntry(entry: string): QuietWindow | undefined {
  const [, firstDay, lastDay, ...numbers] = ENTRY.exec(entry) ?? [];
  const [fromHour, fromMinute, toHour, toMinute] = numbers.map(Number);
  const from = minutesOf(fromHour, fromMinute);
  const to = minutesOf(toHour, toMinute);
  const days = daysOf(firstDay, lastDay);
  if (from === undefined || to === undefined || days === undefined || from === DAY_MINUTES) return;
  // 21:00-21:00 are 24 hours, and not none: whether that leaves any time is looked at with the others.
  return { days, from, to: to > from ? to : to + DAY_MINUTES };
}

/** 24:00 is the end of a day. */
function minutesOf(hour = Number.NaN, minute = Number.NaN): number | undefined {
  const minutes = hour * 60 + minute;
  return minute < 60 && minutes <= DAY_MINUTES ? minutes : undefined;
}

/** All days where none is named; a span such as Fri-Mon goes over the end of the week. */
function daysOf(first: string | undefined, last: string | undefined): number[] | undefined {
  if (first === undefined) return EVERY_DAY;
  const from = dayOf(first);
  const to = last === undefined ? from : dayOf(last);
  if (from === -1 || to === -1) return undefined;
  const length = ((to - from + DAYS.length) % DAYS.length) + 1;
  return Array.from({ length }, (_each, at) => (from + at) % DAYS.length);
}

function dayOf(name: string): number {
  return DAYS.indexOf(name.toLowerCase());
}

/** Whether no minute of the week is left. */
function isAlwaysQuiet(windows: readonly QuietWindow[]): boolean {
  const isQuiet = new Uint8Array(WEEK_MINUTES);
  for (const { days, from, to } of windows) {
    for (const day of days) {
      for (let minute = from; minute < to; minute += 1) {
        isQuiet[(day * DAY_MINUTES + minute) % WEEK_MINUTES] = 1;
      }
    }
  }
  return !isQuiet.includes(0);
}

const HOLIDAYS_EXPECTED =
  'a file of dates, one a line, such as 2026-12-25, or 12-25 for every year; what follows a # is a remark';
const HOLIDAY = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/;
/** Far more than a file of holidays has. */
const MAX_HOLIDAYS = 1_000;
/** Has a 29 February. */
const LEAP_YEAR = 2_000;

/**
 * Reads the file that QUIET_HOLIDAYS names. It is read as the settings are, so that a start that
 * cannot read it says so beside everything else that is wrong.
 */
export function readHolidayFile(file: string): ReadSetting<QuietHolidays> {
  try {
    return readHolidays(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ok: false, expected: `${HOLIDAYS_EXPECTED}; it cannot be read (${code ?? message})` };
  }
}

export function readHolidays(text: string): ReadSetting<QuietHolidays> {
  const holidays = new Set<string>();
  for (const [index, line] of text.split(/\r?\n|\r/).entries()) {
    const date = line.replace(/#.*$/, '').replace('\uFEFF', '').trim();
    if (date === '') continue;
    if (!isDate(date)) {
      return { ok: false, expected: `${HOLIDAYS_EXPECTED}; line ${index + 1} has no such date` };
    }
    holidays.add(date);
  }
  if (holidays.size > MAX_HOLIDAYS) {
    return { ok: false, expected: `${HOLIDAYS_EXPECTED}; at most ${MAX_HOLIDAYS} dates` };
  }
  return { ok: true, value: holidays };
}

function isDate(text: string): boolean {
  const [match, year = LEAP_YEAR, month, day] = HOLIDAY.exec(text) ?? [];
  if (match === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() + 1 === Number(month) && date.getUTCDate() === Number(day);
}
