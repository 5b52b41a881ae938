import { createReadStream } from 'node:fs';
import { importRows } from '#product/campaign/import/importRows.js';
import { RowStore } from '#product/campaign/rowStore.js';
import { CampaignStore } from '#product/campaign/store.js';
import { Keyring } from '#product/notification/keyring.js';
import { connectForWorking, disconnect } from '#product/redis/redisClient.js';
import { RedisMemory } from '#product/redis/serverInfo.js';
import { TemplateCatalogue } from '#product/templates/catalogue.js';
import { BENCH_SECRET } from '../harness/deployment.js';
import { actAsPart } from '../harness/part.js';
import { peakResidentBytes } from '../harness/usage.js';

export interface ImporterTask {
  redisUrl: string;
  prefix: string;
  file: string;
}

export interface Imported {
  seconds: number;
  rows: number;
  peakBytes: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Creates a campaign and imports a file into it. Reports how that went. */
actAsPart<ImporterTask, Imported>(async ({ redisUrl, prefix, file }, report) => {
  const redis = connectForWorking(redisUrl);
  const campaigns = new CampaignStore(redis, prefix, { retentionMs: DAY_MS });
  const catalogue = new TemplateCatalogue(redis, prefix);
  const { campaign } = await campaigns.create({
    id: 'bench',
    name: 'Bench',
    template: 'order-update',
    templateHash: '',
    defaults: {},
  });
  const startedAt = performance.now();
  const parts = {
    campaigns,
    catalogue,
    rows: new RowStore(redis, prefix, Keyring.parse(BENCH_SECRET)),
    memory: new RedisMemory(redis),
  };
  const result = await importRows(parts, campaign, createReadStream(file));
  const seconds = (performance.now() - startedAt) / 1_000;
  if (result.kind !== 'imported')
    throw new Error(`the import was not done: ${JSON.stringify(result)}`);
  disconnect(redis);
  report({ seconds, rows: result.summary.rows, peakBytes: peakResidentBytes() });
});
