import {
  kindOf,
  type Operation,
  type Permit,
  type PermitRequest,
  type SendOperation,
} from '../genesys/call.js';
import { isRedisFault } from '../redis/redisFault.js';
import type { AcquireResult } from './rateLimiter.js';

type NotASend = Exclude<Operation, SendOperation>;

/**
 * Who goes first among the requests that wait in one process: whatever is nearest to the end of its
 * notification. Two things come of it. A history is used as soon as it was read, and not a minute
 * later, after all others' were. And queries for conversations go last, when every other job has
 * come as far: then one query can ask for all of them. Sends are the end, and go first.
 *
 * What serves a hundred notifications at once goes with the sends: there is little of it, and behind
 * a stream of single requests it would never have its turn.
 */
const RANKS = {
  'message-details': 0,
  'delivery-query': 0,
  'email-conversation': 0,
  'notification-channel': 0,
  'notification-subscription': 0,
  'bulk-contacts': 0,
  'contact-export-start': 0,
  'contact-export': 0,
  'conversation-job-start': 0,
  'conversation-job': 0,
  'conversation-job-results': 0,
  'conversation-job-cancel': 0,
  'recording-batch-start': 0,
  'recording-batch': 0,
  messages: 1,
  'email-message': 1,
  recordings: 2,
  'conversation-summary': 2,
  'message-conversation': 2,
  'email-messages': 2,
  'contact-lookup': 3,
  contact: 3,
  'contact-search': 3,
  limits: 3,
  'web-deployment': 3,
  'email-domain': 3,
  'dnc-lists': 3,
  'dnc-export-start': 3,
  'dnc-export': 3,
  'download-address': 3,
  login: 3,
  'conversation-query': 4,
} as const satisfies Record<NotASend, number>;

const SEND_RANK = 0;
const LAST_RANK = 4;

/** Whether a job that asks this has found something out already that is kept nowhere yet. */
function isMidway(operation: Operation): boolean {
  const priority = priorityOf(operation);
  return priority === 1 || priority === 2;
}

function priorityOf(operation: Operation): number {
  return isSend(operation) ? SEND_RANK : RANKS[operation];
}

function isSend(operation: Operation): operation is SendOperation {
  return kindOf(operation) === 'send';
}

/** Where slots come from. */
export interface PermitSource {
  readonly intervalMs: number;
  /** Who has just had a slot asks so much later for the next than others do. */
  readonly yieldMs: number;
  tryAcquire(): Promise<AcquireResult>;
}

interface Waiting {
  request: PermitRequest;
  since: number;
  settle: (ticket: Permit) => void;
  fail: (error: unknown) => void;
}

/** A line that has not moved for so long is not worth standing in. */
const PATIENCE_MS = 5_000;
/** A request that left the queue comes back this soon: the allowance may be free again by then. */
const BACK_AFTER_MS = 1_000;
const REDIS_AGAIN_MS = 250;

/**
 * The requests of one process and lane that wait for a slot. One of them asks for all, so what the
 * waiting costs Redis does not grow with the number of jobs; nothing asks while nothing waits. All
 * processes wake up for the same slot, and the one next to Redis would get every one of them: so who
 * had the last one comes a little later (see `Slots` for why that costs nothing).
 *
 * A line that moves is stood in however long it is: who left it would only come back to its end. One
 * that has not moved for five seconds (two intervals, where that is more) is left, and the job goes
 * back to its queue: other lanes or other processes use the allowance up. Only jobs in the middle of a
 * transcript stay, for they would lose what they have looked up so far. A pause that the platform
 * asked for is sat out if it is short.
 */
export class PermitQueue {
  readonly #slots: PermitSource;
  /** By which deadlines are judged (epoch ms). */
  readonly #now: () => number;
  readonly #ranks: Waiting[][] = Array.from({ length: LAST_RANK + 1 }, () => []);
  #asking = false;
  #movedAt = 0;
  #hadTheLast = false;
  #wakeUp: () => void = () => undefined;

  constructor(slots: PermitSource, now: () => number = Date.now) {
    this.#slots = slots;
    this.#now = now;
  }

