import type { Redis } from 'ioredis';
import type { ImportSummary } from '../../../src/campaign/campaign.js';
import type { CampaignStore } from '../../../src/campaign/campaignStore.js';
import { beginUpload, finishUpload, type NewCampaign } from '../../../src/campaign/lifecycle.js';

export const SPRING: NewCampaign = {
  id: 'spring',
  name: 'Spring sale',
  template: 'follow-up',
  templateHash: 'hash-1',
  defaults: {},
};

export function summaryOf(rows: number, changes: Partial<ImportSummary> = {}): ImportSummary {
  return {
    rows,
    rejected: 0,
    duplicates: 0,
    ignoredColumns: [],
    addressedBy: { externalContactId: 0, email: rows, phone: 0 },
    chunks: Math.ceil(rows / 500),
    finishedAt: Date.now(),
    ...changes,
  };
}

/** Uploads as many rows as the summary says; what is in the chunks is the import's business. */
export async function upload(
  store: CampaignStore,
  redis: Redis,
  id: string,
  rows: number,
): Promise<void> {
  const token = `u${rows}`;
  await store.change(id, (campaign) => beginUpload(campaign, token, Date.now()));
  const summary = summaryOf(rows);
  const key = store.keys.of(id).uploadedRows(token);
  for (let chunk = 0; chunk < summary.chunks; chunk += 1) await redis.hset(key, chunk, 'rows');
  await store.change(id, (campaign) =>
    finishUpload(campaign, { upload: token, summary }, Date.now()),
  );
}
