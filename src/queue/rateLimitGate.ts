import { LANES } from '../notification/state.js';
import { type RedisClock, redisClock } from '../redis/clock.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import { isTime, parseRecord } from '../redis/storedRecord.js';

interface GateCommands {
  notifierCloseGate(...args: (string | number)[]): Promise<number>;
  notifierOpenGate(...args: string[]): Promise<number>;
}

/** The answer that closed the gate for as long as it is closed now. */
interface GateReason {
  operation: string;
  /** What the platform asked for. */
  retryAfterMs: number;
}

export type GateStatus =
  | { closed: false }
  /** Times are epoch milliseconds. `since` and `reason` are absent where the record cannot be read. */
  | { closed: true; since?: number; until: number; reason?: GateReason };

/** Setting a timer beyond this many milliseconds would fire it at once. */
const LONGEST_CLOSING_MS = 2 ** 31 - 1;

/**
 * The gate for 429s, shared by all workers. One answer closes it in two places at once. One is the
 * key that the transport reads before every request. The others are the limiter keys of both queues,
 * which keep workers from starting jobs. Either alone is not enough: jobs that already run would go
 * on sending, or workers would start jobs that can send nothing.
 *
 * It is only ever extended. Answers arrive in any order, and one that asks for a second must not cut
 * short another that asked for an hour. Only a person opens it early.
 */
export class Gate {
  readonly #redis: RedisClient;
  readonly #clock: RedisClock;
  readonly #key: string;
  readonly #closedMs: string;
  readonly #keys: readonly string[];

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#clock = redisClock(redis, prefix);
    this.#key = `${prefix}:gate`;
    this.#closedMs = `${prefix}:gate-closed-ms`;
    const limiters = LANES.map((lane) => `${prefix}:${lane}:limiter`);
    this.#keys = [this.#key, this.#closedMs, ...limiters];
    const numberOfKeys = this.#keys.length;
    const close = readScript('closeGate', import.meta.url);
    const open = readScript('openGate', import.meta.url);
    redis.defineCommand('notifierCloseGate', { numberOfKeys, lua: close });
    redis.defineCommand('notifierOpenGate', { numberOfKeys, lua: open });
  }

  /** Milliseconds until the gate opens; 0 when it is open. */
  async closedForMs(): Promise<number> {
    return Math.max(0, await this.#redis.pttl(this.#key));
  }

  /** Closes the gate for this long from now; answers for how long it is closed in fact. */
  async close(forMs: number, operation: string): Promise<number> {
    const ms = Math.min(LONGEST_CLOSING_MS, Math.max(1, Math.ceil(forMs)));
    const reason: GateReason = { operation, retryAfterMs: ms };
    const commands = this.#redis as unknown as GateCommands;
    const now = await this.#clock.current();
    return commands.notifierCloseGate(...this.#keys, ms, JSON.stringify(reason), now);
  }

  /**
   * Opens the gate by hand; answers for how many milliseconds it would have stayed closed. Workers
   * see it within seconds. Where the platform meant what it said, the next answer closes it again.
   */
  async open(): Promise<number> {
    return (this.#redis as unknown as GateCommands).notifierOpenGate(...this.#keys);
  }

  async status(): Promise<GateStatus> {
    const standing = await this.#redis.get(this.#key);
    if (standing === null) return { closed: false };
    const { since, until, operation, retryAfterMs } = parseRecord(standing);
    if (isTime(until) && typeof operation === 'string' && isTime(retryAfterMs)) {
      return {
        closed: true,
        until,
        reason: { operation, retryAfterMs },
        since: isTime(since) ? since : undefined,
      };
    }
    // The transport asks for how long the key lives, and for nothing else.
    const [leftMs, now] = await Promise.all([this.closedForMs(), this.#clock.current()]);
    return leftMs === 0 ? { closed: false } : { closed: true, until: now + leftMs };
  }

  /** For how long the gate has ever been closed until now, in milliseconds. It never goes back. */
  async closedMsTotal(): Promise<number> {
    const [total, left] = await Promise.all([this.#redis.get(this.#closedMs), this.closedForMs()]);
    return Math.max(0, Number(total ?? 0) - left);
  }
}
