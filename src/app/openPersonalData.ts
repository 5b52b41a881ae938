import { ErasableRows } from '../campaign/erasedRows.js';
import { CampaignStore } from '../campaign/store.js';
import { type Config, keyringOf } from '../config.js';
import { CheckpointStore } from '../notification/checkpoint.js';
import { SearchIndex } from '../notification/searchIndex.js';
import { PrefetchStore } from '../prefetch/prefetchStore.js';
import { PersonalData } from '../privacy/personalData.js';
import { PersonRequests } from '../privacy/personRequests.js';
import type { NotificationProducer } from '../queue/producer.js';
import { ConsentDigests } from '../suppression/consentIdentity.js';
import { openSuppressions } from './openSuppressions.js';

/** What this deployment stores about people, on the producer's connection. */
export function openPersonalData(config: Config, producer: NotificationProducer): PersonalData {
  const { QUEUE_PREFIX: prefix, CAMPAIGN_RETENTION: retentionMs } = config;
  const { redis, ledger, queues } = producer.store;
  const keyring = keyringOf(config);
  const checkpoints = new CheckpointStore<unknown>(
    redis,
    prefix,
    keyring,
    config.CHECKPOINT_MAX_AGE,
  );
  return new PersonalData({
    redis,
    prefix,
    ledger,
    queues,
    index: new SearchIndex(ledger.keys, keyring, config.SEARCH_RETENTION),
    requests: new PersonRequests({ redis, ledger, keyring, checkpoints }),
    campaigns: new CampaignStore(redis, prefix, { retentionMs }),
    rows: new ErasableRows(redis, prefix, keyring),
    prefetch: new PrefetchStore(redis, prefix, keyring),
    suppressions: openSuppressions(config, redis),
    digests: new ConsentDigests(keyring, config.PLUS_ADDRESSES),
    audit: producer.audit,
    settings: { country: config.DEFAULT_COUNTRY, plusAddresses: config.PLUS_ADDRESSES },
    inboxFolder: config.CAMPAIGN_INBOX_DIR,
  });
}
