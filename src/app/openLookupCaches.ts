import type { Logger } from 'pino';
import { type Config, keyringOf } from '../config.js';
import type { HistoryContext } from '../context/extractContext.js';
import { EncryptedCache } from '../history/encryptedCache.js';
import type { Identity } from '../history/identity.js';
import { LookupCache } from '../history/lookupCache.js';
import { redactedError, throttle } from '../ops/logger.js';
import { ledgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';

/** What the lookups of a deployment's workers share. */
export interface LookupCaches {
  identities: LookupCache<Identity>;
  contexts: LookupCache<HistoryContext>;
}

export function openLookupCaches(
  redis: RedisClient,
  config: Config,
  log: Logger,
  noteRedis: (error: unknown) => boolean = () => false,
): LookupCaches {
  const keyring = keyringOf(config);
  const keys = ledgerKeys(config.QUEUE_PREFIX);
  const logError = throttle((error: unknown) =>
    log.warn({ error: redactedError(error) }, 'lookups cannot be remembered; going on without'),
  );
  const onFailure = (error: unknown) => {
    if (!noteRedis(error)) logError(error);
  };
  const identities = { name: 'identity', keyOf: keys.cachedIdentity };
  const contexts = { name: 'context', keyOf: keys.cachedContext };
  return {
    identities: new LookupCache(
      new EncryptedCache<Identity>(redis, keyring, identities, onFailure),
      config.IDENTITY_CACHE_FOR,
    ),
    contexts: new LookupCache(
      new EncryptedCache<HistoryContext>(redis, keyring, contexts, onFailure),
      config.CONTEXT_CACHE_FOR,
    ),
  };
}
