import type { Config } from '../config.js';
import type { Metrics } from '../ops/metrics.js';
import { NotificationProducer } from '../queue/producer.js';

/** The producer of this deployment, as its configuration says. */
export function openProducer(config: Config, metrics?: Metrics): NotificationProducer {
  return new NotificationProducer({
    redisUrl: config.REDIS_URL,
    prefix: config.QUEUE_PREFIX,
    ...(metrics !== undefined && { observe: metrics.countStep }),
    backlogMax: config.BACKLOG_MAX,
    ledgerRetentionMs: config.LEDGER_RETENTION,
    requestRetentionMs: config.REQUEST_RETENTION,
    ...(config.DEFAULT_COUNTRY !== undefined && { defaultCountry: config.DEFAULT_COUNTRY }),
    ...(config.NOTIFIER_SECRET !== undefined && { secret: config.NOTIFIER_SECRET }),
  });
}
