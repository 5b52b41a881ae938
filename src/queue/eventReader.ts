import { setTimeout as sleep } from 'node:timers/promises';
import type { EventType, FeedEvent } from '../events/event.js';
import { EventFeed, type EventPage, type EventQuery } from '../events/eventFeed.js';
import type { Ledger } from '../notification/ledger.js';
import type { RedisClient } from '../redis/redisClient.js';
import { EventsGoneError, RedisUnavailableError } from './notifierErrors.js';
import { untilConnected, withTimeout } from './timeout.js';

export interface EventOptions {
  /** `id` of the last event that was dealt with, or `cursor`; left out: from the oldest that is kept. */
  after?: string;
  /** Only these; left out: all. */
  types?: readonly EventType[];
  /** Only of this campaign and its rows. */
  campaignId?: string;
  /** Ends the events. */
  signal?: AbortSignal;
}

/** Events as they happen, without an end. */
export interface EventIterator extends AsyncIterableIterator<FeedEvent> {
  /**
   * Everything up to here was handed out: the cursor to go on from after a restart. It also moves past events
   * that do not fit, so it stays young where hardly any do. Undefined before the first answer of Redis.
   */
  readonly cursor: string | undefined;
}

const AT_A_TIME = 200;
const LOOKS_EVERY_MS = 1_000;
const AFTER_FAILURE_MS = { first: 250, most: 5_000 } as const;

/** What people and programs ask of the feed. It can be read, and nothing else. */
export class EventReader {
  readonly #redis: RedisClient;
  readonly #feed: EventFeed;

  constructor(redis: RedisClient, ledger: Ledger) {
    this.#redis = redis;
    this.#feed = new EventFeed({ redis, ledger });
  }

  /** @throws RedisUnavailableError */
  page(query: EventQuery): Promise<EventPage> {
    return withTimeout(untilConnected(this.#redis).then(() => this.#feed.read(query)));
  }

  /**
   * The cursor behind the newest event: what is after it has not happened yet.
   *
   * @throws RedisUnavailableError
   */
  newest(): Promise<string> {
    return withTimeout(untilConnected(this.#redis).then(() => this.#feed.newest()));
  }

  /** While Redis is away the iterator waits; it goes on where it was. */
  follow(options: EventOptions): EventIterator {
    const progress: { cursor: string | undefined } = { cursor: options.after };
    const events = this.#follow(options, progress);
    return {
      get cursor() {
        return progress.cursor;
      },
      next: () => events.next(),
      return: (value) => events.return(value),
      throw: (error) => events.throw(error),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async *#follow(
    { types, campaignId, signal }: EventOptions,
    progress: { cursor: string | undefined },
  ): AsyncGenerator<FeedEvent, undefined> {
    let failedFor = 0;
    const isOver = () => signal?.aborted === true;
    while (!isOver()) {
      const query = { after: progress.cursor, types, campaignId, limit: AT_A_TIME };
      const page = await this.#tryPage(query);
      if (page === undefined) {
        failedFor = Math.min(
          AFTER_FAILURE_MS.most,
          Math.max(AFTER_FAILURE_MS.first, failedFor * 2),
        );
        await pause(failedFor, signal);
        continue;
      }
      failedFor = 0;
      if (page.kind === 'gone') throw new EventsGoneError(progress.cursor, page);
      for (const event of page.events) {
        if (isOver()) return undefined;
        progress.cursor = event.id;
        yield event;
      }
      progress.cursor = page.next;
      if (!page.more) await pause(LOOKS_EVERY_MS, signal);
    }
    return undefined;
  }

  /** Undefined while Redis is away. */
  async #tryPage(query: EventQuery): Promise<EventPage | undefined> {
    try {
      return await this.page({ ...query, withMetadata: true });
    } catch (error) {
      if (error instanceof RedisUnavailableError) return undefined;
      throw error;
    }
  }
}

/** Ends early with the signal. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
