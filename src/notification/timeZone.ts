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
