import { type Decision, keep, write } from './decision.js';
import { type NotificationRecord, step } from './record.js';
import type { State } from './state.js';

export const CAMPAIGN_PAUSED = 'campaign_paused';

const PARKABLE: ReadonlySet<State> = new Set(['accepted', 'queued', 'processing']);

/** How soon a row looks again after it met the pause: a resume may just have come and gone by. */
export const FIRST_LOOK_AGAIN_MS = 2_000;
/** A resume wakes rows up; this is for one that was missed. */
const LOOK_AGAIN_MS = 5 * 60 * 1000;

/** Whether it waits for its campaign to be resumed. */
export function waitsForResume({ state, reason }: NotificationRecord): boolean {
  return state === 'queued' && reason === CAMPAIGN_PAUSED;
}

/**
 * A row's job has met the pause of its campaign before it was claimed. It waits until then (epoch ms)
 * and uses no attempt; one that has ended or is on its way has nothing to wait for.
 */
export function waitForResume(
  record: NotificationRecord,
  now: number,
): Decision<{ kind: 'waits'; until: number } | { kind: 'ended'; state: State }> {
  if (waitsForResume(record)) return keep({ kind: 'waits', until: now + LOOK_AGAIN_MS });
  if (!PARKABLE.has(record.state)) return keep({ kind: 'ended', state: record.state });
  const next = step(record, now, { state: 'queued', reason: CAMPAIGN_PAUSED });
  return write(next, { kind: 'waits', until: now + FIRST_LOOK_AGAIN_MS });
}
