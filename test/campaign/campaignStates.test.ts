import { afterAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { openCampaignStates } from '../../src/campaign/campaignStates.js';
import { pause, start } from '../../src/campaign/lifecycle.js';
import { RowStore } from '../../src/campaign/rowStore.js';
import { CampaignStore } from '../../src/campaign/store.js';
import { Keyring } from '../../src/notification/keyring.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { numberedRows, SPRING, upload } from './support/campaigns.js';

describe('the counts of campaigns that have not ended', () => {
  const prefix = freshPrefix();
  const redis = new Redis(testRedisUrl());
  const store = new CampaignStore(redis, prefix, { retentionMs: 1_000_000 });
  const rows = new RowStore(redis, prefix, Keyring.forDevelopment());

  afterAll(async () => {
    await flushPrefix(prefix);
    await redis.quit();
  });

  async function running(id: string): Promise<void> {
    await store.create({ ...SPRING, id });
    await upload(store, rows, id, numberedRows(2));
    await store.change(id, (campaign) => start(campaign, { templateHash: 'hash' }, Date.now()));
  }

  const halt = (id: string, judged?: { tried: number; failed: number; unknown: number }) =>
    store.change(id, (campaign) => pause(campaign, { reason: 'x', judged }, Date.now()));

  test('tell those that the product has paused from those that a person has, and are kept for a moment', async () => {
    await store.create({ ...SPRING, id: 'importing' });
    for (const id of ['running', 'by-person', 'by-itself']) await running(id);
    await halt('by-person');
    await halt('by-itself', { tried: 10, failed: 9, unknown: 0 });
    const read = openCampaignStates(store);
    const counts = {
      states: { importing: 1, ready: 0, running: 1, paused: 2 },
      pausedByItself: 1,
    };
    expect(await read()).toEqual(counts);
    await running('later');
    expect(await read()).toEqual(counts);
    expect((await openCampaignStates(store)()).states.running).toBe(2);
  });
});
