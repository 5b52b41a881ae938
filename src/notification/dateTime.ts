/**
 * A date, or a time of day on it, as ISO 8601 writes them. Seconds, fraction and zone may be missing;
 * some writers put a blank where the T belongs.
 */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/** What a text says of a day or a moment. */
export type ReadDate =
  /** A day, the same in every time zone; or a time of day whose zone is not said. */
  | { kind: 'day' | 'wall_time'; at: Date }
  | { kind: 'moment'; at: Date }
  /** Written like a date, and no calendar has it: 30 February. */
  | { kind: 'impossible' }
  | { kind: 'other' };

/**
 * Reads an ISO date. `at` of a day or a wall time is to be shown in UTC: the numbers are those that
 * were written, whatever zone this machine is in.
 */
export function readIsoDate(text: string): ReadDate {
  const match = ISO.exec(text.trim());
  if (match === null) return { kind: 'other' };
  const [, year, month, day, hour, minute, second = '0', zone] = match;
  const [y, m, d, h, min, s] = [year, month, day, hour ?? '0', minute ?? '0', second].map(Number);
  const at = new Date(Date.UTC(y ?? 0, (m ?? 0) - 1, d, h, min, s));
  const exists = at.getUTCFullYear() === y && at.getUTCMonth() + 1 === m && at.getUTCDate() === d;
  if (!exists || (h ?? 0) > 23 || (min ?? 0) > 59 || (s ?? 0) > 59) return { kind: 'impossible' };
  if (zone === undefined) return { kind: hour === undefined ? 'day' : 'wall_time', at };
  const offset = offsetMinutes(zone);
  if (offset === undefined) return { kind: 'impossible' };
  return { kind: 'moment', at: new Date(at.getTime() - offset * 60_000) };
}

/** A zone's distance from UTC; undefined beyond the 14 hours that there are. */
function offsetMinutes(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  const offset = Number(hours) * 60 + Number(minutes);
  if (!(offset <= 14 * 60) || Number(minutes) > 59) return undefined;
  return sign === '-' ? -offset : offset;
}

export const TIME_ZONE_EXPECTED = 'an IANA time zone such as Europe/Berlin, or UTC';

/**
 * Area and location. Abbreviations are refused though the runtime knows some: it takes `BST` for
 * Bangladesh and `IST` for India alone. So are offsets, which no summer time changes.
 */
const NAME = /^(?:UTC|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2})$/i;

/** Finding out takes tens of microseconds, and the rows of a campaign name the same few zones. */
const zonesFound = new Set<string>();
/** Upper and lower case are the same to the runtime, so one zone has many names. */
const MAX_ZONES_FOUND = 1_000;

export function isTimeZone(name: string): boolean {
  if (zonesFound.has(name)) return true;
  if (!NAME.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    return false;
  }
  if (zonesFound.size < MAX_ZONES_FOUND) zonesFound.add(name);
  return true;
}
