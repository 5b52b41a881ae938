import type { Caller } from '../audit/caller.js';
import { keep, write } from '../notification/decision.js';
import type { Ledger } from '../notification/ledger.js';
import { type NotificationView, viewOf } from '../notification/notificationView.js';
import { type NotificationRecord, queued, renewedDeadline } from '../notification/record.js';
import {
  type CancelResult,
  cancel,
  type ResolveResult,
  type RetryResult,
  resolve,
  retry,
} from '../notification/settlement.js';
import type { RedisClient } from '../redis/redisClient.js';
import { addJobs, type Queues } from './jobs.js';
import { untilConnected, withTimeout } from './timeout.js';
import { type UnknownQuery, unknownRecords } from './unknownList.js';

/** Changes in flight at once: a thousand are not to keep others waiting. */
const DECIDED_AT_ONCE = 50;

export type RetryOutcome = RetryResult | { kind: 'request_gone' };

/** What can be asked of, and done to, a notification that was accepted. */
export class Notifications {
  readonly #redis: RedisClient;
  readonly #ledger: Ledger;
  readonly #queues: Queues;

  constructor(redis: RedisClient, ledger: Ledger, queues: Queues) {
    this.#redis = redis;
    this.#ledger = ledger;
    this.#queues = queues;
  }

  /** The notification as callers see it, or undefined when there is none (any more). */
  async get(id: string): Promise<NotificationView | undefined> {
    return this.#patiently(undefined, () => this.#view(id));
  }

  async cancel(id: string, by?: Caller): Promise<CancelResult | undefined> {
    return this.#patiently(id, async () => {
      const now = await this.#ledger.clock.current();
      return this.#ledger.change(id, (record) => cancel(record, now, by?.name));
    });
  }

  async resolve(
    id: string,
    verdict: 'sent' | 'not_sent',
    by?: Caller,
  ): Promise<ResolveResult | undefined> {
    return this.#patiently(id, async () => {
      const now = await this.#ledger.clock.current();
      return this.#ledger.change(id, (record) => resolve(record, verdict, now, by?.name));
    });
  }

  /** Decides about many, each by itself; answers in the order of the ids. */
  async resolveAll(
    ids: readonly string[],
    verdict: 'sent' | 'not_sent',
    by?: Caller,
  ): Promise<(ResolveResult | undefined)[]> {
    const results: (ResolveResult | undefined)[] = [];
    for (let from = 0; from < ids.length; from += DECIDED_AT_ONCE) {
      const some = ids.slice(from, from + DECIDED_AT_ONCE);
      results.push(...(await Promise.all(some.map((id) => this.resolve(id, verdict, by)))));
    }
    return results;
  }

  /** The notifications that wait for a person as `unknown`, the longest waiting first. */
  async unknowns(
    query: UnknownQuery,
  ): Promise<{ notifications: NotificationView[]; next?: string }> {
    const look = async () => {
      const parts = { redis: this.#redis, ledger: this.#ledger };
      const { records, next } = await unknownRecords(parts, query);
      const notifications = await Promise.all(
        records.map(async (record) => {
          const stored = await this.#ledger.readRequest(record.id);
          return viewOf(record, stored?.request);
        }),
      );
      return { notifications, next };
    };
    return withTimeout(untilConnected(this.#redis).then(look));
  }

  /**
   * Opens a new generation, with a job of its own, of what surely did not reach the customer. It has
   * until `deadline` (epoch ms), a day when left out.
   */
  async retry(id: string, by?: Caller, deadline?: number): Promise<RetryOutcome | undefined> {
    return this.#patiently(id, () => this.#retry(id, by, deadline));
  }

  /** The view of a record, with the caller's metadata as long as the request is kept. */
  async viewOf(record: NotificationRecord): Promise<NotificationView> {
    const stored = await this.#patiently(undefined, () => this.#ledger.readRequest(record.id));
    return viewOf(record, stored?.request);
  }

  #patiently<T>(id: string | undefined, work: () => Promise<T>): Promise<T> {
    return withTimeout(untilConnected(this.#redis).then(work), id);
  }

  async #view(id: string): Promise<NotificationView | undefined> {
    const [record, stored] = await Promise.all([
      this.#ledger.read(id),
      this.#ledger.readRequest(id),
    ]);
    return record === undefined ? undefined : viewOf(record, stored?.request);
  }

  async #retry(
    id: string,
    by: Caller | undefined,
    deadline: number | undefined,
  ): Promise<RetryOutcome | undefined> {
    const now = await this.#ledger.clock.current();
    if ((await this.#ledger.readRequest(id)) === undefined) {
      return (await this.#ledger.read(id)) === undefined ? undefined : { kind: 'request_gone' };
    }
    const renewed = { deadline: deadline ?? renewedDeadline(now), by: by?.name };
    const result = await this.#ledger.change(id, (record) => retry(record, renewed, now));
    if (result?.kind !== 'retried') return result;
    await addJobs(this.#queues, [result.record], now);
    await this.#ledger.change(id, (record) =>
      record.state === 'accepted' && record.generation === result.record.generation
        ? write(queued(record, this.#ledger.clock.now()), undefined)
        : keep(undefined),
    );
    return result;
  }
}
