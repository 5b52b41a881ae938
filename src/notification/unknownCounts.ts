import type { LedgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';

/** Those that may or may not have been sent. */
export interface UnknownCounts {
  count: number;
  /** Of how many the platform is still asked; the others wait for a person. */
  asked: number;
  /** Since when the one that has been unknown longest (epoch ms). */
  oldestSince?: number;
}

export async function unknownCounts(
  redis: RedisClient,
  { unknown, looks }: LedgerKeys,
): Promise<UnknownCounts> {
  const [count, asked, [, since]] = await Promise.all([
    redis.zcard(unknown),
    redis.zcard(looks),
    redis.zrange(unknown, '0', '0', 'WITHSCORES'),
  ]);
  const oldestSince = since === undefined ? undefined : Number(since);
  // Two lists, and one may have changed between the two questions.
  return { count, asked: Math.min(asked, count), oldestSince };
}
