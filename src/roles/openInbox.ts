import type { Logger } from 'pino';
import type { Campaigns } from '../campaign/campaigns.js';
import { Inbox } from '../campaign/inbox/inbox.js';
import { PickupLeases } from '../campaign/inbox/pickupLeases.js';
import { rejectedFile } from '../campaign/inbox/rejectedFile.js';
import { RowStore } from '../campaign/rowStore.js';
import type { Config } from '../config.js';
import type { NotificationProducer } from '../queue/producer.js';

/** The inbox of this deployment, if it has one; `isReady` says whether files may be picked up now. */
export function openInbox(
  config: Config,
  parts: { producer: NotificationProducer; campaigns: Campaigns; isReady(): boolean; log: Logger },
): Inbox | undefined {
  const { CAMPAIGN_INBOX_DIR: folder, QUEUE_PREFIX: prefix } = config;
  if (folder === undefined) return undefined;
  const { redis } = parts.producer.store;
  const rows = new RowStore(redis, prefix);
  return new Inbox({
    folder,
    campaigns: parts.campaigns,
    leases: new PickupLeases(redis, prefix),
    rejectedRows: (campaignId) => rejectedFile(rows, campaignId),
    isReady: parts.isReady,
    log: parts.log,
  });
}
