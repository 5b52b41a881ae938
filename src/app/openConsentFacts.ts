import type { Config } from '../config.js';
import { redisClock } from '../redis/clock.js';
import type { RedisClient } from '../redis/redisClient.js';
import { Consent } from '../suppression/consent.js';
import { consentDigests, openSuppressions } from './openSuppressions.js';

/** What suppression list and frequency cap say of a recipient, on a connection of its caller. */
export function openConsentFacts(config: Config, redis: RedisClient): Consent {
  const { QUEUE_PREFIX: prefix, FREQUENCY_CAP: caps = {} } = config;
  const digests = consentDigests(config);
  const list = openSuppressions(config, redis, digests);
  const clock = redisClock(redis, prefix);
  return new Consent({ redis, prefix, digests, list, caps, now: () => clock.now() });
}
