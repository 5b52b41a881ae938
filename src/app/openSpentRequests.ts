import type { Logger } from 'pino';
import { SpentRequests } from '../campaign/spentRequests.js';
import type { Config } from '../config.js';
import { redactedError, throttle } from '../ops/logger.js';
import type { RedisClock } from '../redis/clock.js';
import { campaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';

/** What counts, in this process, for which campaign requests to the platform were made. */
export function openSpentRequests(
  config: Config,
  parts: {
    redis: RedisClient;
    clock: RedisClock;
    log: Logger;
    noteRedis: (error: unknown) => boolean;
  },
): SpentRequests {
  const { redis, clock, log, noteRedis } = parts;
  const logUncounted = throttle((error: unknown) =>
    log.warn(
      { error: redactedError(error) },
      'the requests of campaigns cannot be counted now; they are counted later',
    ),
  );
  return new SpentRequests(redis, campaignKeys(config.QUEUE_PREFIX), {
    keepMs: config.CAMPAIGN_RETENTION,
    now: () => clock.now(),
    onError: (error) => {
      if (!noteRedis(error)) logUncounted(error);
    },
  });
}
