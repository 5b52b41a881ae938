import { classifyRead, type LookupError } from '../history/lookupError.js';
import { askedFrom, hasOwnCheck } from '../notification/awaitedDelivery.js';
import { redactedError, throttle } from '../ops/logger.js';
import { Lease } from '../redis/lease.js';
import type { RedisClient } from '../redis/redisClient.js';
import {
  type AwaitedMessage,
  askTogether,
  awaitedMessage,
  type BatchTools,
  isStillAsked,
  leaveAlone,
} from './awaitedBatch.js';
import { type Turn, waitsForOthersMs } from './deliveryIndex.js';
import { type SuspectParts, Suspects } from './suspects.js';

export interface DeliveryPollerParts extends BatchTools, SuspectParts {
  client: BatchTools['client'] & SuspectParts['client'];
  redis: RedisClient;
  /** `DELIVERY_CHECK_AFTER` (ms). */
  checkAfterMs: number;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis: (error: unknown) => boolean;
}

/** Genesys: a page holds 100 conversations; how many predicates a filter may have is not documented. */
const MOST_TOGETHER = 100;
/** A platform that refuses even so few does not take the question at all. */
const FEWEST_TOGETHER = 10;
/** So much before its turn a message is asked about where a question has room (share of the wait). */
const BEFORE_ITS_TURN = 1 / 6;
const READ_AT_ONCE = 1_000;
const REFUSED_FOR_MS = 10 * 60 * 1000;
const AGAIN_AFTER_MS = 2_000;
const TICK_LONGEST_MS = 1_000;
const TICK_SHORTEST_MS = 50;
const LEASE_MS = 10_000;

/**
 * Asks about many sent messages in one request, where each would else cost one of its own.
 *
 * A message has its turn once a third of `DELIVERY_CHECK_AFTER` has passed, and the question goes out
 * when there are enough for a full request, or at five sixths of the first one's time. Where it has room
 * it takes along those that have waited for a sixth: the platform often knows by then, and of which it
 * does not are asked about again when they have their turn. So what is asked early costs nothing. What
 * is not known in the end is asked about one by one at its time, by a job that is there from the start:
 * so a poller that dies, is refused or comes too late costs requests and nothing else. One process at
 * a time does this, by a lease; two at once would do no harm, since each answer is recorded upon the
 * record as it is.
 */
export class DeliveryPoller {
  readonly #parts: DeliveryPollerParts;
  readonly #lease: Lease;
  readonly #suspects: Suspects;
  readonly #stopping = new AbortController();
  readonly #logRefused: (error: LookupError) => void;
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #asking: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #together = MOST_TOGETHER;
  /** No question for many goes out before (Redis' time, epoch ms). */
  #refusedUntil = 0;
  #askAgainAt = 0;

