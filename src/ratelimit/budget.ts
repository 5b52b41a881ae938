import type { Logger } from 'pino';
import type { Limiter, Permit, RequestLane } from '../genesys/call.js';
import { Gate } from '../queue/rateLimitGate.js';
import { type RedisClock, redisClock } from '../redis/clock.js';
import type { RedisClient } from '../redis/redisClient.js';
import { isOwnLimit, OperationPauses } from './operationPauses.js';
import { PermitQueue } from './permitQueue.js';
import { RateLimiter } from './rateLimiter.js';

const YIELD_AT_MOST_MS = 20;

/** Called with how each wait for a permit ended: `admitted`, or why not. */
export type AdmissionObserver = (wait: {
  lane: RequestLane;
  outcome: string;
  durationMs: number;
}) => void;

/**
 * The request budget of the deployment, as this process sees it: what every request to the platform
 * passes first. It paces requests so that the allowance is used nearly to the full and no 429 comes;
 * one that comes all the same closes the gate for all workers. The exception is a 429 that names a
 * limit of exports, jobs or batches: it says nothing about sends, and pauses that operation alone.
 */
export class Budget implements Limiter {
  readonly #slots: RateLimiter;
  readonly #gate: Gate;
  readonly #pauses: OperationPauses;
  readonly #log: Logger;
  readonly #observe: AdmissionObserver;
  readonly #lines: Record<RequestLane, PermitQueue>;
  readonly #clock: RedisClock;
  #slowed = false;

  private constructor(parts: {
    slots: RateLimiter;
    gate: Gate;
    pauses: OperationPauses;
    clock: RedisClock;
    log: Logger;
    observe?: AdmissionObserver;
  }) {
    this.#slots = parts.slots;
    this.#gate = parts.gate;
    this.#pauses = parts.pauses;
    this.#clock = parts.clock;
    this.#log = parts.log.child({ component: 'budget' });
    this.#observe = parts.observe ?? (() => undefined);
    this.#lines = { transactional: this.#line('transactional'), campaign: this.#line('campaign') };
  }

  /** @param settings `minuteMs` is what counts as a minute; for measuring and testing in less time */
  static open(
    redis: RedisClient,
    prefix: string,
    settings: { requestsPerMinute: number; minuteMs?: number },
    parts: { log: Logger; observe?: AdmissionObserver },
  ): Budget {
    const slots = new RateLimiter(redis, prefix, settings);
    const clock = redisClock(redis, prefix);
    const pauses = new OperationPauses(redis, prefix);
    return new Budget({ slots, gate: new Gate(redis, prefix), pauses, clock, ...parts });
  }

  /** The share of the full pace that is kept now, up to 1. */
  pace(): Promise<number> {
    return this.#slots.pace();
  }

  readonly acquire: Limiter['acquire'] = async (request) => {
    const { lane } = request;
    const startedAt = performance.now();
    const pausedMs = await this.#pauses.pausedForMs(request.operation);
    const ticket: Permit =
      pausedMs > 0
        ? { admitted: false, because: 'operation_paused', retryAfterMs: pausedMs }
        : await this.#lines[lane].acquire(request);
    const outcome = ticket.admitted ? 'admitted' : ticket.because;
    this.#observe({ lane, outcome, durationMs: performance.now() - startedAt });
    return ticket;
  };

  /** The gate comes first: it is what keeps the next request from going out. */
  readonly rateLimited: Limiter['rateLimited'] = async (answer) => {
    const { operation, retryAfterMs, limit } = answer;
    if (isOwnLimit(answer)) {
      await this.#pauses.pause(answer);
      this.#log.warn(
        { operation, retryAfterMs, limit },
        'Genesys Cloud answered 429 for a limit of this operation; it waits, all others go on',
      );
      return;
    }
    await this.#gate.close(retryAfterMs, operation);
    this.#log.warn({ operation, retryAfterMs }, 'Genesys Cloud answered 429; the gate is closed');
    // Logins are limited apart from what the budget counts.
    if (operation === 'login') return;
    const { before, after } = await this.#slots.slowDown(retryAfterMs);
    if (after < before) {
      this.#slowed = true;
      this.#log.warn({ before, after }, '429s keep coming; fewer requests are sent from now on');
    }
  };

  #line(lane: RequestLane): PermitQueue {
    const slots = this.#slots;
    const source = {
      intervalMs: slots.intervalMs,
      yieldMs: lane === 'campaign' ? Math.min(slots.intervalMs / 10, YIELD_AT_MOST_MS) : 0,
      tryAcquire: async () => {
        const answer = await slots.tryAcquire(lane);
        if (answer.kind !== 'gate_closed') this.#notePace(answer.pace);
        return answer;
      },
    };
    return new PermitQueue(source, () => this.#clock.now());
  }

  #notePace(pace: number): void {
    if (!this.#slowed || pace < 1) return;
    this.#slowed = false;
    this.#log.info('the full request pace is reached again');
  }
}
