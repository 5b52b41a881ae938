import type { RequestLane } from '../genesys/call.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';

interface SlotCommands {
  notifierTakeSlot(...args: (string | number)[]): Promise<[number, number, number]>;
  notifierSlowDown(...args: (string | number)[]): Promise<[number, number]>;
}

export type AcquireResult =
  /** One request may be issued, now. `pace` is the share of the full pace, up to 1. */
  | { kind: 'granted'; pace: number }
  /** Nothing is due for so long. */
  | { kind: 'wait'; ms: number; pace: number }
  /** The platform has asked for a pause that lasts so long still. */
  | { kind: 'gate_closed'; ms: number };

/**
 * The share of the allowance that is planned with. What is left over is room for requests that are
 * slower on their way than others, and so arrive closer together than they were let go.
 */
export const PLANNED_SHARE = 0.98;

const SLOW_DOWN_FACTOR = 0.8;
const LOWEST_PACE = 0.1;
/** In this many minutes the lowest pace would grow to the full one. */
const MINUTES_TO_REGAIN_ALL = 20;
/** 429s further apart than this many minutes are not "again and again". */
const MINUTES_REMEMBERED = 5;

/**
 * The slots of the request budget, one for each request, shared by all processes through Redis.
 *
 * GCRA with a burst of one: a slot falls due every interval, and one that was not taken is gone. Who
 * comes a little late for it (timers do) is not made to pay: the next falls due where it would have,
 * up to half an interval. Over any minute, however aligned,
 *
 *   slots used ≤ floor((minute + lateness + spread of the latencies) / interval) + 1
 *
 * and with an interval of minute / (0.98 × budget) that stays within the budget as long as lateness
 * and spread together are below 2 % of the minute: 1.2 s, whatever the budget is.
 *
 * When 429s keep coming (others use the same OAuth client, or the allowance is less than is
 * configured), the pace is cut by a fifth each time and grows back by a twentieth a minute.
 */
export class RateLimiter {
  readonly #redis: RedisClient;
  readonly #keys: [budget: string, gate: string];
  readonly #minuteUs: number;
  /** Microseconds between two slots at full pace. */
  readonly #intervalUs: number;

  /** @param minuteMs what counts as a minute; tests and benchmarks shorten it */
  constructor(
    redis: RedisClient,
    prefix: string,
    { requestsPerMinute, minuteMs = 60_000 }: { requestsPerMinute: number; minuteMs?: number },
  ) {
    this.#redis = redis;
    this.#keys = [`${prefix}:budget`, `${prefix}:gate`];
    this.#minuteUs = minuteMs * 1_000;
    this.#intervalUs = Math.ceil(this.#minuteUs / (PLANNED_SHARE * requestsPerMinute));
    const take = readScript('takeSlot', import.meta.url);
    const slow = readScript('slowDown', import.meta.url);
    redis.defineCommand('notifierTakeSlot', { numberOfKeys: 2, lua: take });
    redis.defineCommand('notifierSlowDown', { numberOfKeys: 1, lua: slow });
  }

  /** Milliseconds between two slots at full pace. */
  get intervalMs(): number {
    return this.#intervalUs / 1_000;
  }

  async tryAcquire(lane: RequestLane): Promise<AcquireResult> {
    const slackUs = this.#minuteUs * (1 / PLANNED_SHARE - 1);
    const [verdict, us, pace] = await this.#commands.notifierTakeSlot(
      ...this.#keys,
      lane,
      this.#intervalUs,
      Math.floor(Math.min(this.#intervalUs / 2, slackUs / 4)),
      Math.ceil(this.#intervalUs / LOWEST_PACE),
      this.#regainedPerUs,
      this.#forgottenAfterMs,
    );
    if (verdict === 0) return { kind: 'granted', pace: pace / 1_000 };
    const ms = Math.max(1, Math.ceil(us / 1_000));
    return verdict === 1 ? { kind: 'wait', ms, pace: pace / 1_000 } : { kind: 'gate_closed', ms };
  }

  /** Takes note of a 429; answers with the pace before and after. */
  async slowDown(retryAfterMs: number): Promise<{ before: number; after: number }> {
    const [before, after] = await this.#commands.notifierSlowDown(
      this.#keys[0],
      Math.ceil(retryAfterMs) * 1_000,
      MINUTES_REMEMBERED * this.#minuteUs,
      SLOW_DOWN_FACTOR * 1_000,
      LOWEST_PACE * 1_000,
      this.#regainedPerUs,
      this.#forgottenAfterMs,
    );
    return { before: before / 1_000, after: after / 1_000 };
  }

  /** The share of the full pace that is kept now, up to 1. */
  async pace(): Promise<number> {
    const [kept, [seconds, micros]] = await Promise.all([
      this.#redis.hmget(this.#keys[0], 'pace', 'pacedAt'),
      this.#redis.time(),
    ]);
    const [pace, pacedAt] = kept;
    if (pace === null || pacedAt === null || pace === undefined || pacedAt === undefined) return 1;
    const now = Number(seconds) * 1_000_000 + Number(micros);
    const since = Math.max(0, now - Number(pacedAt));
    return Math.min(1, (Number(pace) + since * this.#regainedPerUs) / 1_000);
  }

  get #regainedPerUs(): number {
    return 1_000 / (MINUTES_TO_REGAIN_ALL * this.#minuteUs);
  }

  /** By then the full pace is reached again, whatever it was. */
  get #forgottenAfterMs(): number {
    return Math.ceil((this.#minuteUs * (MINUTES_TO_REGAIN_ALL + MINUTES_REMEMBERED)) / 1_000);
  }

  get #commands(): SlotCommands {
    return this.#redis as unknown as SlotCommands;
  }
}
