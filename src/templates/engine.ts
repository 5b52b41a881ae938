import { type Context, Liquid, type LiquidOptions } from 'liquidjs';
import { parseUrl } from '../ops/parseUrl.js';
import { escapeHtml, isolateDirection } from './characters.js';
import { formatDate } from './dateFilter.js';
import type { PartKind } from './parts.js';
import { shorten } from './shorten.js';

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

/** An absolute link of a harmless scheme, or nothing that can be followed. */
function safeUrl(value: string, kind: PartKind): string {
  const url = parseUrl(value);
  if (!url || !SAFE_SCHEMES.has(url.protocol)) return kind === 'html' ? '#' : '';
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
