import type { Logger } from 'pino';
import type { CallOptions } from '../genesys/call.js';
import type { LookupError } from '../history/lookupError.js';
import type { Snapshot } from '../notification/codec.js';
import {
  beginLooks,
  endLooks,
  type LookResult,
  postponeLook,
} from '../notification/reconciling.js';
import { unknownSince } from '../notification/record.js';
import { UnreadableRequestError } from '../notification/storedRequest.js';
import { redactedError, throttle } from '../ops/logger.js';
import { Lease } from '../redis/lease.js';
import type { RedisClient } from '../redis/redisClient.js';
import { type OutcomeParts, writeOutcome } from './lookOutcome.js';
import { type DueLook, type LookEnd, LookRound, QuerySize, type RoundParts } from './lookRound.js';

export interface ReconcilerParts extends RoundParts, OutcomeParts {
  redis: RedisClient;
  log: Logger;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis: (error: unknown) => boolean;
}

const READ_AT_ONCE = 500;
const LEASE_MS = 10_000;
const TICK_LONGEST_MS = 1_000;
const TICK_SHORTEST_MS = 50;
/** Looks that are due within this time share a query. */
const ROUND_EVERY_MS = 5_000;
const AGAIN_AFTER_MS = 5_000;
const REFUSED_FOR_MS = 10 * 60 * 1000;
const UNREADABLE_AGAIN_MS = 60_000;
const ADOPTS_EVERY_MS = 10 * 60 * 1000;
const ADOPTED_AT_ONCE = 500;

