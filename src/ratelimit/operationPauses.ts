import { isBulk, type Operation, type RateLimitAnswer } from '../genesys/call.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import { isRedisFault } from '../redis/redisFault.js';

interface PauseCommands {
  notifierPauseOperation(...args: (string | number)[]): Promise<number>;
}

/** Genesys: `details.jobs.concurrent.access.max`, `details.jobs.rate.per.second`, and the like. */
const LIMIT_OF_BULK = /job|export|batch/i;

/**
 * Whether a 429 concerns its operation alone: exports, jobs and batches have limits of their own. Both
 * have to agree. A limit that is not named, or that counts requests, may stop the sends next.
 */
export function isOwnLimit({ operation, limit }: RateLimitAnswer): boolean {
  return isBulk(operation) && limit !== undefined && LIMIT_OF_BULK.test(limit);
}

/**
 * Operations that wait, each for itself, because a limit of their own is used up. All processes go by
 * it. A pause is only ever extended, as the gate is: answers arrive in any order.
 */
export class OperationPauses {
  readonly #redis: RedisClient;
  readonly #prefix: string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
    const lua = readScript('pauseOperation', import.meta.url);
    redis.defineCommand('notifierPauseOperation', { numberOfKeys: 1, lua });
  }

  async pause({ operation, retryAfterMs }: RateLimitAnswer): Promise<void> {
    const commands = this.#redis as unknown as PauseCommands;
    await commands.notifierPauseOperation(this.#key(operation), Math.ceil(retryAfterMs));
  }

  /**
   * Milliseconds until the operation may be asked for again; 0 when it does not wait. Redis is asked
   * about operations alone that can wait. While it is away nothing is known, and the budget, which
   * is asked next, gives no permit.
   */
  async pausedForMs(operation: Operation): Promise<number> {
    if (!isBulk(operation)) return 0;
    try {
      return Math.max(0, await this.#redis.pttl(this.#key(operation)));
    } catch (error) {
      if (!isRedisFault(error)) throw error;
      return 0;
    }
  }

  #key(operation: Operation): string {
    return `${this.#prefix}:gate:${operation}`;
  }
}
