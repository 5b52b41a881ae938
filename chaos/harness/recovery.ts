import type { NotificationRecord } from '#product/notification/record.js';
import { ascending, quantile } from '../../bench/harness/spread.js';
import type { Strike } from './scene.js';

/** Seconds from the end of a fault to the next step of what it hit. */
export interface Recovery {
  p50: number;
  p99: number;
  /** How many notifications were hit. */
  hit: number;
}

/**
 * How long what was in the hands of something that was struck lay there. A step is one towards the end: that it was put back into
 * the queue is none. Undefined when nothing was hit.
 */
export function recoveryOf(
  strikes: readonly Strike[],
  records: ReadonlyMap<string, NotificationRecord>,
): Recovery | undefined {
  const waits = strikes.flatMap(({ hit, at, over }) =>
    hit.flatMap((id) => {
      const timeline = records.get(id)?.timeline ?? [];
      const before = timeline.findLast((entry) => entry.at <= at)?.state;
      // Had it ended by then, it was in no one's hands.
      if (before !== 'processing' && before !== 'sending') return [];
      const next = timeline.find((entry) => entry.at > at && entry.state !== 'queued');
      return next === undefined ? [] : [Math.max(0, next.at - over) / 1_000];
    }),
  );
  if (waits.length === 0) return undefined;
  const sorted = ascending(waits);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), hit: waits.length };
}
