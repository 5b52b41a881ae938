const DAY = 86_400_000;

/** Epoch milliseconds; the end is exclusive. */
export interface Interval {
  start: number;
  end: number;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** An instant without a zone is UTC, as on the platform; JavaScript alone would take it as local. */
function parseInstant(text: string | undefined): number {
  const match = INSTANT.exec(text ?? '');
  if (match === null) return Number.NaN;
  return Date.parse(match[3] === undefined ? `${match[0]}Z` : match[0]);
}

/** Null unless `text` is START/END with START before END. */
export function parseInterval(text: string): Interval | null {
  const [from, to, ...rest] = text.split('/');
  const start = parseInstant(from);
  const end = parseInstant(to);
  return rest.length === 0 && start < end ? { start, end } : null;
}

/**
 * Genesys: the indexes are daily, so a conversation matches when it started on a day (UTC) that the
 * interval touches, even hours before the interval begins.
 */
export function touchesDayOf({ start, end }: Interval, startedAt: number): boolean {
  const day = Math.floor(startedAt / DAY) * DAY;
  return day < end && day + DAY > start;
}
