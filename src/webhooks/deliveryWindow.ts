import type { FeedEvent } from '../events/event.js';
import type { EndpointProgress, Outstanding } from './endpointProgress.js';
import { nextAttemptAt, TRIED_FOR_MS } from './retrySchedule.js';

/** An event that was read and is not delivered yet. */
export interface WindowEntry extends Outstanding {
  event: FeedEvent;
  isUnderWay: boolean;
}

/** The most events of an endpoint that are outstanding: beyond them the feed is not read. */
const OUTSTANDING_MOST = 100;
const AT_ONCE = 8;
/** After so many failures in a row the endpoint is taken to be down. */
const DOWN_AFTER = 3;

/**
 * What is outstanding at one endpoint, in the order of the feed.
 *
 *   read ─▶ waits ─▶ under way ─▶ delivered
 *             ▲          │
 *             └─ failed ─┴──────▶ given up
 *
 * An event waits while an earlier one of its notification (or campaign) is outstanding: so each endpoint
 * sees the changes of a notification in their order, however often one is tried. Those of others pass it.
 *
 * An endpoint at which nothing gets through any more is down: it is then tried with one request at a time.
 * The first success brings all that waits for its next attempt forward. An event is given up after 24 h
 * only if another one got through since its first attempt: then it is this event that the endpoint does
 * not take. While the endpoint takes nothing at all, nothing is given up, and the feed is not read on.
 */
export class DeliveryWindow {
  readonly #entries = new Map<string, WindowEntry>();
  #cursor: string;
  #progress: Omit<EndpointProgress, 'cursor' | 'outstanding'>;
  #underWay = 0;

  constructor({ cursor, outstanding: _readAnew, ...progress }: EndpointProgress) {
    this.#cursor = cursor;
    this.#progress = progress;
  }

  get cursor(): string {
    return this.#cursor;
  }

  get room(): number {
    return OUTSTANDING_MOST - this.#entries.size;
  }

  /** Whether it pays to read the feed on: a page costs about the same for one event as for many. */
  get wantsMore(): boolean {
    return this.room >= OUTSTANDING_MOST / 2 || (this.room > 0 && this.#underWay === 0);
  }

  get isDown(): boolean {
    return this.#progress.failures >= DOWN_AFTER;
  }

  get failures(): number {
    return this.#progress.failures;
  }

  get failingSince(): number | undefined {
    return this.#progress.failingSince;
  }

  /** What is to be stored. */
  progress(): EndpointProgress {
    const outstanding = [...this.#entries.values()].map(({ id, attempts, firstAt, nextAt }) => ({
      id,
      attempts,
      firstAt,
      nextAt,
    }));
    return { ...this.#progress, cursor: this.#cursor, outstanding };
  }

  /** Takes in what was read of the feed, up to `next`. */
  read(events: readonly FeedEvent[], next: string, now: number): void {
    for (const event of events) this.restore(event, { id: event.id, attempts: 0, nextAt: now });
    this.#cursor = next;
  }

  /** Takes in an event that was outstanding before. */
  restore(event: FeedEvent, outstanding: Outstanding): void {
    this.#entries.set(event.id, { ...outstanding, event, isUnderWay: false });
  }

  /** Notes that events between these times (epoch ms) are not in the feed any more. */
  miss(from: number, until: number, cursor: string): void {
    const before = this.#progress.missed;
    const missed = { from: before?.from ?? from, until: Math.max(until, before?.until ?? until) };
    this.#progress = { ...this.#progress, missed };
    this.#cursor = cursor;
  }

  moveTo(cursor: string): void {
    this.#cursor = cursor;
  }

  /** The next one that may be sent at `now` (epoch ms), which is under way from here on. */
  take(now: number): WindowEntry | undefined {
    if (this.#underWay >= (this.isDown ? 1 : AT_ONCE)) return undefined;
    let chosen: WindowEntry | undefined;
    for (const entry of this.#firstOfEach()) {
      if (entry.isUnderWay || entry.nextAt > now) continue;
      if (chosen === undefined || entry.nextAt < chosen.nextAt) chosen = entry;
      // While it is down, the one that has waited longest: one that is never taken keeps no other away.
      if (!this.isDown) break;
    }
    if (chosen === undefined) return undefined;
    chosen.isUnderWay = true;
    chosen.firstAt ??= now;
    chosen.attempts += 1;
    this.#underWay += 1;
    return chosen;
  }

  *#firstOfEach(): Iterable<WindowEntry> {
    const seen = new Set<string>();
    for (const entry of this.#entries.values()) {
      const subject = subjectOf(entry.event);
      if (seen.has(subject)) continue;
      seen.add(subject);
      yield entry;
    }
  }

  succeeded(entry: WindowEntry, now: number): void {
    this.#end(entry);
    this.#entries.delete(entry.id);
    if (this.isDown) this.#bringForward(now);
    this.#progress = {
      ...this.#progress,
      failures: 0,
      failingSince: undefined,
      succeededAt: now,
    };
  }

  /** When it is tried again (epoch ms), or that it is not. `askedMs`: the wait that the endpoint asked for. */
  failed(entry: WindowEntry, now: number, askedMs?: number): number | 'given_up' {
    this.#end(entry);
    const { failures, failingSince = now, succeededAt = 0 } = this.#progress;
    this.#progress = { ...this.#progress, failures: failures + 1, failingSince };
    const { firstAt = now } = entry;
    if (now - firstAt >= TRIED_FOR_MS && succeededAt > firstAt) {
      this.#entries.delete(entry.id);
      return 'given_up';
    }
    entry.nextAt = nextAttemptAt(entry.attempts, now, askedMs);
    return entry.nextAt;
  }

  /** An attempt that was broken off by us says nothing of the endpoint. */
  brokenOff(entry: WindowEntry): void {
    this.#end(entry);
    entry.attempts -= 1;
  }

  /** A person lets it go on: what failed before does not count, and all that waits is tried now. */
  startAfresh(now: number): void {
    this.#progress = { ...this.#progress, failures: 0, failingSince: undefined };
    this.#bringForward(now);
  }

  #bringForward(now: number): void {
    for (const entry of this.#entries.values()) entry.nextAt = Math.min(entry.nextAt, now);
  }

  #end(entry: WindowEntry): void {
    entry.isUnderWay = false;
    this.#underWay -= 1;
  }
}

/** What the order is kept of. */
function subjectOf({ id, notification, campaign }: FeedEvent): string {
  if (notification !== undefined) return `n:${notification.id}`;
  return campaign === undefined ? id : `k:${campaign.id}`;
}
