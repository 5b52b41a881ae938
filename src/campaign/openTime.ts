import type { Campaign, ClockStatus, RowHours } from './campaign.js';

/** Rows by the clock they go by; '' for those whose own is not known. */
export type RowsByClock = Readonly<Record<string, number>>;

interface Part extends ClockStatus {
  zone: string;
  /** Milliseconds of sending that are left for its rows. */
  left: number;
}

/** Beyond so many beginnings and ends of quiet hours, a forecast is no better than none. */
const CHANGES_AHEAD = 400;

/**
 * How far sending comes when rows wait while it is quiet by their clocks. Of the clocks that are open,
 * each has its share of the sending, by the rows it has left.
 * Undefined when it takes so long that nothing can be said.
 */
function sendWithin(
  rows: RowsByClock,
  statusIn: (zone: string, at: number) => ClockStatus,
  { from, workMs, stopAt = Number.POSITIVE_INFINITY }: SendingSpan,
): ReturnType<OpenTime> {
  const all = Object.values(rows).reduce((sum, some) => sum + some, 0);
  if (all === 0) return { at: from + workMs, leftMs: 0 };
  let parts = Object.entries(rows).map(([zone, some]): Part => {
    return { zone, left: (workMs * some) / all, ...statusIn(zone, from) };
  });
  let at = from;
  for (let changes = 0; changes < CHANGES_AHEAD; changes += 1) {
    parts = parts.filter(({ left }) => left > 0.5);
    const leftMs = parts.reduce((sum, { left }) => sum + left, 0);
    if (leftMs === 0 || at >= stopAt) return { at, leftMs };
    const openMs = parts.reduce((sum, { isQuiet, left }) => (isQuiet ? sum : sum + left), 0);
    const change = Math.min(stopAt, ...parts.map(({ until }) => until));
    const next = openMs === 0 ? change : Math.min(change, at + openMs);
    for (const part of parts) {
      if (!part.isQuiet) part.left -= (part.left / openMs) * (next - at);
      if (next >= part.until) Object.assign(part, statusIn(part.zone, next));
    }
    at = next;
  }
  return undefined;
}

/** Some sending: from when on, how long it takes as if it were always open, and when to stop looking. */
interface SendingSpan {
  from: number;
  workMs: number;
  stopAt?: number;
}

/** How far some sending comes: when it is done, or `stopAt`, and how much is left then (ms). */
export type OpenTime = (span: SendingSpan) => { at: number; leftMs: number } | undefined;

/** How far sending comes in the open hours of a campaign's recipients. */
export function openTimeOf(
  hours: RowHours,
  campaign: Pick<Campaign, 'endAt'>,
  rows: RowsByClock,
): OpenTime {
  return (span) => sendWithin(rows, (zone, at) => hours.statusIn(zone, campaign, at), span);
}