  constructor(parts: DeliveryPollerParts) {
    this.#parts = parts;
    this.#lease = new Lease(parts.redis, parts.ledger.keys.deliveryPoller, LEASE_MS);
    this.#suspects = new Suspects(parts);
    this.#logRefused = throttle((error) =>
      parts.log.warn(
        { error },
        'The platform refuses to say of many messages if they arrived. Web messages are asked about one by one, bounced emails are not found. Check the permission analytics:conversationDetail:view.',
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
    await Promise.all([this.#asking, this.#looking]);
    await this.#lease.giveUp().catch(() => undefined);
  }

  /** Does what is due now, and waits for it; `not_mine` when another process does. */
  async pollOnce(): Promise<'polled' | 'not_mine'> {
    if (!(await this.#lease.take())) return 'not_mine';
    await this.#ask();
    await this.#suspects.lookAll(this.#stopping.signal);
    return 'polled';
  }

  #schedule(): void {
    if (this.#stopping.signal.aborted) return;
    const tickMs = Math.min(
      TICK_LONGEST_MS,
      Math.max(TICK_SHORTEST_MS, this.#parts.checkAfterMs / 20),
    );
    this.#timer = setTimeout(() => {
      this.#ticking = this.#tick();
      void this.#ticking.then(() => this.#schedule());
    }, tickMs);
  }

  /** A request may wait long for its turn; the lease is kept and suspects are looked at meanwhile. */
  async #tick(): Promise<void> {
    await this.#guarded(async () => {
      if (!(await this.#lease.take())) return;
      this.#asking ??= this.#guarded(() => this.#ask()).finally(() => {
        this.#asking = undefined;
      });
      const { signal } = this.#stopping;
      this.#looking ??= this.#guarded(() => this.#suspects.lookAll(signal)).finally(() => {
        this.#looking = undefined;
      });
    });
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#parts.noteRedis(error)) return;
      this.#parts.log.error({ error: redactedError(error) }, 'delivery poll failed');
    }
  }

  async #ask(): Promise<void> {
    const { ledger, index, checkAfterMs } = this.#parts;
    const now = await ledger.clock.current();
    if (now < this.#askAgainAt) return;
    const before = now + checkAfterMs * BEFORE_ITS_TURN;
    const turns = await index.awaited(before, READ_AT_ONCE);
    const ready = turns.filter(({ at }) => at <= now).length;
    const [first] = turns;
    if (first === undefined || ready === 0) return;
    if (ready < this.#together && now < first.at + waitsForOthersMs(checkAfterMs)) return;
    const isRefused = now < this.#refusedUntil;
    const room = isRefused ? ready : Math.ceil(ready / this.#together) * this.#together;
    const ids = turns.slice(0, room).map(({ id }) => id);
    const snapshots = await ledger.snapshots(ids);
    const messages = snapshots.flatMap((seen) => {
      const message =
        seen === undefined || seen instanceof Error ? undefined : awaitedMessage(seen);
      return message !== undefined && isStillAsked(message, now) ? [message] : [];
    });
    const wanted = new Set(messages.map(({ snapshot }) => snapshot.record.id));
    await index.asked(ids.filter((id) => !wanted.has(id)));
    if (isRefused) return leaveAlone(this.#parts, messages);
    const [early, due] = splitEarly(messages, now);
    await index.askAgain(early);
    await this.#askInBatches(due);
  }

  async #askInBatches(messages: readonly AwaitedMessage[]): Promise<void> {
    const { signal } = this.#stopping;
    for (let from = 0; from < messages.length; ) {
      const batch = messages.slice(from, from + this.#together);
      const end = await askTogether(this.#parts, batch, signal);
      if (end.kind === 'failed') {
        const isTooMany = end.failure.kind === 'http' && end.failure.status === 400;
        if (isTooMany && batch.length > FEWEST_TOGETHER) {
          this.#together = Math.ceil(batch.length / 2);
          continue;
        }
        return this.#notAnswered(messages.slice(from), classifyRead(end.failure));
      }
      from += batch.length;
    }
  }

  async #notAnswered(messages: readonly AwaitedMessage[], error: LookupError): Promise<void> {
    if (error.kind === 'stopping') return;
    const now = this.#parts.ledger.clock.now();
    if (error.kind === 'refused' || error.kind === 'hold') {
      this.#logRefused(error);
      this.#refusedUntil = now + REFUSED_FOR_MS;
      this.#together = MOST_TOGETHER;
      return leaveAlone(this.#parts, messages);
    }
    const asked = 'retryAfterMs' in error ? (error.retryAfterMs ?? 0) : 0;
    this.#askAgainAt = now + Math.max(asked, AGAIN_AFTER_MS);
  }
}

/**
 * After a gap of the listener all messages come early. Its events are of web messages, so the others
 * keep their own time: a question before it costs a request and answers nothing.
 */
function splitEarly(messages: readonly AwaitedMessage[], now: number): [Turn[], AwaitedMessage[]] {
  const early: Turn[] = [];
  const due: AwaitedMessage[] = [];
  for (const message of messages) {
    const { record } = message.snapshot;
    const at = askedFrom(record);
    if (at !== undefined && now < at && !hasOwnCheck(record)) early.push({ id: record.id, at });
    else due.push(message);
  }
  return [early, due];
}
