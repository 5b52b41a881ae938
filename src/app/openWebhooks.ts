import type { Logger } from 'pino';
import { type Config, keyringOf } from '../config.js';
import { EventFeed } from '../events/eventFeed.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Ledger } from '../notification/ledger.js';
import type { NotificationProducer } from '../queue/producer.js';
import type { RedisClient } from '../redis/redisClient.js';
import { WebhookSender } from '../webhooks/webhookSender.js';
import { WebhookStore } from '../webhooks/webhookStore.js';
import { webhookSummary } from '../webhooks/webhookSummary.js';
import { Webhooks } from '../webhooks/webhooks.js';

/** What people and programs do with webhooks, on the producer's connection. */
export function openWebhooks(config: Config, producer: NotificationProducer): Webhooks {
  const { redis, prefix, ledger } = producer.store;
  return new Webhooks({
    redis,
    prefix,
    store: new WebhookStore(redis, prefix, keyringOf(config)),
    feed: new EventFeed({ redis, ledger }),
    audit: producer.audit,
    allowPrivate: config.WEBHOOKS_ALLOW_PRIVATE === 'on',
  });
}

/** What delivers events to webhooks in this process, while it has the lease. */
export function openWebhookSender(
  config: Config,
  parts: {
    redis: RedisClient;
    ledger: Ledger;
    metrics: Metrics;
    log: Logger;
    noteRedis: (error: unknown) => boolean;
  },
): WebhookSender {
  const { redis, ledger, metrics } = parts;
  const store = new WebhookStore(redis, config.QUEUE_PREFIX, keyringOf(config));
  const feed = new EventFeed({ redis, ledger });
  metrics.watchWebhooks(() => webhookSummary(store, feed));
  return new WebhookSender({
    ...parts,
    store,
    feed,
    now: () => ledger.clock.now(),
    poster: { allowPrivate: config.WEBHOOKS_ALLOW_PRIVATE === 'on' },
    onDelivery: metrics.countWebhookDelivery,
  });
}
