import { type RedisClient, readScript } from '../notification/redisScripts.js';
import { LANES } from '../notification/state.js';

interface GateCommands {
  notifierCloseGate(...args: (string | number)[]): Promise<number>;
}

/** Setting a timer beyond this many milliseconds would fire it at once. */
const LONGEST_CLOSING_MS = 2 ** 31 - 1;

/**
 * The gate for 429s, shared by the whole fleet.
 *
 * One answer closes it for everybody, in two places at once: the key that the transport reads before
 * every single request, and the limiter keys of both queues, which keep workers from starting jobs.
 * Either alone is not enough: jobs that already run would go on sending, and workers that keep
 * starting jobs would only find a closed door.
 *
 * It is only ever extended. Answers arrive in any order, and one that asks for a second must not
 * cut short another that asked for an hour.
 */
export class Gate {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #limiters: string[];

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#key = `${prefix}:gate`;
    this.#limiters = LANES.map((lane) => `${prefix}:${lane}:limiter`);
    const lua = readScript('closeGate', import.meta.url);
    redis.defineCommand('notifierCloseGate', { numberOfKeys: 1 + LANES.length, lua });
  }

  /** Milliseconds until the gate opens; 0 when it is open. */
  async closedForMs(): Promise<number> {
    return Math.max(0, await this.#redis.pttl(this.#key));
  }

  /** Closes the gate for this long from now; answers for how long it is closed in fact. */
  async close(forMs: number): Promise<number> {
    const ms = Math.min(LONGEST_CLOSING_MS, Math.max(1, Math.ceil(forMs)));
    const commands = this.#redis as unknown as GateCommands;
    return commands.notifierCloseGate(this.#key, ...this.#limiters, ms);
  }
}
