import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { deliveryChecksOf } from '../delivery/deliveryChecks.js';
import { DeliveryIndex } from '../delivery/deliveryIndex.js';
import { DeliveryPoller } from '../delivery/deliveryPoller.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { Ledger } from '../notification/ledger.js';
import { hasNextChannel } from '../pipeline/nextChannel.js';
import type { TemplateStore } from '../pipeline/prepare.js';
import type { Queues } from '../queue/jobs.js';
import type { RedisClient } from '../redis/redisClient.js';

/** What finds out in this process if sent messages arrived, beside the checks of single ones. */
export function openDelivery(
  config: Config,
  parts: {
    redis: RedisClient;
    ledger: Ledger;
    queues: Queues;
    client: GenesysClient;
    templates: TemplateStore;
    log: Logger;
    noteRedis: (error: unknown) => boolean;
  },
): { start(): void; stop(): Promise<void> } {
  const { redis, ledger, templates } = parts;
  const poller = new DeliveryPoller({
    ...parts,
    index: new DeliveryIndex(redis, ledger.keys),
    checkAfterMs: config.DELIVERY_CHECK_AFTER,
    hasNextChannel: async (record) =>
      hasNextChannel(record, await ledger.readRequest(record.id), {
        templates,
        defaultChannels: config.NOTIFY_CHANNELS,
      }),
  });
  return {
    start: () => {
      if (deliveryChecksOf(config) === 'together') poller.start();
    },
    stop: () => poller.stop(),
  };
}
