import { Readable } from 'node:stream';
import { pino } from 'pino';
import { openCampaigns, openProducer } from '../../../src/app/openProducer.js';
import type { CampaignImport, Campaigns } from '../../../src/campaign/campaigns.js';
import type { CampaignView } from '../../../src/campaign/campaignView.js';
import { RowStore } from '../../../src/campaign/rowStore.js';
import { CampaignStore } from '../../../src/campaign/store.js';
import { type Config, loadConfig } from '../../../src/config.js';
import { Keyring } from '../../../src/notification/keyring.js';
import type { NotificationProducer } from '../../../src/queue/producer.js';
import {
  loadTemplates,
  publishTemplates,
  templatesDir,
} from '../../../src/templates/loadTemplates.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../../support/redis.js';

/** Where campaigns are made, as an api has it, without a worker at work on them. */
export interface Office {
  prefix: string;
  config: Config;
  producer: NotificationProducer;
  campaigns: Campaigns;
  store: CampaignStore;
  rows: RowStore;
  /** A campaign with these rows, ready to be started. */
  imported(id: string, csv: string, changes?: object): Promise<CampaignView>;
  close(): Promise<void>;
}

export const SILENT = pino({ level: 'silent' });

export async function openOffice(env: Record<string, string> = {}): Promise<Office> {
  const own = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: freshPrefix() };
  const loaded = loadConfig({ ...own, ...env }, 'api');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const prefix = config.QUEUE_PREFIX;
  const producer = openProducer(config);
  await new Promise<void>((resolve) => producer.onConnect(resolve));
  const templates = await loadTemplates(templatesDir(config));
  await publishTemplates(producer.catalogue, templates, config.NOTIFY_CHANNELS);
  const campaigns = openCampaigns(config, producer);
  const { redis } = producer.store;
  return {
    prefix,
    config,
    producer,
    campaigns,
    store: new CampaignStore(redis, prefix, { retentionMs: config.CAMPAIGN_RETENTION }),
    rows: new RowStore(redis, prefix, Keyring.forDevelopment()),
    async imported(id, csv, changes) {
      const created = await campaigns.create({ id, template: 'follow-up', ...changes });
      if (created.kind !== 'created') throw new Error(JSON.stringify(created));
      return viewOf(await campaigns.importRows(id, Readable.from([csv], { objectMode: false })));
    },
    async close() {
      await producer.close();
      await flushPrefix(prefix);
    },
  };
}

function viewOf(outcome: CampaignImport | undefined): CampaignView {
  if (outcome?.kind !== 'imported') throw new Error(JSON.stringify(outcome));
  return outcome.campaign;
}

/** A CSV of so many customers by email. */
export function customersCsv(count: number, first = 1): string {
  const lines = Array.from(
    { length: count },
    (_, at) => `customer${first + at}@example.com,C ${at}`,
  );
  return ['email,name', ...lines, ''].join('\n');
}
