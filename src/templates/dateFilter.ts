import { LRUCache } from 'lru-cache';
import { isTimeZone, readIsoDate } from '../notification/dateTime.js';

/** Making a formatter takes a hundred times as long as using it. */
const formatters = new LRUCache<string, Intl.DateTimeFormat>({ max: 200 });

/** UTC stands in for a zone this machine does not know: no reason to send nothing. */
function formatterFor(timeZone: string): Intl.DateTimeFormat {
  const cached = formatters.get(timeZone);
  if (cached) return cached;
  const formatter = new Intl.DateTimeFormat('en-GB', {
    timeZone: isTimeZone(timeZone) ? timeZone : 'UTC',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formatters.set(timeZone, formatter);
  return formatter;
}

/**
 * Formats an ISO date or time in a time zone, by the directives %d %-d %B %b %A %a %Y %H %M %%.
 *
 * A date without a time is that date in every zone, and a time without a zone is shown as it was
 * written: it is the recipient's own. The host's zone is never asked. Anything that is not written as
 * an ISO date comes back as it is, "now" among others: a template that read the clock would not render
 * the same message twice. The engine's own filter is not used because its results shift in the host's
 * daylight-saving gaps.
 *
 * Throws on an unknown directive, and on a date that does not exist: a customer must not read of
 * 30 February.
 */
export function formatDate(value: string, format: string, timeZone: string): string {
  const read = readIsoDate(value);
  if (read.kind === 'other') return value;
  if (read.kind === 'impossible') throw new Error('this date does not exist');
  const { at } = read;
  const formatter = formatterFor(read.kind === 'moment' ? timeZone : 'UTC');
  const parts = new Map(formatter.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return format.replace(/%(-?[A-Za-z%])/g, (_, directive: string) => {
    switch (directive) {
      case 'd':
        return part('day').padStart(2, '0');
      case '-d':
        return part('day');
      case 'B':
        return part('month');
      case 'b':
        return part('month').slice(0, 3);
      case 'A':
        return part('weekday');
      case 'a':
        return part('weekday').slice(0, 3);
      case 'Y':
        return part('year');
      case 'H':
        return part('hour');
      case 'M':
        return part('minute');
      case '%':
        return '%';
      default:
        throw new Error(`%${directive} is not a date directive`);
    }
  });
}
