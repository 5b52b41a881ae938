import type { Ledger } from '../notification/ledger.js';
import { type NotificationView, viewOf } from '../notification/notificationView.js';
import type { NotificationRecord } from '../notification/record.js';
import type { SearchIndex, SearchTerm } from '../notification/searchIndex.js';
import { unlessUnreadable } from '../notification/storedRequest.js';
import type { RedisClient } from '../redis/redisClient.js';
import { type FoundRecords, fits, type SearchFilter, searchOutcomes } from './outcomeSearch.js';
import { untilConnected, withTimeout } from './timeout.js';
import { type UnknownKind, unknownKinds, unknownRecords } from './unknownList.js';

/** As many as can be decided at once. */
const KINDS_OF = 1_000;

export interface Page {
  limit: number;
  /** `next` of the page before. */
  after?: string;
}

export interface Found {
  notifications: NotificationView[];
  /** Where to read on; absent at the end. */
  next?: string;
  /** How far back this answer has looked (epoch ms), where there is more. */
  lookedBackTo?: number;
}

/**
 * Searches for notifications. Nothing here reads all jobs or all records: by recipient, message or
 * conversation it reads the index, by filter a bounded part of the stream of outcomes, and of those
 * that wait for a person their own list.
 */
export class NotificationSearch {
  readonly #redis: RedisClient;
  readonly #ledger: Ledger;
  readonly #index: SearchIndex;

  constructor(redis: RedisClient, ledger: Ledger, index: SearchIndex) {
    this.#redis = redis;
    this.#ledger = ledger;
    this.#index = index;
  }

  /** How long what can be searched is kept (ms); 0 where searches are off. */
  get retentionMs(): number {
    return this.#index.retentionMs;
  }

  /**
   * By what became of it, the newest first; those in state `unknown` as they wait, the longest first.
   * The others are found once they have come to something.
   */
  async byFilter(filter: SearchFilter, page: Page): Promise<Found> {
    const parts = { redis: this.#redis, ledger: this.#ledger };
    return this.#look(() =>
      filter.state === 'unknown'
        ? unknownRecords(parts, { ...filter, ...page })
        : searchOutcomes(parts, filter, page),
    );
  }

  /** Of what kinds those are that wait for a person and fit, of the first thousand. */
  async unknownKinds(filter: SearchFilter): Promise<UnknownKind[]> {
    const parts = { redis: this.#redis, ledger: this.#ledger };
    const look = async () => {
      const { records } = await unknownRecords(parts, { ...filter, limit: KINDS_OF });
      return unknownKinds(records);
    };
    return withTimeout(untilConnected(this.#redis).then(look));
  }

  /** By what leads to it, the newest first, in whatever state it is. */
  async byTerms(terms: readonly SearchTerm[], filter: SearchFilter, page: Page): Promise<Found> {
    return this.#look(async () => {
      const now = await this.#ledger.clock.current();
      return this.#pageOf(await this.#index.find(this.#redis, terms, now), filter, page);
    });
  }

  /** Those of these ids that there are, in their order. */
  async byIds(ids: readonly string[], filter: SearchFilter, page: Page): Promise<Found> {
    return this.#look(() => this.#pageOf(ids, filter, page));
  }

  async #pageOf(
    ids: readonly string[],
    filter: SearchFilter,
    { limit, after }: Page,
  ): Promise<FoundRecords> {
    const rest = after === undefined ? ids : ids.slice(ids.indexOf(after) + 1);
    const there = await this.#ledger.readAll(rest);
    const records = there.filter((record) => record !== undefined && fits(record, filter));
    const page = records.slice(0, limit) as NotificationRecord[];
    return { records: page, next: records.length > limit ? page.at(-1)?.id : undefined };
  }

  #look(find: () => Promise<FoundRecords>): Promise<Found> {
    const look = async () => {
      const { records, ...rest } = await find();
      const notifications = await Promise.all(
        records.map(async (record) => {
          const stored = await unlessUnreadable(this.#ledger.readRequest(record.id));
          return viewOf(record, stored?.request);
        }),
      );
      return { notifications, ...rest };
    };
    return withTimeout(untilConnected(this.#redis).then(look));
  }
}
