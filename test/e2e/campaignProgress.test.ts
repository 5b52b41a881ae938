import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCampaigns } from '../../src/app/openProducer.js';
import type { CampaignView } from '../../src/campaign/campaignView.js';
import type { NewCampaign } from '../../src/campaign/lifecycle.js';
import { RowStore } from '../../src/campaign/rowStore.js';
import { CampaignStore } from '../../src/campaign/store.js';
import { Keyring } from '../../src/notification/keyring.js';
import { launch, SPRING, upload } from '../campaign/support/campaigns.js';
import { type Deployment, deploy } from '../support/deployment.js';

const ROWS = 60;

describe('a campaign of which every third web message does not arrive and falls back to email', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await deploy({ sandbox: { deliveryDelayMs: 200 } });
  });
  afterAll(() => deployment.stop());

  test('never takes an ended row back, and has ended exactly when every row has', async () => {
    const { producer, sandbox } = deployment;
    const { redis, prefix } = producer.store;
    const store = new CampaignStore(redis, prefix, { retentionMs: 600_000 });
    const campaigns = openCampaigns(deployment.config(), producer);
    await deployment.startWorker();
    const template = await producer.catalogue.find('follow-up');
    const rows = sandbox.generateCustomers(ROWS).map(({ id, email }, at) => ({
      number: at + 2,
      row: { recipient: { externalContactId: id, email: email ?? `guest${at}@example.net` } },
    }));
    const settings: Partial<NewCampaign> = {
      templateHash: template?.hash ?? 'none',
      defaults: { channels: ['web', 'email'], history: { required: false } },
    };
    await launch(store, new RowStore(redis, prefix, Keyring.forDevelopment()), rows, settings);

    const seen: CampaignView[] = [];
    while (seen.at(-1)?.state !== 'completed') {
      const view = await campaigns.get('spring');
      if (view !== undefined) seen.push(view);
      await delay(10);
    }
    const ended = seen.map(({ progress }) => progress.ended);
    expect(ended).toEqual([...ended].sort((a, b) => a - b));
    expect(seen.at(-1)?.progress).toMatchObject({ rows: ROWS, ended: ROWS });
    // It was so that some were sent, had not ended, and were sent again by email.
    const awaiting = seen.map(({ progress }) => progress.awaitingDelivery ?? 0);
    expect(Math.max(...awaiting)).toBeGreaterThan(0);
    expect(sandbox.requests.count('agentless-email')).toBeGreaterThan(ROWS / 4);
    for (const { progress, counts } of seen) {
      expect(progress.ended + (progress.awaitingDelivery ?? 0)).toBeLessThanOrEqual(ROWS);
      expect(counts.waiting + progress.ended).toBeLessThanOrEqual(ROWS);
    }

    // All that was asked of the platform was for these rows, but for logging in and listening.
    const {
      login: _login,
      'channel-create': _channel,
      'subscriptions-replace': _topic,
      ...forRows
    } = sandbox.requests.countByOperation();
    const asked = Object.values(forRows).reduce((sum, count) => sum + count, 0);
    const spent = async () => (await campaigns.get('spring'))?.progress;
    while (((await spent())?.requestsSpent ?? 0) < asked) await delay(20);
    expect(await spent()).toMatchObject({
      requestsSpent: asked,
      requestsARow: Math.round((asked / ROWS) * 100) / 100,
    });

    // What it has spent is what the next of its kind is expected to spend.
    await store.create({ ...SPRING, ...settings, id: 'summer' });
    await upload(store, new RowStore(redis, prefix, Keyring.forDevelopment()), 'summer', rows);
    const outcome = await campaigns.dryRun('summer');
    if (outcome?.kind !== 'done') throw new Error(JSON.stringify(outcome));
    const { expected } = outcome.dryRun.forecast;
    expect(expected).toMatchObject({ basis: 'earlier' });
    expect(expected.detail).toMatch(/^from 60 rows of 1 earlier campaign/);
    // What was asked in the second before its end may not have been counted then.
    expect(expected.requests).toBeGreaterThan(ROWS);
    expect(expected.requests).toBeLessThanOrEqual(asked);
  });
});
