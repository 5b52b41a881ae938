import type { Caller } from '../audit/auditCaller.js';
import type { Act, Outcome } from '../audit/auditEntry.js';
import type { AuditLog } from '../audit/auditLog.js';
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
import { unlessUnreadable } from '../notification/storedRequest.js';
import type { RedisClient } from '../redis/redisClient.js';
import { addJobs, type Queues } from './jobs.js';
import { untilConnected, withTimeout } from './timeout.js';
import { type UnknownQuery, unknownRecords } from './unknownList.js';

/** Changes in flight at once: a thousand are not to keep others waiting. */
const DECIDED_AT_ONCE = 50;

const DONE: Outcome = { outcome: 'done' };

export type RetryOutcome = RetryResult | { kind: 'request_gone' };

/** What can be asked of, and done to, a notification that was accepted. */
export class Notifications {
  readonly #redis: RedisClient;
  readonly #ledger: Ledger;
  readonly #queues: Queues;
  readonly #audit: AuditLog;

  constructor(redis: RedisClient, ledger: Ledger, queues: Queues, audit: AuditLog) {
    this.#redis = redis;
    this.#ledger = ledger;
    this.#queues = queues;
    this.#audit = audit;
  }

  /** The notification as callers see it, or undefined when there is none (any more). */
  async get(id: string): Promise<NotificationView | undefined> {
    return this.#patiently(undefined, () => this.#view(id));
  }

  async cancel(id: string, by?: Caller): Promise<CancelResult | undefined> {
    const work = async () => {
      const now = await this.#ledger.clock.current();
      return this.#ledger.change(id, (record) => cancel(record, now, by?.name));
    };
    return this.#audited(id, by, { what: 'notification.cancel' }, work, (result) =>
      result.kind === 'cancelled' ? DONE : { outcome: 'refused', detail: result.state },
    );
  }

  async resolve(
    id: string,
    verdict: 'sent' | 'not_sent',
    by?: Caller,
  ): Promise<ResolveResult | undefined> {
    const work = async () => {
      const now = await this.#ledger.clock.current();
      return this.#ledger.change(id, (record) => resolve(record, verdict, now, by?.name));
    };
    const act = { what: 'notification.resolve', detail: verdict } as const;
    return this.#audited(id, by, act, work, ({ kind, record }) =>
      kind === 'resolved' ? DONE : { outcome: 'refused', detail: record.state },
    );
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
          const stored = await unlessUnreadable(this.#ledger.readRequest(record.id));
          return viewOf(record, stored?.request);
        }),
      );
      return { notifications, next };
    };
    return withTimeout(untilConnected(this.#redis).then(look));
  }

  /** Opens a new generation, with a job of its own and a day's time, of what surely did not reach the customer. */
  async retry(id: string, by?: Caller): Promise<RetryOutcome | undefined> {
    const work = () => this.#retry(id, by, undefined);
    return this.#audited(id, by, { what: 'notification.retry' }, work, (result) =>
      result.kind === 'retried'
        ? DONE
        : { outcome: 'refused', detail: result.kind === 'refused' ? result.because : result.kind },
    );
  }

  /**
   * The same of a campaign's row, for a retry of the campaign, which has its own entry in the audit. It has
   * until `deadline` (epoch ms), a day when left out.
   */
  async retryRow(id: string, by?: Caller, deadline?: number): Promise<RetryOutcome | undefined> {
    return this.#patiently(id, () => this.#retry(id, by, deadline));
  }

  /** The view of a record, with the caller's metadata as long as the request is kept. */
  async viewOf(record: NotificationRecord): Promise<NotificationView> {
    const stored = await this.#patiently(undefined, () =>
      unlessUnreadable(this.#ledger.readRequest(record.id)),
    );
    return viewOf(record, stored?.request);
  }

  /** What there is no notification of has no entry: any id may be asked for. */
  async #audited<T extends object>(
    id: string,
    by: Caller | undefined,
    act: Act,
    work: () => Promise<T | undefined>,
    outcomeOf: (result: T) => Outcome,
  ): Promise<T | undefined> {
    return this.#patiently(id, async () => {
      if ((await this.#ledger.read(id)) === undefined) return undefined;
      return this.#audit.act(by, { ...act, on: id }, work, (result) =>
        result === undefined
          ? { outcome: 'refused', detail: 'no_notification' }
          : outcomeOf(result),
      );
    });
  }

  #patiently<T>(id: string | undefined, work: () => Promise<T>): Promise<T> {
    return withTimeout(untilConnected(this.#redis).then(work), id);
  }

  async #view(id: string): Promise<NotificationView | undefined> {
    const [record, stored] = await Promise.all([
      this.#ledger.read(id),
      unlessUnreadable(this.#ledger.readRequest(id)),
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
