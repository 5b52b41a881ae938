import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { Keyring } from '../notification/bodyHash.js';
import { ledgerKeys } from '../notification/keys.js';
import type { RedisClient } from '../notification/redisScripts.js';
import { SealedCache } from '../notification/sealedCache.js';
import { errorLabel } from '../ops/errorLabel.js';
import { throttled } from '../ops/throttled.js';
import type { HistoryContext } from '../pipeline/context/extractContext.js';
import type { Identity } from '../pipeline/identity.js';
import { LookupCache } from '../pipeline/lookupCache.js';

/** What the lookups of a deployment's workers share. */
export interface LookupCaches {
  identities: LookupCache<Identity>;
  contexts: LookupCache<HistoryContext>;
}

/** What customer data is sealed with. Without a secret, Redis is on this machine alone. */
export function keyringOf({ NOTIFIER_SECRET: secret }: Config): Keyring {
  return secret === undefined ? Keyring.forDevelopment() : Keyring.parse(secret);
}

export function openLookupCaches(
  redis: RedisClient,
  config: Config,
  log: Logger,
  noteRedis: (error: unknown) => boolean = () => false,
): LookupCaches {
  const keyring = keyringOf(config);
  const keys = ledgerKeys(config.QUEUE_PREFIX);
  const logError = throttled((error: unknown) =>
    log.warn({ error: errorLabel(error) }, 'lookups cannot be remembered; going on without'),
  );
  const onFailure = (error: unknown) => {
    if (!noteRedis(error)) logError(error);
  };
  const identities = { name: 'identity', keyOf: keys.cachedIdentity };
  const contexts = { name: 'context', keyOf: keys.cachedContext };
  return {
    identities: new LookupCache(
      new SealedCache<Identity>(redis, keyring, identities, onFailure),
      config.IDENTITY_CACHE_FOR,
    ),
    contexts: new LookupCache(
      new SealedCache<HistoryContext>(redis, keyring, contexts, onFailure),
      config.CONTEXT_CACHE_FOR,
    ),
  };
}
