import { ledgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';

/** Redis has lost what it had confirmed: a restored snapshot, a failover that lost writes, FLUSHALL. */
export interface WentBack {
  id: string;
  /** When a worker noticed it (epoch ms, Redis' time). */
  at: number;
  /** Up to when Redis still knows what happened (epoch ms); absent where it knows nothing at all. */
  since?: number;
}

/** In the record of a pause, beside its reason. */
export const WENT_BACK = 'redis_went_back';

/** What a pause for it says of itself, in every face. */
export const WENT_BACK_SENTENCES =
  'Redis went back in time: what it had confirmed is gone (a restored snapshot, a failover that lost writes, or FLUSHALL). Messages may have left of which it knows nothing. Run `notifier recover`: it has them looked for before they could be sent again.';

/** The pause as the workers set it. */
export function wentBackPause(now: number): string {
  return JSON.stringify({ reason: WENT_BACK_SENTENCES, code: WENT_BACK, since: now });
}

/** What is noted of it until it is recovered from. */
export class WentBackStore {
  readonly #redis: RedisClient;
  readonly #key: string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#key = ledgerKeys(prefix).wentBack;
  }

  async read(): Promise<WentBack | undefined> {
    const [id, at, since] = await this.#redis.hmget(this.#key, 'id', 'at', 'since');
    if (!id) return undefined;
    return { id, at: Number(at ?? 0), since: since ? Number(since) : undefined };
  }

  /** It is recovered from, or an operator lets the sending go on without. */
  async clear(): Promise<void> {
    await this.#redis.del(this.#key);
  }
}
