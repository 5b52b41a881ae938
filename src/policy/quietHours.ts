import { isTimeZone } from '../notification/dateTime.js';
import { zoneOfRecipient } from '../notification/recipientClock.js';
import { QuietCalendar, type QuietStatus } from './quietCalendar.js';
import { readHolidayFile, readQuietHours } from './quietSetting.js';
import type { Rule } from './rule.js';

export interface QuietSettings {
  /** As it is written: `21:00-08:00`. */
  QUIET_HOURS?: string;
  /** The path of a file of dates. */
  QUIET_HOLIDAYS?: string;
  /** The zone of recipients whose own is not known. */
  QUIET_TIME_ZONE?: string;
  QUIET_HOURS_FOR?: 'campaign' | 'all';
  QUIET_HOURS_PAST_DEADLINE?: 'expire' | 'send';
}

/** A message that may have to wait. Times are epoch milliseconds. */
export interface WaitingMessage {
  /** Where its recipient lives; undefined where that is not known. */
  zone?: string;
  priority: 'transactional' | 'campaign';
  now: number;
  /** When it is no longer wanted; absent for a row that is not released and whose campaign has no end. */
  deadline?: number;
}

/** The hours of a deployment in which messages wait, each by the clock of its recipient. */
export class QuietHours {
  readonly #calendar: QuietCalendar;
  readonly #zone: string;
  readonly #settings: QuietSettings;

  /** Undefined where a deployment has no such hours. */
  static of(settings: QuietSettings): QuietHours | undefined {
    const { QUIET_HOURS: hours, QUIET_HOLIDAYS: holidays } = settings;
    return hours === undefined && holidays === undefined ? undefined : new QuietHours(settings);
  }

  /** @throws for settings that `loadConfig` has not checked, and for a file that has changed since */
  private constructor(settings: QuietSettings) {
    const { QUIET_HOURS: hours, QUIET_HOLIDAYS: file, QUIET_TIME_ZONE: zone = 'UTC' } = settings;
    const windows = hours === undefined ? [] : readOrThrow('QUIET_HOURS', readQuietHours(hours));
    const holidays =
      file === undefined ? new Set<string>() : readOrThrow('QUIET_HOLIDAYS', readHolidayFile(file));
    this.#calendar = new QuietCalendar(windows, holidays);
    this.#zone = zone;
    this.#settings = settings;
  }

  /** Until when a message waits (epoch ms), or undefined when it does not. */
  waitsUntil(message: WaitingMessage): number | undefined {
    const { isQuiet, until } = this.statusOf(message);
    return isQuiet ? until : undefined;
  }

  /** Whether a message waits, and until when that stays so (epoch ms). */
  statusOf({ zone, priority, now, deadline }: WaitingMessage): QuietStatus {
    const { QUIET_HOURS_FOR: whom, QUIET_HOURS_PAST_DEADLINE: past } = this.#settings;
    if (priority === 'transactional' && whom !== 'all') return NEVER_QUIET;
    // What this runtime does not know as a zone counts as not known.
    const known = zone !== undefined && isTimeZone(zone) ? zone : this.#zone;
    const status = this.#calendar.statusIn(known, now);
    const isTooLate = past === 'send' && deadline !== undefined && status.until >= deadline;
    return isTooLate ? { ...status, isQuiet: false } : status;
  }
}

const NEVER_QUIET: QuietStatus = { isQuiet: false, until: Number.POSITIVE_INFINITY };

/**
 * Campaign messages wait while it is quiet where their recipient lives. A clock that is known only
 * from the contact counts once it has been looked up: with the intent, this is asked once more.
 */
export function quietHours(settings: QuietSettings): Rule {
  const hours = QuietHours.of(settings);
  if (hours === undefined) return () => ({ kind: 'allow' });
  return ({ request, now, facts }) => {
    const { recipient, priority = 'transactional' } = request;
    const { contactCountry, deadline = timeOf(request.deadline) } = facts;
    const zone = zoneOfRecipient({ recipient, contactCountry });
    const until = hours.waitsUntil({ zone, priority, now, deadline });
    return until === undefined
      ? { kind: 'allow' }
      : { kind: 'defer', until, reason: 'quiet_hours' };
  };
}

function timeOf(iso: string | undefined): number | undefined {
  return iso === undefined ? undefined : Date.parse(iso);
}

function readOrThrow<T>(
  name: string,
  read: { ok: true; value: T } | { ok: false; expected: string },
): T {
  if (!read.ok) throw new Error(`${name}: expected ${read.expected}`);
  return read.value;
}
