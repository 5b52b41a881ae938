import { randomBytes } from 'node:crypto';
import { type CampaignKeys, campaignKeys, type KeysOfCampaign } from './campaignKeys.js';
import { packRecord, unpackRecord } from './codec.js';
import type { Decision } from './decision.js';
import type { Halt } from './halt.js';
import { type LedgerKeys, ledgerKeys } from './keys.js';
import { countLabel, isLive, isSettled, type NotificationRecord } from './record.js';
import { type RedisClient, readScript } from './redisScripts.js';
import type { NotificationRequest } from './request.js';
import { nextCheck } from './settlement.js';

/** What was asked for, with the template content that was pinned when it was accepted. */
export interface StoredRequest {
  request: NotificationRequest;
  templateHash: string;
}

export interface Retention {
  /** How long a settled record can be read. */
  ledgerMs: number;
  /** How long a settled notification can be retried. */
  requestMs: number;
}

/** A record as it was read: its tag makes sure that only this version is replaced. */
export interface Snapshot {
  record: NotificationRecord;
  tag: Buffer;
}

/** Told of each record that was written; `before` is absent for one that was just accepted. */
export type LedgerObserver = (written: NotificationRecord, before?: NotificationRecord) => void;

export type Acceptance = { kind: 'accepted' | 'known'; snapshot: Snapshot };

/** Of a campaign's row: `halted` when its campaign is, or has nothing left to release. */
export type RowAcceptance = Acceptance | { kind: 'halted' };

/** Why nothing that leads to a send may begin now. */
export type Halted = { kind: 'sending_paused' } | { kind: 'campaign_halted'; halt: Halt };

interface Entry {
  record: NotificationRecord;
  stored: StoredRequest;
}

interface LedgerCommands {
  notifierAcceptBuffer(...args: (string | Buffer | number)[]): Promise<Buffer | null>;
  notifierChangeBuffer(...args: (string | Buffer | number)[]): Promise<Buffer | number | null>;
  notifierRecheck(...args: (string | Buffer | number)[]): Promise<number>;
}

type WriteWhen = 'always' | 'unless halted';

/** What the scripts answer. */
const NOT_RELEASED = 0;
const WRITTEN = 1;
const HALTED: Readonly<Record<number, Halted>> = {
  2: { kind: 'sending_paused' },
  3: { kind: 'campaign_halted', halt: 'paused' },
  4: { kind: 'campaign_halted', halt: 'cancelled' },
};

const TAG_BYTES = 8;

/**
 * The one place where notifications are written down.
 *
 * A change is decided by a pure function over the record that was read, and written by one atomic
 * script that replaces the record only if nobody else has written since; otherwise it is read and
 * decided again. So the state machine stands in typed, testable code, and no two writers can both
 * believe they won.
 */
export class Ledger {
  readonly keys: LedgerKeys;
  readonly #campaignKeys: CampaignKeys;
  readonly #redis: RedisClient;
  readonly #retention: Retention;
  readonly #observe: LedgerObserver;

  constructor(
    redis: RedisClient,
    prefix: string,
    retention: Retention,
    observe: LedgerObserver = () => undefined,
  ) {
    for (const [name, ms] of Object.entries(retention)) {
      // Redis refuses anything else, and by then half of the change would be written.
      if (!Number.isSafeInteger(ms) || ms < 1_000) {
        throw new RangeError(`${name}: expected whole milliseconds, at least 1000`);
      }
    }
    this.#redis = redis;
    this.#retention = retention;
    this.#observe = observe;
    this.keys = ledgerKeys(prefix);
    this.#campaignKeys = campaignKeys(prefix);
    const accept = readScript('accept', import.meta.url);
    const change = readScript('change', import.meta.url);
    const recheck = readScript('recheck', import.meta.url);
    // The number of keys comes first in the arguments: a campaign's row has some more.
    redis.defineCommand('notifierAccept', { lua: accept });
    redis.defineCommand('notifierChange', { lua: change });
    redis.defineCommand('notifierRecheck', { numberOfKeys: 2, lua: recheck });
  }

