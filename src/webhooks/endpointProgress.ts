import { z } from 'zod';
import { isBefore } from '../events/feedExtent.js';

/*
 * How far the deliveries of an endpoint have come, as the sender writes it: a cursor into the feed, and
 * which of the events up to it are outstanding.
 *
 *   every event up to the cursor that is not outstanding has been delivered or given up.
 *
 * That stays true for ever, since a delivery cannot be undone. So whatever older record comes back (written
 * by a sender that was frozen, or restored with a Redis) leads to repeats and to nothing that is skipped.
 */

const outstandingSchema = z.object({
  /** Of the event. */
  id: z.string(),
  attempts: z.number(),
  /** When it was tried first (epoch ms); absent while it was not. */
  firstAt: z.number().optional(),
  /** When it is tried next (epoch ms). */
  nextAt: z.number(),
});

const progressSchema = z.object({
  /** Of the start that it counts from; see `Webhook.start`. */
  n: z.number(),
  cursor: z.string(),
  outstanding: z.array(outstandingSchema),
  /** Failures since the last delivery that succeeded, and when the first of them was (epoch ms). */
  failures: z.number(),
  failingSince: z.number().optional(),
  /** When a delivery succeeded last (epoch ms). */
  succeededAt: z.number().optional(),
  /** Events that the feed forgot before they were delivered: between these times (epoch ms). */
  missed: z.object({ from: z.number(), until: z.number() }).optional(),
});

export type Outstanding = z.infer<typeof outstandingSchema>;
export type EndpointProgress = z.infer<typeof progressSchema>;

export function newProgress(start: { n: number; cursor: string }): EndpointProgress {
  return { n: start.n, cursor: start.cursor, outstanding: [], failures: 0 };
}

/** Undefined for what no version has written. */
export function readProgress(json: string | null): EndpointProgress | undefined {
  if (json === null) return undefined;
  try {
    return progressSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/** The time that a cursor or the id of an event stands for (epoch ms). */
export function timeOf(cursor: string): number {
  return Number(cursor.split('-')[0]);
}

/**
 * Progress from a new start. A replay goes back and never ahead: what is outstanding, or was not read yet,
 * is not skipped by asking for what is later.
 */
export function restarted(
  before: EndpointProgress,
  { n, cursor: start }: { n: number; cursor: string },
): EndpointProgress {
  const { cursor: reached, outstanding, missed: _ofBefore, ...rest } = before;
  const cursor = isBefore(start, reached) ? start : reached;
  // The others are read again.
  return { ...rest, n, cursor, outstanding: outstanding.filter(({ id }) => !isBefore(cursor, id)) };
}
