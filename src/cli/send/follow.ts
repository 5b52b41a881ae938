import { setTimeout as sleep } from 'node:timers/promises';
import { needsAChange } from '../../notification/redisFault.js';
import { isFinalState } from '../../notification/state.js';
import type { NotificationView, TimelineView } from '../../notification/view.js';
import { RedisUnavailableError } from '../../queue/errors.js';

const LOOK_EVERY_MS = 250;

export interface FollowObserver {
  /** Each entry of the timeline, once. */
  entry(entry: TimelineView): void;
  /** Redis went away, or came back. */
  redis(state: 'away' | 'back'): void;
}

export type FollowEnd =
  | { kind: 'ended'; view: NotificationView }
  | { kind: 'gone' }
  | { kind: 'interrupted' };

/**
 * Follows a notification until nothing more happens to it by itself, however long that takes. A
 * Redis that is away is waited for: the notification is kept there, so nothing is lost meanwhile.
 */
export async function follow(
  get: () => Promise<NotificationView | undefined>,
  observer: FollowObserver,
  signal: AbortSignal,
): Promise<FollowEnd> {
  const told = new Set<string>();
  let away = false;
  while (!signal.aborted) {
    const look = await lookOnce(get);
    if (away !== (look === 'away')) {
      away = !away;
      observer.redis(away ? 'away' : 'back');
    }
    if (look === undefined) return { kind: 'gone' };
    if (look !== 'away') {
      for (const entry of look.timeline.filter((candidate) => !told.has(keyOf(candidate)))) {
        told.add(keyOf(entry));
        observer.entry(entry);
      }
      if (hasEnded(look)) return { kind: 'ended', view: look };
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return { kind: 'interrupted' };
}

async function lookOnce(
  get: () => Promise<NotificationView | undefined>,
): Promise<NotificationView | undefined | 'away'> {
  try {
    return await get();
  } catch (error) {
    // What needs a changed setting or right is not waited for.
    if (error instanceof RedisUnavailableError && !needsAChange(error.fault)) return 'away';
    throw error;
  }
}

/** `unknown` waits for a person, so for whoever looks on it is an end too. */
function hasEnded({ state, deliveryCheckAt }: NotificationView): boolean {
  if (state === 'sent') return deliveryCheckAt === undefined;
  return state === 'unknown' || isFinalState(state);
}

/** A timeline folds repetitions and drops its middle, so places in it say nothing; times do. */
function keyOf({ at, state, channel, reason }: TimelineView): string {
  return [at, state, channel, reason].join(' ');
}
