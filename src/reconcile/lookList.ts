import type { LedgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';

/** By then the record that took the message is found by its id (`SearchIndex`). */
const CLAIM_LASTS_MS = 24 * 60 * 60 * 1000;

/**
 * Which notifications the platform is to be asked about, by when. The list is written by the ledger's script with each
 * record, so no process has to remember it and none can disagree for longer than a look. It is a list of its own and not
 * the sweeper's: that one is judged one by one, without the platform, the most overdue first, and a closed gate would
 * keep looks overdue for hours and the sweeper from its work.
 */
export class LookList {
  readonly #redis: RedisClient;
  readonly #keys: LedgerKeys;

  constructor(redis: RedisClient, keys: LedgerKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Ids whose look is due, the most overdue first. */
  due(now: number, limit: number): Promise<string[]> {
    return this.#redis.zrangebyscore(this.#keys.looks, '-inf', now, 'LIMIT', 0, limit);
  }

  /** A record that cannot be read must not keep the others waiting. */
  async later(id: string, at: number): Promise<void> {
    await this.#redis.zadd(this.#keys.looks, 'XX', at, id);
  }

  /** All that are `unknown`, some at a time, the longest first. */
  async *unknown(atATime: number): AsyncGenerator<string[]> {
    for (let from = 0; ; from += atATime) {
      const ids = await this.#redis.zrange(this.#keys.unknown, `${from}`, `${from + atATime - 1}`);
      if (ids.length > 0) yield ids;
      if (ids.length < atATime) return;
    }
  }

  /**
   * Takes a message that was found for a notification: two that fit the same message must not both be said to be
   * sent. Answers whose it is now.
   */
  async claim(messageId: string, id: string): Promise<string | undefined> {
    const key = this.#keys.claimed(messageId.toLowerCase());
    const taken = await this.#redis.set(key, id, 'PX', CLAIM_LASTS_MS, 'NX');
    return taken === 'OK' ? id : ((await this.#redis.get(key)) ?? undefined);
  }
}
