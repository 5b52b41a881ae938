import type { AuditLogOptions } from '../audit/auditLog.js';
import { Campaigns } from '../campaign/campaigns.js';
import { RowStore } from '../campaign/rowStore.js';
import { CampaignStore } from '../campaign/store.js';
import { type Config, keyringOf, linkBaseOf } from '../config.js';
import type { LedgerObserver } from '../notification/ledger.js';
import { PrefetchHold } from '../prefetch/prefetchHold.js';
import { NotificationProducer } from '../queue/producer.js';
import { CampaignEstimates } from './campaignEstimates.js';

/** The campaigns of this deployment, on the producer's connection: closing that one is enough. */
export function openCampaigns(config: Config, producer: NotificationProducer): Campaigns {
  const { QUEUE_PREFIX: prefix, CAMPAIGN_RETENTION: retentionMs, EVENTS_MAX: eventsMax } = config;
  const { acceptor, catalogue, notifications, operations } = producer;
  const { redis, ledger, backlog } = producer.store;
  return new Campaigns({
    redis,
    store: new CampaignStore(redis, prefix, { retentionMs, eventsMax }),
    rows: new RowStore(redis, prefix, keyringOf(config)),
    catalogue,
    ledger,
    acceptor,
    notifications,
    backlog,
    audit: producer.audit,
    operations,
    country: config.DEFAULT_COUNTRY,
    asksForLink: linkBaseOf(config) !== undefined,
    deliveryCheckAfterMs: config.DELIVERY_CHECK_AFTER,
    prefetch: new PrefetchHold(redis, prefix),
    estimates: new CampaignEstimates(config, { redis, catalogue }),
  });
}

/** The producer of this deployment, as its configuration says. */
export function openProducer(
  config: Config,
  observe?: LedgerObserver,
  observeAudit?: AuditLogOptions['observe'],
): NotificationProducer {
  return new NotificationProducer({
    redisUrl: config.REDIS_URL,
    prefix: config.QUEUE_PREFIX,
    observe,
    backlogMax: config.BACKLOG_MAX,
    ledgerRetentionMs: config.LEDGER_RETENTION,
    requestRetentionMs: config.REQUEST_RETENTION,
    searchRetentionMs: config.SEARCH_RETENTION,
    defaultCountry: config.DEFAULT_COUNTRY,
    secret: config.NOTIFIER_SECRET,
    auditRetentionMs: config.AUDIT_RETENTION,
    eventsMax: config.EVENTS_MAX,
    observeAudit,
  });
}
