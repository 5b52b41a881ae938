import { type Context, Liquid, type LiquidOptions } from 'liquidjs';
import { LRUCache } from 'lru-cache';
import { parseUrl } from '../http/parseUrl.js';
import { isLoopbackHost } from '../http/requestOrigin.js';
import { isTimeZone, readIsoDate } from '../notification/dateTime.js';
import type { PartKind } from './templateParts.js';
import { escapeHtml, isolateDirection, shorten } from './text.js';

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

/** UTF-16 code units of one part. */
export const PART_SIZE_LIMIT = 64 * 1024;

/**
 * Limits on one rendering. A real message needs well under a millisecond; the time limit is far
 * above that, because a pause of the process counts too and must not fail a good template.
 */
const RENDER_LIMIT_MS = 500;
const MEMORY_LIMIT_UNITS = 200_000;

/**
 * Nothing that reads other files, and nothing whose output is not escaped exactly once: a captured
 * text, for one, is escaped when captured and again when printed.
 */
export const ALLOWED_TAGS: ReadonlySet<string> = new Set([
  ...['if', 'elsif', 'else', 'endif', 'unless', 'endunless', 'case', 'when', 'endcase'],
  ...['for', 'endfor', 'break', 'continue', 'assign', 'comment', 'endcomment', '#'],
]);

/** The filters of LiquidJS that templates may use. `raw` is not among them. */
const BUILT_IN_FILTERS: ReadonlySet<string> = new Set([
  ...['append', 'prepend', 'capitalize', 'upcase', 'downcase', 'strip', 'replace', 'remove'],
  ...['default', 'size', 'plus', 'minus', 'times', 'round', 'url_encode'],
]);

export const ALLOWED_FILTERS: readonly string[] = [
  ...BUILT_IN_FILTERS,
  'date',
  'truncate',
  'safe_url',
];

const SAFE_SCHEMES: ReadonlySet<string> = new Set(['https:', 'mailto:', 'tel:']);

/** The engine for one kind of part: what may be written in it, and how its values are made safe. */
export function createEngine(kind: PartKind): Liquid {
  const options: LiquidOptions = {
    strictFilters: true,
    strictVariables: true,
    ownPropertyOnly: true,
    parseLimit: PART_SIZE_LIMIT,
    renderLimit: RENDER_LIMIT_MS,
    memoryLimit: MEMORY_LIMIT_UNITS,
    templates: {},
    outputEscape: (value: unknown) => outputText(value, kind),
  };
  const engine = new Liquid(options);
  for (const filter of Object.keys(engine.filters)) {
    if (!BUILT_IN_FILTERS.has(filter)) engine.unregisterFilter(filter);
  }
  engine.registerFilter('truncate', (value: unknown, length: unknown) =>
    shorten(String(value ?? ''), { units: Number(length) || 50 }),
  );
  engine.registerFilter('safe_url', {
    raw: true,
    handler: (value: unknown) => safeUrl(String(value ?? ''), kind),
  });
  engine.registerFilter('date', dateFilter);
  return engine;
}

function outputText(value: unknown, kind: PartKind): string {
  const text = isolateDirection(String(value ?? ''));
  return kind === 'html' ? escapeHtml(text) : text;
}

/** An absolute link of a harmless scheme (without TLS on this machine alone), or nothing that can be followed. */
function safeUrl(value: string, kind: PartKind): string {
  const url = parseUrl(value);
  const isOwn = url?.protocol === 'http:' && isLoopbackHost(url.hostname);
  if (!url || !(isOwn || SAFE_SCHEMES.has(url.protocol))) return kind === 'html' ? '#' : '';
  return kind === 'html' ? escapeHtml(url.href) : url.href;
}

/** In the recipient's time zone, unless the template names another. */
function dateFilter(
  this: { context: Context },
  value: unknown,
  format: unknown = '%-d %B',
  timeZone: unknown = this.context.getSync(['timeZone']),
): string {
  return formatDate(String(value ?? ''), String(format), String(timeZone));
}
