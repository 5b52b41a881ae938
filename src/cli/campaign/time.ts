import { z } from 'zod';

const time = z.iso.datetime({ offset: true });

const TIME_EXPECTED = 'an ISO 8601 time with a zone, such as 2026-11-22T09:30:00Z';

/** A time that was given as an option, as epoch milliseconds. */
export function readTime(
  text: string | undefined,
): { ok: true; time?: number } | { ok: false; expected: string } {
  if (text === undefined) return { ok: true };
  return time.safeParse(text).success
    ? { ok: true, time: Date.parse(text) }
    : { ok: false, expected: TIME_EXPECTED };
}
