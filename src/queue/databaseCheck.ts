import { Redis } from 'ioredis';
import type { RedisClient } from '../notification/redisScripts.js';

const verified = new WeakSet<RedisClient>();

/**
 * Makes sure that commands go to the database that the URL selects. The client goes on in database 0
 * when Redis refuses the selection, and notifications would lie where nothing looks for them.
 *
 * Rejects with Redis' refusal.
 */
export async function verifyDatabase(redis: RedisClient): Promise<void> {
  if (verified.has(redis)) return;
  const database = redis instanceof Redis ? (redis.options.db ?? 0) : 0;
  if (redis instanceof Redis && database !== 0) await redis.select(database);
  verified.add(redis);
}
