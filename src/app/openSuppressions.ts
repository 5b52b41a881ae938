import { type Config, keyringOf } from '../config.js';
import { redisClock } from '../redis/clock.js';
import type { RedisClient } from '../redis/redisClient.js';
import { ConsentDigests } from '../suppression/consentIdentity.js';
import { SuppressionList } from '../suppression/suppressionList.js';

/** The suppression list of this deployment, on a connection of its caller. */
export function openSuppressions(
  config: Config,
  redis: RedisClient,
  digests: ConsentDigests = consentDigests(config),
): SuppressionList {
  const { QUEUE_PREFIX: prefix } = config;
  const clock = redisClock(redis, prefix);
  return new SuppressionList(redis, prefix, digests, () => clock.now());
}

export function consentDigests(config: Config): ConsentDigests {
  return new ConsentDigests(keyringOf(config), config.PLUS_ADDRESSES);
}
