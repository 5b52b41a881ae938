import type { Campaigns } from '../campaign/campaigns.js';
import type { Config } from '../config.js';
import type { NotificationProducer } from '../queue/producer.js';
import { SendingPause } from '../queue/sendingPause.js';
import { WentBackStore } from '../queue/wentBack.js';
import { WorkerRegistry } from '../queue/workerRegistry.js';
import { Recovery } from '../recovery/recovery.js';

/** On the producer's connection: closing that one is enough. */
export function openRecovery(
  config: Config,
  producer: NotificationProducer,
  campaigns: Campaigns,
): Recovery {
  const { redis, prefix, ledger, queues } = producer.store;
  return new Recovery({
    redis,
    ledger,
    audit: producer.audit,
    store: new WentBackStore(redis, prefix),
    sendingPause: new SendingPause(redis, prefix, queues),
    registry: new WorkerRegistry(redis, prefix),
    campaigns,
    defaultChannels: config.NOTIFY_CHANNELS,
  });
}
