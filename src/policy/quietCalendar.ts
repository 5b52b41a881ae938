import { offsetOf } from '../notification/zoneOffset.js';
import type { QuietHolidays, QuietWindow } from './quietSetting.js';

/*
 * When it is quiet in a zone, as spans of real time.
 *
 * Hours on a wall clock are turned into moments with care for the nights on which clocks change:
 *
 *   what is written                       | what it means
 *   --------------------------------------|------------------------------------------------------
 *   a time that the clock skips           | the moment of the change
 *   a beginning that the clock shows twice | the first time: quiet early rather than late
 *   an end that the clock shows twice     | the second time: open late rather than early
 *
 * So a quiet night may be an hour longer than its numbers say, and never ends before the clock on
 * the wall shows its end for good.
 */

/** How it is at a moment, and until when it stays so (epoch ms). */
export interface QuietStatus {
  isQuiet: boolean;
  until: number;
}

interface Span {
  from: number;
  to: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Mondays of the clock on the wall are found from this one: 5 January 1970. */
const FIRST_MONDAY = 4;
/** A window of two days and an hour that the clock was set back. */
const DAYS_BEFORE = 3;
/** Every window of the week begins in them. */
const DAYS_AHEAD = 9;
/** Holidays one after the other; what lies behind them is looked at when it has come so far. */
const LONGEST_QUIET_DAYS = 60;

export class QuietCalendar {
  readonly #windows: readonly QuietWindow[];
  readonly #holidays: QuietHolidays;
  /** By zone, how it was when last asked: a million rows live by a few clocks. */
  readonly #known = new Map<string, QuietStatus & { from: number }>();

  constructor(windows: readonly QuietWindow[], holidays: QuietHolidays) {
    this.#windows = windows;
    this.#holidays = holidays;
  }

  /** Whether it is quiet in a zone at a moment (epoch ms), and until when. */
  statusIn(zone: string, at: number): QuietStatus {
    const known = this.#known.get(zone);
    if (known !== undefined && known.from <= at && at < known.until) return known;
    const status = { ...this.#statusIn(zone, at), from: at };
    this.#known.set(zone, status);
    return status;
  }

  #statusIn(zone: string, at: number): QuietStatus {
    const today = Math.floor((at + offsetOf(zone, at)) / DAY_MS);
    let until: number | undefined;
    for (let day = today - DAYS_BEFORE; day <= today + LONGEST_QUIET_DAYS; day += 1) {
      for (const { from, to } of this.#spansOf(zone, day)) {
        if (to <= (until ?? at)) continue;
        if (from <= (until ?? at)) until = to;
        else if (until === undefined) return { isQuiet: false, until: from };
      }
      // Windows of later days begin later: none of them can lengthen this one.
      if (until !== undefined && until <= startOf(zone, day)) return { isQuiet: true, until };
      if (until === undefined && day > today + DAYS_AHEAD) break;
    }
    if (until !== undefined) return { isQuiet: true, until };
    return { isQuiet: false, until: startOf(zone, today + DAYS_AHEAD) };
  }

  /** What begins on a day, counted from 1970 by the clock on the wall; the earliest first. */
  #spansOf(zone: string, day: number): Span[] {
    const windows: Pick<QuietWindow, 'from' | 'to'>[] = this.#windows.filter(({ days }) =>
      days.includes(weekdayOf(day)),
    );
    const quiet = this.#isHoliday(day)
      ? [{ from: 0, to: DAY_MS / MINUTE_MS }, ...windows]
      : windows;
    return (
      quiet
        .map(({ from, to }) => ({
          from: momentsOf(zone, day * DAY_MS + from * MINUTE_MS).first,
          to: momentsOf(zone, day * DAY_MS + to * MINUTE_MS).last,
        }))
        // A window that the clock skips as a whole is none on that day.
        .filter(({ from, to }) => from < to)
        .sort((a, b) => a.from - b.from)
    );
  }

  #isHoliday(day: number): boolean {
    const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    return this.#holidays.has(date) || this.#holidays.has(date.slice('2026-'.length));
  }
}

function weekdayOf(day: number): number {
  return (((day - FIRST_MONDAY) % 7) + 7) % 7;
}

function startOf(zone: string, day: number): number {
  return momentsOf(zone, day * DAY_MS).first;
}

/**
 * The first moment (epoch ms) at which a clock on the wall shows a time, and the moment from which on
 * it does not show an earlier one. They differ where clocks are set back over this time.
 *
 * @param wall the time it shows, as if it were UTC (ms since 1970)
 */
function momentsOf(zone: string, wall: number): { first: number; last: number } {
  const before = offsetOf(zone, wall - DAY_MS);
  const after = offsetOf(zone, wall + DAY_MS);
  const byOld = wall - before;
  const byNew = wall - after;
  if (before === after) return { first: byOld, last: byOld };
  const change = changeBetween(zone, wall - DAY_MS, wall + DAY_MS);
  const isBefore = byOld < change;
  return {
    first: isBefore ? byOld : Math.max(change, byNew),
    last: byNew >= change ? byNew : isBefore ? byOld : change,
  };
}

/** The moment at which the clocks of a zone change, known to lie between two (epoch ms). */
function changeBetween(zone: string, early: number, late: number): number {
  const old = offsetOf(zone, early);
  let [unchanged, changed] = [early, late];
  while (changed - unchanged > 1) {
    const middle = Math.floor((unchanged + changed) / 2);
    if (offsetOf(zone, middle) === old) unchanged = middle;
    else changed = middle;
  }
  return changed;
}