  /** Requests that wait. */
  get length(): number {
    return this.#ranks.reduce((sum, rank) => sum + rank.length, 0);
  }

  acquire(request: PermitRequest): Promise<Permit> {
    const { signal } = request;
    if (signal?.aborted) return Promise.resolve(ABORTED);
    return new Promise((resolve, reject) => {
      const leave = () => this.#remove(waiting, ABORTED);
      const waiting: Waiting = {
        request,
        since: performance.now(),
        settle: (ticket) => {
          signal?.removeEventListener('abort', leave);
          resolve(ticket);
        },
        fail: (error) => {
          signal?.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#ranks[priorityOf(request.operation)]?.push(waiting);
      if (!this.#asking) void this.#askWhileAnybodyWaits();
    });
  }

  async #askWhileAnybodyWaits(): Promise<void> {
    this.#asking = true;
    this.#movedAt = performance.now();
    while (this.length > 0) {
      try {
        await this.#ask();
      } catch (error) {
        if (!isRedisFault(error)) this.#failAll(error);
        await this.#rest(REDIS_AGAIN_MS);
        this.#movedAt = performance.now();
      }
    }
    this.#asking = false;
  }

  async #ask(): Promise<void> {
    const answer = await this.#slots.tryAcquire();
    const { yieldMs } = this.#slots;
    switch (answer.kind) {
      case 'granted':
        this.#movedAt = performance.now();
        this.#hadTheLast = true;
        this.#next()?.settle({ admitted: true });
        return;
      case 'gate_closed':
        this.#sendAway(answer);
        await this.#rest(answer.ms);
        this.#movedAt = performance.now();
        return;
      case 'wait':
        this.#sendAway(answer);
        await this.#rest(answer.ms + (this.#hadTheLast ? yieldMs : 0));
        this.#hadTheLast = false;
        return;
      default:
        throw new Error(`unhandled answer ${String(answer satisfies never)}`);
    }
  }

  /** Until it is time to ask again, or nothing waits any more. */
  async #rest(ms: number): Promise<void> {
    if (this.length === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #next(): Waiting | undefined {
    return this.#ranks.find((rank) => rank.length > 0)?.shift();
  }

  /** Rejects all whom waiting any longer does not help. */
  #sendAway(answer: Exclude<AcquireResult, { kind: 'granted' }>): void {
    const earliest = this.#now() + answer.ms;
    for (const waiting of this.#ranks.flat()) {
      const { deadline } = waiting.request;
      if (deadline !== undefined && earliest >= deadline) {
        this.#remove(waiting, { admitted: false, because: 'deadline' });
      } else if (!this.#isWorthWaiting(waiting, answer)) {
        const because = answer.kind === 'gate_closed' ? 'gate_closed' : 'no_slot';
        const retryAfterMs = because === 'no_slot' ? Math.max(answer.ms, BACK_AFTER_MS) : answer.ms;
        this.#remove(waiting, { admitted: false, because, retryAfterMs });
      }
    }
  }

  #isWorthWaiting(waiting: Waiting, answer: { kind: string; ms: number }): boolean {
    if (answer.kind === 'gate_closed') return answer.ms <= PATIENCE_MS;
    if (isMidway(waiting.request.operation)) return true;
    const patience = Math.max(PATIENCE_MS, 2 * this.#slots.intervalMs);
    const stoodStillSince = Math.max(this.#movedAt, waiting.since);
    return answer.ms <= patience && performance.now() - stoodStillSince <= patience;
  }

  #remove(waiting: Waiting, ticket: Permit): void {
    const rank = this.#ranks[priorityOf(waiting.request.operation)] ?? [];
    const at = rank.indexOf(waiting);
    if (at < 0) return;
    rank.splice(at, 1);
    waiting.settle(ticket);
    if (this.length === 0) this.#wakeUp();
  }

  #failAll(error: unknown): void {
    for (const rank of this.#ranks) {
      for (const waiting of rank.splice(0)) waiting.fail(error);
    }
  }
}

const ABORTED: Permit = { admitted: false, because: 'aborted' };
