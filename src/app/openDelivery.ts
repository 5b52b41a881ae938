import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { deliveryChecksOf } from '../delivery/deliveryChecks.js';
import { DeliveryIndex } from '../delivery/deliveryIndex.js';
import { DeliveryPoller } from '../delivery/deliveryPoller.js';
import { UndeliveredListener } from '../delivery/undeliveredListener.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { SILENT_AFTER_MS } from '../genesys/notificationSocket.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Ledger } from '../notification/ledger.js';
import { hasNextChannel } from '../pipeline/nextChannel.js';
import type { TemplateStore } from '../pipeline/prepare.js';
import type { Queues } from '../queue/jobs.js';
import { ListenerStatusStore } from '../queue/listenerStatus.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { LearnedSuppressions } from '../suppression/learnedSuppressions.js';

/** What finds out in this process if sent messages arrived, beside the checks of single ones. */
export function openDelivery(
  config: Config,
  parts: {
    redis: RedisClient;
    ledger: Ledger;
    queues: Queues;
    client: GenesysClient;
    templates: TemplateStore;
    learned: LearnedSuppressions;
    metrics: Metrics;
    log: Logger;
    noteRedis: (error: unknown) => boolean;
    /** How long a socket may be silent (ms); for testing in less time. */
    silentAfterMs?: number;
  },
): { start(): void; stop(): Promise<void> } {
  const { redis, ledger, templates, metrics, silentAfterMs } = parts;
  const { GENESYS_WEB_DEPLOYMENT_ID: deploymentId, DELIVERY_CHECK_AFTER: checkAfterMs } = config;
  const index = new DeliveryIndex(redis, ledger.keys);
  const poller = new DeliveryPoller({
    ...parts,
    index,
    checkAfterMs,
    hasNextChannel: async (record) =>
      hasNextChannel(record, await ledger.readRequest(record.id), {
        templates,
        defaultChannels: config.NOTIFY_CHANNELS,
      }),
  });
  const listener =
    deploymentId === undefined
      ? undefined
      : new UndeliveredListener({
          ...parts,
          keys: ledger.keys,
          clock: ledger.clock,
          index,
          status: new ListenerStatusStore(redis, config.QUEUE_PREFIX),
          deploymentId,
          checkAfterMs,
          silentAfterMs: silentAfterMs ?? SILENT_AFTER_MS,
          onEvent: metrics.countUndeliveredEvent,
        });
  return {
    start: () => {
      if (deliveryChecksOf(config) !== 'together') return;
      poller.start();
      listener?.start();
    },
    stop: async () => {
      await Promise.all([poller.stop(), listener?.stop()]);
    },
  };
}
