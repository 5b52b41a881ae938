import type { RedisClient } from './redisClient.js';

/*
 * What cannot be taken back (a deadline, the age of an intent, the end of a campaign) is judged by
 * the clock of Redis: every process asks the same one. The clock of a machine may be a day wrong, and
 * may be set while the process runs.
 *
 * Between two measurements the monotonic clock of the process counts on. It does not jump when the
 * machine's clock is set. It may stand still while the whole machine is suspended; this clock is then
 * behind until the next measurement, and what is decided by it is decided too late, not too early.
 */

interface TimeCommand {
  notifierTime(key: string): Promise<[string, string]>;
}

/** A key, so that a cluster asks the node that holds the notifications. */
const TIME_SCRIPT = "return redis.call('TIME')";
const MEASURE_EVERY_MS = 10_000;
/** By how much two clocks may part between two measurements. */
const DRIFT_MS = 1;
/** An answer that may be wrong by more is asked for again. */
const EXACT_ENOUGH_MS = 100;
/** The clock of the machine was set, or the machine was suspended. */
const JUMP_MS = 500;
/** From here on a machine's clock is wrong enough to do harm, since BullMQ reads that one. */
const CLOCK_SKEW_MAX_MS = 5_000;

const clocks = new WeakMap<RedisClient, RedisClock>();

/** The clock of a connection's Redis; one for each connection. */
export function redisClock(redis: RedisClient, prefix: string): RedisClock {
  const known = clocks.get(redis);
  if (known !== undefined) return known;
  const clock = new RedisClock(redis, prefix);
  clocks.set(redis, clock);
  return clock;
}

export class RedisClock {
  readonly #redis: RedisClient;
  readonly #key: string;
  /** Redis' time (epoch ms) less the monotonic clock of this process. */
  #offset: number | undefined;
  #errorMs = Number.POSITIVE_INFINITY;
  #measuredAt = Number.NEGATIVE_INFINITY;
  #skewMeasured = 0;
  #measuring: Promise<void> | undefined;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#key = `${prefix}:due`;
    redis.defineCommand('notifierTime', { numberOfKeys: 1, lua: TIME_SCRIPT, readOnly: true });
  }

  /** Redis' time in epoch milliseconds; until the first measurement, the time of this machine. */
  now(): number {
    if (this.#offset === undefined) return Date.now();
    return Math.round(this.#offset + performance.now());
  }

  /** Redis' time in epoch milliseconds, or undefined before the first measurement. */
  known(): number | undefined {
    return this.#offset === undefined ? undefined : this.now();
  }

  /** By how many milliseconds the clock of this machine is ahead of Redis'; negative when behind. */
  get skewMs(): number {
    return this.#offset === undefined ? 0 : Date.now() - this.now();
  }

  /** What is wrong with the clock of this machine, or undefined when it will do. */
  get problem(): string | undefined {
    const { skewMs } = this;
    if (Math.abs(skewMs) <= CLOCK_SKEW_MAX_MS) return undefined;
    const seconds = Math.round(Math.abs(skewMs) / 1_000);
    return `The clock of this machine is ${seconds} s ${skewMs > 0 ? 'ahead of' : 'behind'} the clock of Redis. Synchronise both (NTP).`;
  }

  /** Redis' time, measured lately. Rejects when Redis must be asked and does not answer. */
  async current(): Promise<number> {
    // A machine's clock that has jumped since says that the last measurement may not hold either.
    const isDue = performance.now() - this.#measuredAt > MEASURE_EVERY_MS;
    const hasJumped = Math.abs(this.skewMs - this.#skewMeasured) > JUMP_MS;
    if (isDue || hasJumped) await this.measure();
    return this.now();
  }

  /** Asks Redis; calls at the same time share one answer. */
  async measure(): Promise<void> {
    this.#measuring ??= this.#measure().finally(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  /**
   * A command waits while Redis is away, and its answer then lies half of that time ahead. What is
   * decided by a clock that is ahead is decided too early, so such an answer does not stand alone.
   */
  async #measure(): Promise<void> {
    await this.#ask();
    if (this.#errorMs > EXACT_ENOUGH_MS) await this.#ask();
  }

  /**
   * Redis read its clock at some moment between question and answer. What was known before is kept as
   * long as that may be so and it was more exact: an answer may take long.
   */
  async #ask(): Promise<void> {
    const askedAt = performance.now();
    const commands = this.#redis as unknown as TimeCommand;
    const [seconds, microseconds] = await commands.notifierTime(this.#key);
    const answeredAt = performance.now();
    const there = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    const offset = there - (askedAt + answeredAt) / 2;
    const errorMs = (answeredAt - askedAt) / 2;
    const isRefuted =
      this.#offset === undefined || Math.abs(this.#offset - offset) > errorMs + this.#errorMs;
    this.#errorMs += DRIFT_MS;
    if (isRefuted || errorMs <= this.#errorMs) {
      this.#offset = offset;
      this.#errorMs = errorMs;
    }
    this.#measuredAt = answeredAt;
    this.#skewMeasured = this.skewMs;
  }
}