/**
 * Asks the platform what became of those that are `unknown`. What is found is decided in
 * src/notification/reconciling.ts, upon the record as it is.
 *
 * The crash windows:
 *
 *   the process dies or freezes              | and then
 *   -----------------------------------------|----------------------------------------------------
 *   before or while it asks                  | the look is still due: the process with the lease
 *                                            | makes it
 *   after it has taken a message that it has | the next look finds the same message, which is taken
 *   found, before the record says so         | for this notification; another one that it would fit
 *                                            | is in doubt meanwhile, and never "not there"
 *   after the record says `sent`, before the | the ledger's script has noted when its delivery is
 *   job of its delivery check is added       | asked about, and the sweeper adds the job
 *   after the record says that it is sent    | the sweeper finds `accepted` without a job, as after
 *   again, before its job is added           | any acceptance
 *   frozen, and back when another process    | finds a record that is not `unknown` any more, or
 *   has looked, a person has decided, or the | whose looks are further on, and writes nothing
 *   worker has answered                      |
 *
 * One process at a time does this, by a lease; two at once would do no harm. A send again begins as every send does:
 * with a job, the policy, and an intent. So an erasure, a suppression, a pause or the end of a campaign that came in
 * between holds there.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #lease: Lease;
  readonly #size = new QuerySize();
  readonly #stopping = new AbortController();
  readonly #logNotAnswered: (error: LookupError) => void;
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #looking: Promise<void> | undefined;
  /** By Redis' clock (epoch ms). */
  #nextRoundAt = 0;
  #adoptsAt = 0;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
    this.#lease = new Lease(parts.redis, parts.ledger.keys.reconciler, LEASE_MS);
    this.#logNotAnswered = throttle((error) =>
      parts.log.warn(
        { error },
        'Genesys Cloud could not be asked what became of unknown notifications. They are asked about later. If a permission is named, add it to the OAuth client; analytics:conversationDetail:view and conversation:message:view are needed.',
      ),
    );
  }

  start(): void {
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#ticking;
    await this.#looking;
    await this.#lease.giveUp().catch(() => undefined);
  }

  /** Makes the looks that are due now, and waits for them; `not_mine` when another process does. */
  async lookOnce(): Promise<'looked' | 'not_mine'> {
    if (!(await this.#lease.take())) return 'not_mine';
    await this.#adopt(await this.#parts.ledger.clock.current());
    await this.#lookAll();
    return 'looked';
  }

  /** With short delays, as in a test, everything comes sooner. */
  get #firstDelay(): number {
    return this.#parts.delays[0] ?? ROUND_EVERY_MS;
  }

  #schedule(): void {
    if (this.#stopping.signal.aborted) return;
    const tickMs = Math.min(TICK_LONGEST_MS, Math.max(TICK_SHORTEST_MS, this.#firstDelay / 4));
    this.#timer = setTimeout(() => {
      this.#ticking = this.#guarded(() => this.#tick());
      void this.#ticking.then(() => this.#schedule());
    }, tickMs);
  }

  /** Requests may wait long for their turn; the lease is kept meanwhile. */
  async #tick(): Promise<void> {
    if (!(await this.#lease.take())) return;
    const now = this.#parts.ledger.clock.now();
    if (this.#looking !== undefined || now < this.#nextRoundAt) return;
    this.#nextRoundAt = now + Math.min(ROUND_EVERY_MS, this.#firstDelay / 4);
    this.#looking = this.#guarded(async () => {
      await this.#adopt(now);
      await this.#lookAll();
    }).finally(() => {
      this.#looking = undefined;
    });
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#parts.noteRedis(error)) return;
      this.#parts.log.error(
        { error: redactedError(error) },
        'asking about unknown notifications failed',
      );
    }
  }

  /** What became `unknown` under a version without looks, or while its note was lost, is looked for as well. */
  async #adopt(now: number): Promise<void> {
    if (now < this.#adoptsAt) return;
    const { list, ledger } = this.#parts;
    for await (const ids of list.unknown(ADOPTED_AT_ONCE)) {
      const seen = (await ledger.snapshots(ids)).filter(isReadable);
      await ledger.changeAll(
        seen.flatMap((snapshot) => {
          const { next } = beginLooks(snapshot.record, unknownSince(snapshot.record), now);
          return next === undefined ? [] : [{ snapshot, next }];
        }),
      );
      const overdue = seen.filter(({ record }) => (record.looks?.nextAt ?? now) < now);
      for (const snapshot of overdue) await ledger.noteLook(snapshot.record.id, snapshot);
    }
    this.#adoptsAt = now + ADOPTS_EVERY_MS;
  }

  async #lookAll(): Promise<void> {
    const { ledger, list } = this.#parts;
    const { signal } = this.#stopping;
    for (;;) {
      const askedAt = await ledger.clock.current();
      const ids = await list.due(askedAt, READ_AT_ONCE);
      const due = await this.#read(ids, askedAt);
      if (due.length > 0) {
        const options: CallOptions = {
          lane: 'campaign',
          signal,
          spentFor: due.map(({ snapshot }) => snapshot.record.campaignId),
        };
        const round = new LookRound(this.#parts, this.#size, askedAt, options);
        for (const end of await round.run(due)) await this.#write(end);
      }
      if (ids.length < READ_AT_ONCE || signal.aborted) return;
    }
  }

  /** Those of these that can be looked for; the others leave the list, or are read again later. */
  async #read(ids: readonly string[], now: number): Promise<DueLook[]> {
    const { ledger, list } = this.#parts;
    const snapshots = await ledger.snapshots(ids);
    const due: DueLook[] = [];
    for (const [at, id] of ids.entries()) {
      const seen = snapshots[at];
      if (seen instanceof Error) {
        await list.later(id, now + UNREADABLE_AGAIN_MS);
        continue;
      }
      if (seen === undefined || (seen.record.looks?.nextAt ?? Number.POSITIVE_INFINITY) > now) {
        await ledger.noteLook(id, seen);
        continue;
      }
      const stored = await this.#requestOf(id);
      if (stored === 'unreadable') await list.later(id, now + UNREADABLE_AGAIN_MS);
      else if (stored === undefined) {
        await ledger.change(id, (record) => endLooks(record, 'request_gone', now));
      } else due.push({ snapshot: seen, stored });
    }
    return due;
  }

  async #requestOf(id: string) {
    try {
      return await this.#parts.ledger.readRequest(id);
    } catch (error) {
      if (error instanceof UnreadableRequestError) return 'unreadable';
      throw error;
    }
  }

  async #write(end: LookEnd): Promise<LookResult | undefined> {
    if (end.kind === 'looked') return writeOutcome(this.#parts, end.due, end.look);
    const { error } = end;
    if (error.kind === 'stopping') return undefined;
    this.#logNotAnswered(error);
    const { ledger } = this.#parts;
    const { id, looks } = end.due.snapshot.record;
    const until = ledger.clock.now() + this.#waitAfter(error);
    await ledger.change(id, (record) => postponeLook(record, looks?.made ?? 0, until));
    return undefined;
  }

  #waitAfter(error: LookupError): number {
    if (error.kind === 'refused' || error.kind === 'hold') {
      return Math.min(REFUSED_FOR_MS, this.#parts.delays.at(-1) ?? REFUSED_FOR_MS);
    }
    const asked = 'retryAfterMs' in error ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(asked, Math.min(AGAIN_AFTER_MS, this.#firstDelay));
  }
}

function isReadable(seen: Snapshot | Error | undefined): seen is Snapshot {
  return seen !== undefined && !(seen instanceof Error);
}
