import { LRUCache } from 'lru-cache';
import { type RedisClock, redisClock } from '../redis/clock.js';
import {
  type CampaignKeys,
  campaignKeys,
  consentKeys,
  type KeysOfCampaign,
  type LedgerKeys,
  ledgerKeys,
} from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { type ChangePlaces, changeArguments, type WriteWhen } from './changeArguments.js';
import {
  recordIn,
  type Seen,
  type Snapshot,
  seenIn,
  snapshotOf,
  TAG_BYTES,
  tagged,
  trySnapshotOf,
} from './codec.js';
import type { Decision } from './decision.js';
import { type IntentConsent, UNWELCOME, type Unwelcome } from './intentConsent.js';
import type { Keyring } from './keyring.js';
import {
  defineLedgerScripts,
  HALTED,
  type Halted,
  inPortions,
  type LedgerCommands,
  NOT_RELEASED,
  WRITTEN,
} from './ledgerScripts.js';
import { acceptedEvent, queuedEvent } from './notificationEvent.js';
import { withFirstLook } from './reconciling.js';
import { isSettled, type NotificationRecord } from './record.js';
import { checkRetention, type Retention } from './retention.js';
import type { SearchIndex } from './searchIndex.js';
import { nextCheck } from './settlement.js';
import { openRequest, type StoredRequest, sealRequest } from './storedRequest.js';

/** Called with each record that was written; `before` is absent for one that was just accepted. */
export type LedgerObserver = (written: NotificationRecord, before?: NotificationRecord) => void;

export type Acceptance = { kind: 'accepted' | 'known'; snapshot: Snapshot };

/** Of a row: `halted` when its campaign is, has nothing left to release, or has had rows erased. */
export type RowAcceptance = Acceptance | { kind: 'halted' };

type Entry = { record: NotificationRecord; stored: StoredRequest };

type Answers<T> = Promise<(T | Error)[]>;

/** Why a change was not written. */
type Prevented = Halted | Unwelcome;

const PREVENTED: Readonly<Record<number, Prevented>> = { ...HALTED, ...UNWELCOME };

/** More than the jobs that a process has under way at a time. */
const REMEMBERED = 500;

/**
 * The one place where notifications are written down.
 *
 * A change is decided by a pure function over the record that was read, and written by one atomic
 * script that replaces the record only if no other process has written since; otherwise it is read and
 * decided again. So the state machine stands in typed, testable code, and no two writers can both
 * believe they won.
 *
 * Whatever makes a notification `unknown`, the ledger notes when the platform is first asked about it: with the
 * same write, so that no process has to remember it (src/notification/reconciling.ts).
 */
export class Ledger {
  readonly keys: LedgerKeys;
  /** By it is judged whatever cannot be taken back. */
  readonly clock: RedisClock;
  readonly #campaignKeys: CampaignKeys;
  readonly #redis: RedisClient;
  readonly #keyring: Keyring;
  readonly #places: ChangePlaces;
  readonly #eventsMax: number | '';
  readonly #observe: LedgerObserver;
  readonly #search: SearchIndex | undefined;
  /** `RECONCILE_AFTER` (ms): when the platform is asked what became of an `unknown`. */
  readonly #lookDelays: readonly number[];
  /** What this process wrote last, of notifications that go on: spares the read before each change. */
  readonly #written = new LRUCache<string, Snapshot>({ max: REMEMBERED });

