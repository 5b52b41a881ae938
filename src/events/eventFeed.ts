import type { Ledger } from '../notification/ledger.js';
import { unpackNotificationEvent } from '../notification/notificationEvent.js';
import { unlessUnreadable } from '../notification/storedRequest.js';
import type { RedisClient } from '../redis/redisClient.js';
import { unpackCampaignEvent } from './campaignEvent.js';
import type { EventType, FeedEvent } from './event.js';
import { type FeedExtent, isBefore, readExtent } from './feedExtent.js';

/*
 * The feed: every change of a notification and of a campaign, in the order in which they were written. The
 * scripts that write a change add its event in the same moment (src/notification/lua, src/campaign/lua), so there is
 * no change without its event, no event without its change, and a write that lost its race leaves none.
 *
 * A cursor is the id of an event, made by the clock of Redis. A reader keeps its own, so any number of readers
 * cost the feed nothing. The feed is trimmed by number with each event, and by time by the sweeper.
 *
 * What a reader cannot see is said to it: `gone`, when events after its cursor may have been trimmed, and when Redis
 * knows no event as late as its cursor (it went back to a copy, or lost the feed).
 */

/** Entries that are read at a time, and in all for one page: of a filter that fits little, a page may be empty. */
const READ_AT_A_TIME = 1_000;
const READ_AT_MOST = 10_000;

/** As a cursor: from the oldest event that is kept. */
const BEGINNING = '0-0';
/**
 * As a cursor: while there was no event yet. Unlike the beginning it says that its reader has missed none so far, so a
 * reader who comes back with it is answered with `gone` once the first events were trimmed.
 */
const BEFORE_ANY = '0-1';
/** The greatest number within a millisecond; no event has it, so a cursor that has it is one of a time. */
const END_OF_MILLISECOND = '-18446744073709551615';

export interface EventQuery {
  /** Cursor: events after it, oldest first. Left out: from the oldest that is kept. */
  after?: string;
  types?: readonly EventType[];
  campaignId?: string;
  limit: number;
  /** Joins the metadata of each notification's request. */
  withMetadata?: boolean;
}

export interface EventsGone {
  kind: 'gone';
  /** `trimmed`: the cursor is older than what is kept. `ahead`: it is newer than the newest event. */
  because: 'trimmed' | 'ahead';
  /** The cursor to go on from: before the oldest event, or, of one that is ahead, at the newest. */
  resumeFrom: string;
  /** Since when events are kept (epoch ms); absent where there is none. */
  since?: number;
}

export type EventPage =
  /** `next` is the cursor to go on from, also when nothing fitted. `more`: there may be more now. */
  { kind: 'events'; events: FeedEvent[]; next: string; more: boolean } | EventsGone;

export class EventFeed {
  readonly #redis: RedisClient;
  readonly #ledger: Pick<Ledger, 'keys' | 'readRequest'>;

  constructor(parts: { redis: RedisClient; ledger: Pick<Ledger, 'keys' | 'readRequest'> }) {
    this.#redis = parts.redis;
    this.#ledger = parts.ledger;
  }

  /** Oldest first, after the cursor. */
  async read(query: EventQuery): Promise<EventPage> {
    const { limit, after = BEGINNING, withMetadata } = query;
    const found: FeedEvent[] = [];
    let next = after;
    // Without a filter every entry fits, and no more are read than are wanted.
    const isFiltered = query.types !== undefined || query.campaignId !== undefined;
    const count = isFiltered ? READ_AT_A_TIME : Math.min(limit, READ_AT_A_TIME);
    for (let read = 0; read < READ_AT_MOST; read += count) {
      const { entries, extent } = await this.#entriesAfter(next, count);
      const gone = goneAt(next, extent);
      if (gone !== undefined && found.length === 0) return gone;
      // Trimmed while this page was read: what was found stands, and the next page says so.
      if (gone !== undefined) return this.#page(found, next, true, withMetadata);
      for (const [id, fields] of entries) {
        next = id.toString();
        const event = eventIn(next, fields);
        if (event !== undefined && fits(event, query)) found.push(event);
        if (found.length === limit) return this.#page(found, next, true, withMetadata);
      }
      if (entries.length < count) {
        return this.#page(found, next === BEGINNING ? BEFORE_ANY : next, false, withMetadata);
      }
    }
    return this.#page(found, next, true, withMetadata);
  }

