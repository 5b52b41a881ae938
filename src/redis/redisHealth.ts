import type { Logger } from 'pino';
import type { RedisClient } from './redisClient.js';
import { describeRedisFault, needsAChange, type RedisFault, redisFaultOf } from './redisFault.js';

const PROBE_EVERY_MS = 1_000;
/** The key is never read: that the write succeeds is the answer. */
const PROBE_KEEPS_MS = 1;

/**
 * Whether Redis serves this process. It says so with one line when Redis stops, one when the reason
 * changes, and one when Redis serves again: while it is away, the same error comes thousands of times.
 *
 * Errors tell when it stops. That it serves again is proved by a write: a Redis that is full or a
 * replica goes on answering questions.
 */
export class RedisHealth {
  readonly #redis: RedisClient;
  readonly #probeKey: string;
  readonly #log: Logger;
  /** `since` by the monotonic clock, which no one sets; `at` is the same moment in epoch ms. */
  #down: { fault: RedisFault; since: number; at: number; isLogged: boolean } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #probing = false;
  #stopped = false;

  constructor(redis: RedisClient, prefix: string, log: Logger) {
    this.#redis = redis;
    this.#probeKey = `${prefix}:probe`;
    this.#log = log;
    redis.on('error', (error: unknown) => this.note(error));
    redis.on('ready', () => {
      if (this.#down !== undefined) void this.#probe();
    });
  }

  /** What keeps Redis from serving, or undefined while it serves. */
  get fault(): RedisFault | undefined {
    return this.#down?.fault;
  }

  /** Since when it has not served (epoch ms), or undefined while it does. */
  get downSince(): number | undefined {
    return this.#down?.at;
  }

  /** The fault in a sentence, with since when it has been so. */
  get description(): string | undefined {
    if (this.#down === undefined) return undefined;
    const { fault, since, at } = this.#down;
    const seconds = Math.round((performance.now() - since) / 1_000);
    return `${describeRedisFault(fault)} It has been so since ${new Date(at).toISOString().slice(0, 19)}Z (${seconds} s).`;
  }

  /** Takes note of an error; whether it was one of Redis'. */
  readonly note = (error: unknown): boolean => {
    const fault = redisFaultOf(error);
    if (fault === undefined) return false;
    if (this.#stopped) return true;
    const down = this.#down;
    // A connection that is refused for another reason looks away from within.
    const isLessExact = fault.kind === 'away' && fault.detail === undefined;
    const isOther = down?.fault.kind !== fault.kind || !down.isLogged;
    if (down === undefined || (isOther && !isLessExact)) {
      this.#down = {
        fault,
        since: down?.since ?? performance.now(),
        at: down?.at ?? Date.now(),
        isLogged: false,
      };
      this.#probeLater();
      // A connection of another part, which is only just being made, says nothing of Redis yet: it is asked.
      if (fault.kind === 'away' && fault.detail === undefined) void this.#probe();
      else this.#logOnce();
    }
    return true;
  };

  /** Resolves once it is known that waiting for Redis cannot help. */
  async untilUnusable(signal: AbortSignal): Promise<RedisFault | undefined> {
    while (!signal.aborted) {
      const { fault } = this;
      if (fault !== undefined && needsAChange(fault)) return fault;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return undefined;
  }

  /** What keeps Redis from taking more in, asked now; in a sentence. */
  async problem(): Promise<string | undefined> {
    await this.#probe();
    return this.description;
  }

  /** Before the connection is ended: what is lost from then on is no fault. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #probeLater(): void {
    clearTimeout(this.#timer);
    if (this.#stopped || this.#down === undefined) return;
    this.#timer = setTimeout(() => {
      this.#logOnce();
      void this.#probe();
    }, PROBE_EVERY_MS).unref();
  }

  #logOnce(): void {
    if (this.#down === undefined || this.#down.isLogged) return;
    const { fault } = this.#down;
    this.#down.isLogged = true;
    this.#log.warn({ redis: fault }, describeRedisFault(fault));
  }

  /** A worker's connection keeps a command until Redis is back, so there is one at a time. */
  async #probe(): Promise<void> {
    if (this.#probing || this.#stopped) return;
    this.#probing = true;
    try {
      await this.#redis.set(this.#probeKey, '1', 'PX', PROBE_KEEPS_MS);
      this.#servesAgain();
    } catch (error) {
      this.note(error);
    } finally {
      this.#probing = false;
      this.#probeLater();
    }
  }

  #servesAgain(): void {
    if (this.#down === undefined || this.#stopped) return;
    const { since, isLogged } = this.#down;
    const seconds = Math.round((performance.now() - since) / 1_000);
    this.#down = undefined;
    if (isLogged) this.#log.info({ seconds }, `Redis is back after ${seconds} s.`);
  }
}
