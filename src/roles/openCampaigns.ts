import { CampaignStore } from '../campaign/campaignStore.js';
import { Campaigns } from '../campaign/campaigns.js';
import { RowStore } from '../campaign/rowStore.js';
import type { Config } from '../config.js';
import type { NotificationProducer } from '../queue/producer.js';
import { CampaignProspects } from './campaignProspects.js';

/** The campaigns of this deployment, on the producer's connection: closing that one is enough. */
export function openCampaigns(config: Config, producer: NotificationProducer): Campaigns {
  const { QUEUE_PREFIX: prefix, CAMPAIGN_RETENTION: retentionMs } = config;
  const { catalogue, notifications, operations } = producer;
  const { redis, ledger, backlog } = producer.store;
  return new Campaigns({
    redis,
    store: new CampaignStore(redis, prefix, { retentionMs }),
    rows: new RowStore(redis, prefix),
    catalogue,
    ledger,
    notifications,
    backlog,
    operations,
    country: config.DEFAULT_COUNTRY,
    deliveryCheckAfterMs: config.DELIVERY_CHECK_AFTER,
    foresight: new CampaignProspects(config, { redis, catalogue }),
  });
}
