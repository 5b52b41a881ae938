import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { CampaignView } from '../../src/campaign/campaignView.js';
import type { RetryRequest } from '../../src/campaign/retryRows.js';
import { ledgerKeys } from '../../src/redis/keys.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { customersCsv, type Office, openOffice } from './support/office.js';

let deployment: Deployment;
let office: Office;

beforeAll(async () => {
  deployment = await deploy();
  office = await openOffice(deployment.env);
  await deployment.startWorker();
});

beforeEach(() => {
  deployment.sandbox.faults.clear();
  deployment.sandbox.deliveries.clear();
});

afterAll(async () => {
  await office.close();
  await deployment.stop();
});

async function completed(id: string): Promise<CampaignView> {
  for (;;) {
    const view = await office.campaigns.get(id);
    if (view?.state === 'completed') return view;
    await pause(50);
  }
}

/** A campaign of which so many rows are answered with this fault, and the others are sent. */
async function run(id: string, rows: number, kind: '400' | '500-after', count: number) {
  deployment.sandbox.faults.define({ endpoint: 'agentless-email', kind, count });
  await office.imported(id, customersCsv(rows), {
    channels: ['email'],
    history: { required: false },
  });
  await office.campaigns.start(id, {});
  return completed(id);
}

async function retry(id: string, request: RetryRequest) {
  const outcome = await office.campaigns.retry(id, request);
  if (outcome?.kind !== 'retried') throw new Error(JSON.stringify(outcome));
  return outcome.report;
}

describe('a retry', () => {
  test('sends what surely was not sent, opens the campaign for it, and sends nothing else', async () => {
    const { counts } = await run('refused', 5, '400', 2);
    expect(counts).toMatchObject({ sent: 3, failed: 2 });
    expect(await retry('refused', { states: ['failed'] })).toMatchObject({
      retried: 2,
      refused: [],
      campaign: { state: 'running' },
    });
    expect((await completed('refused')).counts).toMatchObject({ sent: 5, failed: 0 });
    const addresses = deployment.sandbox.deliveries.list().map((sent) => JSON.stringify(sent));
    expect(addresses).toHaveLength(5);
  });

  test('that is repeated finds nothing left to do, and leaves the campaign completed', async () => {
    const again = await retry('refused', { states: ['failed', 'expired'] });
    expect(again).toMatchObject({ retried: 0, refused: [], campaign: { state: 'completed' } });
  });

  test('leaves alone what may have arrived', async () => {
    const { counts } = await run('doubtful', 3, '500-after', 1);
    expect(counts).toMatchObject({ sent: 2, unknown: 1 });
    const report = await retry('doubtful', { states: ['failed', 'expired', 'undelivered'] });
    expect(report).toMatchObject({ retried: 0, refused: [] });
    expect(deployment.deliveries()).toBe(3);
  });

  test('names each row that cannot be tried again, and why', async () => {
    await run('gone', 4, '400', 4);
    const { redis } = office.producer.store;
    await redis.del(ledgerKeys(office.prefix).request('gone.2'));
    await redis.del(ledgerKeys(office.prefix).record('gone.3'));
    const { retried, refused } = await retry('gone', { states: ['failed'] });
    expect(retried).toBe(2);
    expect(refused).toEqual([
      { row: 2, id: 'gone.2', state: 'failed', because: 'request_gone' },
      { row: 3, id: 'gone.3', state: 'forgotten', because: 'forgotten' },
    ]);
    await completed('gone');
  });

  test('keeps to the end of the campaign, and is refused after that unless it is given a time', async () => {
    const endAt = Date.now() + 3_600_000;
    deployment.sandbox.faults.define({ endpoint: 'agentless-email', kind: '400', count: 1 });
    await office.imported('ending', customersCsv(1), {
      channels: ['email'],
      history: { required: false },
      endAt: new Date(endAt).toISOString(),
    });
    await office.campaigns.start('ending', {});
    await completed('ending');
    await retry('ending', { states: ['failed'] });
    const view = await deployment.reaches('ending.2', 'sent');
    expect(Date.parse(view.deadline)).toBe(endAt);
    await completed('ending');
    await office.store.change('ending', (seen) => ({
      result: undefined,
      next: { ...seen, endAt: Date.now() - 1_000 },
    }));
    expect(await office.campaigns.retry('ending', { states: ['failed'] })).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('say until when'),
    });
    const until = Date.now() + 60_000;
    expect(await retry('ending', { states: ['failed'], until })).toMatchObject({ retried: 0 });
  });

  test('is refused where nothing was started, and where all was cancelled', async () => {
    await office.imported('idle', customersCsv(2));
    const because = async () => {
      const outcome = await office.campaigns.retry('idle', { states: ['failed'] });
      return outcome?.kind === 'refused' ? outcome.because : outcome;
    };
    expect(await because()).toBe('it has not been started');
    await office.campaigns.cancel('idle', {});
    expect(await because()).toContain('it is cancelled');
  });
});