  /** Accepts several new records in one round trip; each stands or falls alone. */
  async accept(entries: Entry[]): Promise<(Acceptance | Error)[]> {
    return (await this.#accept(entries)).map((answer) => {
      if (!('kind' in answer) || answer.kind !== 'halted') return answer;
      throw new Error('only the rows of a campaign can be halted');
    });
  }

  /** Releases rows of a campaign: as `accept`, and the campaign counts them. */
  async acceptRows(entries: Entry[]): Promise<(RowAcceptance | Error)[]> {
    return this.#accept(entries);
  }

  async #accept(entries: Entry[]): Promise<(RowAcceptance | Error)[]> {
    const pipeline = this.#redis.pipeline();
    const commands = pipeline as unknown as LedgerCommands;
    const written = entries.map(({ record, stored }) => {
      const bytes = tagged(record);
      const keys = [this.keys.record(record.id), this.keys.request(record.id), this.keys.due];
      const campaign = this.#campaignOf(record);
      if (campaign !== undefined) keys.push(campaign.counts, campaign.live, campaign.halt);
      void commands.notifierAcceptBuffer(
        keys.length,
        ...keys,
        record.id,
        bytes,
        JSON.stringify(stored),
        Math.ceil(nextCheck(record, record.createdAt) ?? record.deadline),
        record.row ?? '',
      );
      return { record, bytes };
    });
    const answers = (await pipeline.exec()) ?? [];
    return written.map(({ record, bytes }, at): RowAcceptance | Error => {
      const [error, known] = answers[at] ?? [new Error('no answer from Redis'), null];
      if (error) return error;
      if (known === NOT_RELEASED) return { kind: 'halted' };
      // A resent command finds its own record: that is still a first acceptance.
      if (known === null || bytes.equals(known as Buffer)) {
        this.#observe(record);
        return { kind: 'accepted', snapshot: { record, tag: bytes.subarray(0, TAG_BYTES) } };
      }
      return { kind: 'known', snapshot: snapshotOf(record.id, known as Buffer) };
    });
  }

  async read(id: string): Promise<NotificationRecord | undefined> {
    return (await this.snapshot(id))?.record;
  }

  /** Many records in one round trip, in the order of their ids; undefined where there is none (any more). */
  async readAll(ids: readonly string[]): Promise<(NotificationRecord | undefined)[]> {
    return (await this.snapshots(ids)).map((snapshot) => snapshot?.record);
  }

  /** The stored request, or undefined once its retention is over. */
  async readRequest(id: string): Promise<StoredRequest | undefined> {
    const json = await this.#redis.get(this.keys.request(id));
    return json === null ? undefined : (JSON.parse(json) as StoredRequest);
  }

  /**
   * Decides and writes one change; decides anew as long as others write in between. Undefined when
   * there is no such notification.
   */
  async change<R>(
    id: string,
    decide: (record: NotificationRecord) => Decision<R>,
  ): Promise<R | undefined> {
    return (await this.#change(id, decide, 'always'))?.result;
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
    return changed !== undefined && 'halted' in changed ? changed.halted : changed?.result;
  }

  async #change<R>(
    id: string,
    decide: (record: NotificationRecord) => Decision<R>,
    when: 'always',
  ): Promise<{ result: R } | undefined>;
  async #change<R>(
    id: string,
    decide: (record: NotificationRecord) => Decision<R>,
    when: WriteWhen,
  ): Promise<{ result: R } | { halted: Halted } | undefined>;
  async #change<R>(
    id: string,
    decide: (record: NotificationRecord) => Decision<R>,
    when: WriteWhen,
  ): Promise<{ result: R } | { halted: Halted } | undefined> {
    const commands = this.#redis as unknown as LedgerCommands;
    let snapshot = await this.snapshot(id);
    while (snapshot !== undefined) {
      const { next, result } = decide(snapshot.record);
      if (next === undefined) return { result };
      const answer = await this.#write(commands, snapshot, next, when);
      if (isWritten(answer)) {
        this.#observe(next, snapshot.record);
        return { result };
      }
      const halted = typeof answer === 'number' ? HALTED[answer] : undefined;
      if (halted !== undefined) return { halted };
      snapshot = answer === null ? undefined : snapshotOf(id, answer as Buffer);
    }
    return undefined;
  }

  /** Writes changes to records that were just read, in one round trip; a lost race is simply not written. */
  async changeAll(changes: { snapshot: Snapshot; next: NotificationRecord }[]): Promise<void> {
    if (changes.length === 0) return;
    const pipeline = this.#redis.pipeline();
    for (const { snapshot, next } of changes) {
      void this.#write(pipeline as unknown as LedgerCommands, snapshot, next);
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
    await (this.#redis as unknown as LedgerCommands).notifierRecheck(
      this.keys.record(id),
      this.keys.due,
      id,
      seen?.tag ?? '',
      at === undefined ? '' : Math.ceil(at),
    );
  }

  /** How many wait for a person as `unknown`, and since when the one that has waited longest (epoch ms). */
  async unknowns(): Promise<{ count: number; oldestSince?: number }> {
    const [count, [, since]] = await Promise.all([
      this.#redis.zcard(this.keys.unknown),
      this.#redis.zrange(this.keys.unknown, '0', '0', 'WITHSCORES'),
    ]);
    return { count, ...(since !== undefined && { oldestSince: Number(since) }) };
  }

  /** Has an id that cannot be looked after out of the way for a while. */
  async postpone(id: string, until: number): Promise<void> {
    await this.#redis.zadd(this.keys.due, 'XX', until, id);
  }

  /** Writes `next` in place of what was read; false when somebody else has written since. */
  async replace(seen: Snapshot, next: NotificationRecord): Promise<boolean> {
    const commands = this.#redis as unknown as LedgerCommands;
    const written = isWritten(await this.#write(commands, seen, next));
    if (written) this.#observe(next, seen.record);
    return written;
  }

  #write(
    commands: LedgerCommands,
    snapshot: Snapshot,
    next: NotificationRecord,
    when: WriteWhen = 'always',
  ) {
    const { id } = next;
    const settled = isSettled(next);
    const keys = [
      this.keys.record(id),
      this.keys.request(id),
      this.keys.checkpoint(id),
      this.keys.due,
      this.keys.unknown,
      this.keys.paused,
    ];
    const campaign = this.#campaignOf(next);
    if (campaign !== undefined) keys.push(campaign.counts, campaign.live, campaign.halt);
    return commands.notifierChangeBuffer(
      keys.length,
      ...keys,
      id,
      snapshot.tag,
      tagged(next),
      Math.ceil(nextCheck(next, next.updatedAt) ?? 0) || '',
      settled ? this.#retention.ledgerMs : '',
      this.#retention.requestMs,
      next.state === 'unknown' ? Math.ceil(next.updatedAt) : '',
      when === 'unless halted' ? begins(next) : '',
      next.row ?? '',
      next.createdAt,
      countLabel(snapshot.record),
      countLabel(next),
      isLive(next) ? '1' : '',
    );
  }

  #campaignOf({ campaignId, row }: NotificationRecord): KeysOfCampaign | undefined {
    // A campaign's name alone is what any caller may write; only released rows carry a number.
    return campaignId === undefined || row === undefined
      ? undefined
      : this.#campaignKeys.of(campaignId);
  }

  /** As `readAll`, each record with its tag. */
  async snapshots(ids: readonly string[]): Promise<(Snapshot | undefined)[]> {
    if (ids.length === 0) return [];
    const all = await this.#redis.mgetBuffer(...ids.map((id) => this.keys.record(id)));
    return ids.map((id, at) => {
      const bytes = all[at] ?? null;
      return bytes === null ? undefined : snapshotOf(id, bytes);
    });
  }

  /** The record with the tag that proves, later, that it is still the same. */
  async snapshot(id: string): Promise<Snapshot | undefined> {
    const bytes = await this.#redis.getBuffer(this.keys.record(id));
    return bytes === null ? undefined : snapshotOf(id, bytes);
  }
}

function tagged(record: NotificationRecord): Buffer {
  return Buffer.concat([randomBytes(TAG_BYTES), packRecord(record)]);
}

function snapshotOf(id: string, bytes: Buffer): Snapshot {
  return {
    record: unpackRecord(id, bytes.subarray(TAG_BYTES)),
    tag: bytes.subarray(0, TAG_BYTES),
  };
}

/** What a write begins that a halt forbids. */
function begins(next: NotificationRecord): 'send' | 'attempt' | '' {
  if (next.state === 'sending') return 'send';
  return next.state === 'processing' ? 'attempt' : '';
}

function isWritten(answer: Buffer | number | null): boolean {
  return answer === WRITTEN;
}