  /** The event of this id with its metadata; undefined where it is not kept any more. */
  async find(id: string): Promise<FeedEvent | undefined> {
    const { feed } = this.#ledger.keys;
    const [entry] = await this.#redis.xrangeBuffer(feed, id, id);
    const event = entry && eventIn(id, entry[1]);
    return event && (await this.#withMetadata([event]))[0];
  }

  /** The cursor of a time (epoch ms): what is after it happened then or later. */
  cursorAt(ms: number): string {
    return ms <= 0 ? BEGINNING : `${Math.ceil(ms) - 1}${END_OF_MILLISECOND}`;
  }

  /** The cursor behind the newest event: what is after it has not happened yet. */
  async newest(): Promise<string> {
    const { last } = await readExtent(this.#redis, this.#ledger.keys.feed);
    return last === BEGINNING ? BEFORE_ANY : last;
  }

  /** Forgets events that are older than that (ms). The newest stays: by it a reader knows that it missed none. */
  async forgetOld(now: number, retentionMs: number): Promise<void> {
    const { feed } = this.#ledger.keys;
    const [newest] = await this.#redis.xrevrange(feed, '+', '-', 'COUNT', 1);
    if (newest === undefined) return;
    const before = `${Math.max(0, Math.floor(now) - retentionMs)}-0`;
    const least = isBefore(newest[0], before) ? newest[0] : before;
    // Redis takes away some thousands at a time.
    while ((await this.#redis.xtrim(feed, 'MINID', '~', least)) > 0);
  }

  /** The entries first: of what is trimmed in between, the extent then says so. */
  async #entriesAfter(
    cursor: string,
    count: number,
  ): Promise<{ entries: [Buffer, Buffer[]][]; extent: FeedExtent }> {
    const { feed } = this.#ledger.keys;
    const [entries, extent] = await Promise.all([
      this.#redis.xrangeBuffer(feed, `(${cursor}`, '+', 'COUNT', count),
      readExtent(this.#redis, feed),
    ]);
    return { entries, extent };
  }

  async #page(
    events: FeedEvent[],
    next: string,
    more: boolean,
    withMetadata = false,
  ): Promise<EventPage> {
    const kept = withMetadata ? await this.#withMetadata(events) : events;
    return { kind: 'events', events: kept, next, more };
  }

  async #withMetadata(events: readonly FeedEvent[]): Promise<FeedEvent[]> {
    const ids = new Set(events.flatMap(({ notification }) => notification?.id ?? []));
    const known = new Map(
      await Promise.all(
        [...ids].map(async (id) => {
          const stored = await unlessUnreadable(this.#ledger.readRequest(id));
          return [id, stored?.request.metadata] as const;
        }),
      ),
    );
    return events.map((event) => {
      const { notification } = event;
      if (notification === undefined) return event;
      return { ...event, notification: { ...notification, metadata: known.get(notification.id) } };
    });
  }
}

/** Whether events after this cursor may be missing. */
function goneAt(cursor: string, extent: FeedExtent): EventsGone | undefined {
  const { first, last } = extent;
  if (cursor === BEGINNING) return undefined;
  // Where the server does not say: it need not be so of a feed that has just begun.
  const isTrimmed = extent.isTrimmed ?? cursor !== BEFORE_ANY;
  const since = first === undefined ? undefined : Number(first.split('-')[0]);
  if (isBefore(last, cursor)) {
    if (cursor === BEFORE_ANY || cursor.endsWith(END_OF_MILLISECOND)) return undefined;
    return { kind: 'gone', because: 'ahead', resumeFrom: last, since };
  }
  if (!isTrimmed || cursor === last) return undefined;
  if (first !== undefined && !isBefore(cursor, first)) return undefined;
  return { kind: 'gone', because: 'trimmed', resumeFrom: BEGINNING, since };
}

function eventIn(id: string, fields: readonly Buffer[]): FeedEvent | undefined {
  const [, bytes = Buffer.alloc(0)] = fields;
  const at = Number(id.split('-')[0]);
  const notification = unpackNotificationEvent(bytes);
  if (notification !== undefined) {
    return { id, at, type: `notification.${notification.state}`, notification };
  }
  const campaign = unpackCampaignEvent(bytes);
  return campaign && { id, at, type: `campaign.${campaign.state}`, campaign };
}

function fits({ type, notification, campaign }: FeedEvent, query: EventQuery): boolean {
  const { types, campaignId } = query;
  if (types !== undefined && !types.includes(type)) return false;
  if (campaignId === undefined) return true;
  return (notification?.campaignId ?? campaign?.id) === campaignId;
}