  constructor(
    redis: RedisClient,
    prefix: string,
    keyring: Keyring,
    retention: Retention,
    observe: LedgerObserver = () => undefined,
    search?: SearchIndex,
    lookDelays: readonly number[] = [],
  ) {
    checkRetention(retention);
    this.#redis = redis;
    this.#keyring = keyring;
    this.#observe = observe;
    this.#search = search;
    this.#lookDelays = lookDelays;
    this.#eventsMax = retention.eventsMax ?? '';
    this.keys = ledgerKeys(prefix);
    this.clock = redisClock(redis, prefix);
    this.#campaignKeys = campaignKeys(prefix);
    this.#places = {
      keys: this.keys,
      campaignKeys: this.#campaignKeys,
      consentKeys: consentKeys(prefix),
      retention,
      search,
    };
    defineLedgerScripts(redis);
  }

  /** Accepts several new records in one round trip; each stands or falls alone. */
  async accept(entries: Entry[]): Answers<Acceptance> {
    return (await this.#accept(entries)).map((answer) => {
      if (!('kind' in answer) || answer.kind !== 'halted') return answer;
      throw new Error('only the rows of a campaign can be halted');
    });
  }

  /** Releases rows of one campaign, read after so many erasures: as `accept`, and it counts them. */
  async acceptRows(id: string, entries: Entry[], erasures = 0): Answers<RowAcceptance> {
    return this.#accept(entries, `${erasures}`, this.#campaignKeys.of(id));
  }

  async #accept(
    entries: Entry[],
    erasures = '',
    campaign?: KeysOfCampaign,
  ): Answers<RowAcceptance> {
    const packed = entries.map(({ record, stored }) => ({
      record,
      bytes: tagged(record),
      request: sealRequest(this.#keyring, record.id, stored),
      found: this.#search?.ofRequest(record, stored.request) ?? [],
    }));
    const keysOf = ({ record: { id }, found }: (typeof packed)[number]) => [
      this.keys.record(id),
      this.keys.request(id),
      ...found.map(({ key }) => key),
    ];
    const campaignKeys =
      campaign === undefined ? [] : [campaign.counts, campaign.live, campaign.halt];
    const answers = await inPortions(this.#redis, packed, (commands, some) => {
      const { due, feed } = this.keys;
      const keys = [due, feed, ...some.flatMap(keysOf), ...campaignKeys];
      return commands.notifierAcceptBuffer(
        keys.length,
        ...keys,
        erasures,
        this.#search?.expiresAt(some[0]?.record.createdAt ?? 0) ?? '',
        this.#eventsMax,
        ...some.flatMap(({ record, bytes, request, found }) => [
          record.id,
          bytes,
          request,
          Math.ceil(nextCheck(record, record.createdAt) ?? record.deadline),
          record.row ?? '',
          acceptedEvent(record),
          found.length,
          ...found.map(({ entry }) => entry),
        ]),
      );
    });
    return packed.map(({ record, bytes }, at): RowAcceptance | Error => {
      const known = answers[at] ?? null;
      if (known instanceof Error) return known;
      if (known === NOT_RELEASED) return { kind: 'halted' };
      // A resent command finds its own record: that is still a first acceptance.
      if (known === null || bytes.equals(known)) {
        this.#observe(record);
        return { kind: 'accepted', snapshot: { record, tag: bytes.subarray(0, TAG_BYTES) } };
      }
      const snapshot = trySnapshotOf(record.id, known);
      return snapshot instanceof Error ? snapshot : { kind: 'known', snapshot };
    });
  }

  /**
   * Writes of records that were just accepted that their jobs are in the queue, in one round trip; a
   * lost race is simply not written.
   */
  async enqueued(all: { snapshot: Snapshot; next: NotificationRecord }[]): Promise<void> {
    // A caller who asks again for what a campaign has asked for meets its row, and that one is counted.
    await this.changeAll(all.filter(({ next }) => next.row !== undefined));
    const changes = all.filter(({ next }) => next.row === undefined);
    const answers = await inPortions(this.#redis, changes, (commands, some) =>
      commands.notifierEnqueued(
        2 + some.length,
        this.keys.due,
        this.keys.feed,
        ...some.map(({ next }) => this.keys.record(next.id)),
        this.#eventsMax,
        ...some.flatMap(({ snapshot, next }) => [
          next.id,
          snapshot.tag,
          tagged(next),
          Math.ceil(nextCheck(next, next.updatedAt) ?? next.deadline),
          queuedEvent(next),
        ]),
      ),
    );
    changes.forEach(({ snapshot, next }, at) => {
      if (answers[at] === WRITTEN) this.#observe(next, snapshot.record);
    });
    const failed = answers.find((answer) => answer instanceof Error);
    if (failed !== undefined) throw failed;
  }

  async read(id: string): Promise<NotificationRecord | undefined> {
    return (await this.snapshot(id))?.record;
  }

  /** Many records in one round trip, in the order of their ids; undefined where there is none (any more). */
  async readAll(ids: readonly string[]): Promise<(NotificationRecord | undefined)[]> {
    return (await this.snapshots(ids)).map(recordIn);
  }

  /** The stored request, or undefined once its retention is over. @throws UnreadableRequestError */
  async readRequest(id: string): Promise<StoredRequest | undefined> {
    const bytes = await this.#redis.getBuffer(this.keys.request(id));
    return bytes === null ? undefined : openRequest(this.#keyring, id, bytes);
  }

  /**
   * Decides and writes one change; decides anew as long as others write in between. Undefined when
   * there is no such notification.
   */
  async change<R>(
    id: string,
    decide: (record: NotificationRecord) => Decision<R>,
  ): Promise<R | undefined> {
    const changed = await this.#change(id, decide, 'always');
    return changed !== undefined && 'result' in changed ? changed.result : undefined;
  }

  /**
   * As `change`, but while sending is paused no intent is written, and while its campaign is halted
   * no row is claimed for a send either. Everything else is written.
   */
  async changeUnlessHalted<R>(
    id: string,
    decide: (record: NotificationRecord) => Decision<R>,
  ): Promise<R | Halted | undefined> {
    const changed = await this.#change(id, decide, 'unless halted');
    if (changed === undefined || 'result' in changed) return changed?.result;
    const { prevented } = changed;
    if (prevented.kind === 'sending_paused' || prevented.kind === 'campaign_halted')
      return prevented;
    throw new Error('only an intent is looked at for consent');
  }

  /**
   * As `changeUnlessHalted`, for an intent: it is not written either where an address is suppressed or has
   * no place left, or its request is not kept any more, by what stands in Redis in that very moment.
   */
  async writeIntent<R>(
    id: string,
    decide: (record: NotificationRecord) => Decision<R>,
    consent: IntentConsent,
  ): Promise<R | Prevented | undefined> {
    const changed = await this.#change(id, decide, consent);
    return changed !== undefined && 'prevented' in changed ? changed.prevented : changed?.result;
  }

  /**
   * What this process has just written of a notification that goes on, by which it is known again in Redis.
   * Right after the write, before anything else is awaited.
   */
  lastWritten(id: string): { key: string; tag: Buffer } | undefined {
    const tag = this.#written.get(id)?.tag;
    return tag === undefined ? undefined : { key: this.keys.record(id), tag };
  }

  async #change<R>(
    id: string,
    decide: (record: NotificationRecord) => Decision<R>,
    when: WriteWhen,
  ): Promise<{ result: R } | { prevented: Prevented } | undefined> {
    const commands = this.#redis as unknown as LedgerCommands;
    const remembered = this.#written.get(id);
    let snapshot = remembered ?? (await this.snapshot(id));
    while (snapshot !== undefined) {
      const { next: decided, result } = decide(snapshot.record);
      if (decided === undefined) {
        // The script has not looked: another process may have written since, and this answer would go by what was.
        if (snapshot !== remembered) return { result };
        snapshot = await this.snapshot(id);
        continue;
      }
      const next = withFirstLook(snapshot.record, decided, this.#lookDelays);
      const bytes = tagged(next);
      const answer = await this.#write(commands, snapshot, next, bytes, when);
      if (answer === WRITTEN) {
        this.#remember({ record: next, tag: bytes.subarray(0, TAG_BYTES) });
        this.#observe(next, snapshot.record);
        return { result };
      }
      const prevented = typeof answer === 'number' ? PREVENTED[answer] : undefined;
      if (prevented !== undefined) return { prevented };
      snapshot = answer === null ? undefined : snapshotOf(id, answer as Buffer);
    }
    this.#written.delete(id);
    return undefined;
  }

  #remember(snapshot: Snapshot): void {
    const { id } = snapshot.record;
    if (isSettled(snapshot.record)) this.#written.delete(id);
    else this.#written.set(id, snapshot);
  }

  /** Writes changes to records that were just read, in one round trip; a lost race is simply not written. */
  async changeAll(all: { snapshot: Snapshot; next: NotificationRecord }[]): Promise<void> {
    if (all.length === 0) return;
    const changes = all.map(({ snapshot, next }) => ({
      snapshot,
      next: withFirstLook(snapshot.record, next, this.#lookDelays),
    }));
    const pipeline = this.#redis.pipeline();
    for (const { snapshot, next } of changes) {
      void this.#write(pipeline as unknown as LedgerCommands, snapshot, next, tagged(next));
    }
    const answers = (await pipeline.exec()) ?? [];
    changes.forEach(({ snapshot, next }, at) => {
      if (answers[at]?.[1] === WRITTEN) this.#observe(next, snapshot.record);
    });
    const failed = answers.find(([error]) => error !== null);
    if (failed?.[0]) throw failed[0];
  }

  /** Ids whose next check is due, the most overdue first. */
  async due(now: number, limit: number): Promise<string[]> {
    return this.#redis.zrangebyscore(this.keys.due, '-inf', now, 'LIMIT', 0, limit);
  }

  /**
   * Notes when to look next at a notification that was found as it should be, or that there is
   * nothing to look for. Does nothing when the record has changed since it was read.
   */
  async recheck(id: string, seen: Snapshot | undefined, now: number): Promise<void> {
    const at = seen === undefined ? undefined : nextCheck(seen.record, now);
    await this.#note(this.keys.due, id, seen, at);
  }

  /** The same for when the platform is asked about it. */
  async noteLook(id: string, seen: Snapshot | undefined): Promise<void> {
    await this.#note(this.keys.looks, id, seen, seen?.record.looks?.nextAt);
  }

  async #note(list: string, id: string, seen: Snapshot | undefined, at = Number.NaN) {
    const commands = this.#redis as unknown as LedgerCommands;
    const score = Number.isNaN(at) ? '' : Math.ceil(at);
    await commands.notifierRecheck(this.keys.record(id), list, id, seen?.tag ?? '', score);
  }

  /** Has an id that cannot be looked after out of the way for a while. */
  async postpone(id: string, until: number): Promise<void> {
    await this.#redis.zadd(this.keys.due, 'XX', until, id);
  }

  /** Writes what was decided in place of what was read; false when another process has written since. */
  async replace(seen: Snapshot, decided: NotificationRecord): Promise<boolean> {
    const commands = this.#redis as unknown as LedgerCommands;
    const next = withFirstLook(seen.record, decided, this.#lookDelays);
    const written = (await this.#write(commands, seen, next, tagged(next))) === WRITTEN;
    if (written) this.#observe(next, seen.record);
    return written;
  }

  #write(
    commands: LedgerCommands,
    snapshot: Snapshot,
    next: NotificationRecord,
    bytes: Buffer,
    when: WriteWhen = 'always',
  ) {
    const { keys, args } = changeArguments(this.#places, { snapshot, next, bytes, when });
    return commands.notifierChangeBuffer(keys.length, ...keys, ...args);
  }

  /** As `readAll`, each record with its tag. */
  async snapshots(ids: readonly string[]): Promise<Seen[]> {
    if (ids.length === 0) return [];
    const all = await this.#redis.mgetBuffer(...ids.map((id) => this.keys.record(id)));
    return ids.map((id, at) => seenIn(id, all[at]));
  }

  /** The record with the tag that proves, later, that it is still the same. */
  async snapshot(id: string): Promise<Snapshot | undefined> {
    const bytes = await this.#redis.getBuffer(this.keys.record(id));
    return bytes === null ? undefined : snapshotOf(id, bytes);
  }
}
