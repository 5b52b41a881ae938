import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { redisClock } from '../redis/clock.js';
import { IntentDurability } from '../redis/intentDurability.js';
import { ledgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { ProgressWatch } from '../worker/progressWatch.js';

/** What makes sure that Redis keeps the intents of this worker, and what notices that it did not. */
export function openDurability(
  { QUEUE_PREFIX: prefix, REDIS_URL: url, INTENT_DURABILITY: wanted }: Config,
  parts: { redis: RedisClient; log: Logger; noteRedis: (error: unknown) => boolean },
): { durability: IntentDurability; progress: ProgressWatch } {
  const { redis, log } = parts;
  const progress = new ProgressWatch({ ...parts, prefix, clock: redisClock(redis, prefix) });
  const progressKey = ledgerKeys(prefix).progress;
  const durability = new IntentDurability({ url, progressKey, progress, wanted, log });
  redis.on('ready', () => durability.lookAgain());
  return { durability, progress };
}
