import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { costSettings } from '../../../src/app/campaignEstimates.js';
import { consentDigests, openSuppressions } from '../../../src/app/openSuppressions.js';
import type { DryRun, DryRunOptions } from '../../../src/campaign/dryRun/campaignDryRun.js';
import { EarlierSpending } from '../../../src/campaign/earlierSpending.js';
import { consentKeys } from '../../../src/redis/keys.js';
import { type Deployment, deploy } from '../../support/deployment.js';
import { everythingStored } from '../../support/everythingStored.js';
import { customersCsv, type Office, openOffice } from '../support/office.js';

let deployment: Deployment;
/** As an api that knows the platform's settings, and as one that does not. */
let office: Office;
let apart: Office;

beforeAll(async () => {
  deployment = await deploy({ env: { GENESYS_REQUESTS_PER_MINUTE: '6000' } });
  office = await openOffice(deployment.env);
  apart = await openOffice({ NOTIFY_ONLY_TO: '@example.com' });
});

beforeEach(() => {
  deployment.sandbox.requests.clear();
  deployment.sandbox.faults.clear();
});

afterAll(async () => {
  await office.close();
  await apart.close();
  await deployment.stop();
});

async function dryRun(id: string, options?: DryRunOptions, of = office): Promise<DryRun> {
  const outcome = await of.campaigns.dryRun(id, options);
  if (outcome?.kind !== 'done') throw new Error(JSON.stringify(outcome));
  return outcome.dryRun;
}

function sends(): number {
  const { sandbox } = deployment;
  const requests = ['agentless-message', 'agentless-email', 'engage'] as const;
  return requests.reduce((sum, operation) => sum + sandbox.requests.count(operation), 0);
}

describe('a dry run', () => {
  test('asks the platform nothing, sends nothing and changes nothing', async () => {
    await office.imported('quiet', customersCsv(1_100));
    const before = await everythingStored(office.prefix);
    const { rows, tried, forecast } = await dryRun('quiet');
    expect({ rows, tried }).toEqual({ rows: 1_100, tried: { web: 1_100 } });
    expect(forecast.requests).toMatchObject({ identity: 0 + 1_100, send: 1_100 });
    expect(deployment.sandbox.requests.count()).toBe(0);
    expect(await everythingStored(office.prefix)).toEqual(before);
  });

  test('counts who would be skipped or not reached, and why', async () => {
    const csv = [
      'email,phone',
      'a@example.com,',
      'b@elsewhere.example,',
      ',+15550100001',
      'c@example.com,',
      '',
    ].join('\n');
    await apart.imported('mixed', csv, { channels: ['web', 'email'] });
    const { tried, skipped } = await dryRun('mixed', {}, apart);
    expect({ tried, skipped }).toEqual({ tried: { web: 2 }, skipped: { not_allowed: 2 } });
    await office.imported('unreachable', csv, { channels: ['sms'], history: { required: false } });
    expect(await dryRun('unreachable')).toMatchObject({
      tried: { sms: 1 },
      failed: { no_channel: 3 },
    });
    await office.imported('unfindable', csv);
    expect(await dryRun('unfindable')).toMatchObject({
      tried: { web: 3 },
      skipped: { no_history: 1 },
    });
  });

  test('counts who is on the suppression list and who has reached the cap, each by its reason', async () => {
    const capped = await openOffice({ FREQUENCY_CAP: '1/7d' });
    try {
      const { redis } = capped.producer.store;
      const at = (address: string) => ({ field: 'email', address }) as const;
      const entry = { source: 'import', author: 'api:crm', at: 0 } as const;
      const list = openSuppressions(capped.config, redis);
      await list.add(at('a@example.com'), { ...entry, channels: 'all' });
      await list.add(at('b@example.com'), { ...entry, channels: ['web'] });
      const [digest] = consentDigests(capped.config).of(at('c@example.com'));
      const places = consentKeys(capped.prefix).places('campaign', digest?.toString('hex') ?? '');
      await redis.zadd(places, Date.now(), 'another-notification');
      await capped.imported(
        'consent',
        'email\nA@Example.com\nb@example.com\nc@example.com\nd@example.com\n',
      );
      expect(await dryRun('consent', {}, capped)).toMatchObject({
        tried: { web: 1, email: 1 },
        skipped: { suppressed: 1, frequency_cap: 1 },
      });
      expect((await capped.campaigns.preparation.sample('consent', 2))?.outlook).toMatchObject({
        would: 'skip',
        reason: 'suppressed',
      });
    } finally {
      await capped.close();
    }
  });

  test('shows the first, the longest and a random row as they would look, and marks what is made up', async () => {
    const csv = [
      'email,name,orderNumber,status',
      'a@example.com,Anna,A-1,Sent',
      'b@example.com,,A-2,Held back at the hub and released again',
      'c@example.com,Carl,A-3,Sent',
      '',
    ].join('\n');
    await office.imported('shown', csv, { template: 'order-update', history: { required: false } });
    const { samples } = await dryRun('shown');
    expect(samples.flatMap(({ kinds }) => kinds).sort()).toEqual(['first', 'longest', 'random']);
    const first = samples.find(({ kinds }) => kinds.includes('first'));
    const longest = samples.find(({ kinds }) => kinds.includes('longest'));
    expect(first).toMatchObject({ row: 2, recipient: { email: 'a@example.com' } });
    expect(first?.placeholders).not.toContain('customerName');
    expect(longest).toMatchObject({ row: 3, outlook: { would: 'try', channel: 'web' } });
    expect(longest?.placeholders).toContain('customerName');
    const texts = JSON.stringify(longest?.messages);
    expect(texts).toContain('[customer name]');
    expect(texts).toContain('Held back at the hub');
    const shown = longest?.messages.map(({ channel, history }) => `${channel} ${history}`);
    expect(shown).toEqual(['web true', 'web false', 'email true', 'email false']);
  });

  test('says so when the end cannot be met, and what else is running', async () => {
    await office.imported('big', customersCsv(3_000));
    await office.campaigns.start('big', {});
    const endAt = new Date(Date.now() + 60_000).toISOString();
    await office.imported('tight', customersCsv(2_500), { endAt });
    const { forecast } = await dryRun('tight');
    expect(forecast.beside).toMatchObject({ campaigns: 1, rows: 3_000 });
    expect(forecast.beside.requests).toBeGreaterThan(3_000);
    expect(forecast.endAt).toMatchObject({ at: endAt, isMet: false });
    expect(forecast.endAt?.rowsInTime).toBeLessThan(2_500);
    await office.campaigns.cancel('big', {});
  });

  test('and the status before it starts go by what earlier campaigns of the kind have spent, once there are some', async () => {
    const before = await office.imported('kind', customersCsv(300));
    const { expected } = (await dryRun('kind')).forecast;
    expect(expected).toMatchObject({ basis: 'table', detail: 'estimated from the table' });
    expect(before.progress.requestsEstimate).toEqual({
      aRow: expected.aRow,
      basis: 'table',
      detail: 'estimated from the table',
    });
    await office.imported('earlier', customersCsv(200));
    const earlier = await office.store.get('earlier');
    if (earlier === undefined) throw new Error('it was imported');
    const { redis } = office.producer.store;
    await redis.hset(office.store.keys.of('earlier').spent, 'millionths', 250_000_000);
    const { counts } = before;
    const spending = new EarlierSpending(redis, office.store.keys, costSettings(office.config));
    await spending.note(earlier, { ...counts, waiting: 0, sent: 200 }, undefined, Date.now());
    const told = (await dryRun('kind')).forecast;
    expect(told.expected).toMatchObject({ basis: 'earlier', aRow: 1.25, requests: 375 });
    expect(told.expected.detail).toMatch(/^from 200 rows of 1 earlier campaign, last on \d{4}-/);
    const view = await office.campaigns.get('kind');
    expect(view?.progress).toMatchObject({
      requestsEstimate: { basis: 'earlier', aRow: 1.25, detail: told.expected.detail },
      requestsLeft: 375,
    });
  });

  test('of a campaign without rows, or that does not exist, is none', async () => {
    await office.campaigns.create({ id: 'empty', template: 'follow-up' });
    expect(await office.campaigns.dryRun('empty')).toMatchObject({
      kind: 'refused',
      because: 'it has no rows yet; upload them first',
    });
    expect(await office.campaigns.dryRun('nothing')).toBeUndefined();
  });
});

describe('a dry run that looks customers up', () => {
  test('says first what that costs, then whom the platform knows, and sends nothing', async () => {
    const csv = 'email\ncustomer@example.com\nnewcomer@example.com\nstranger@nowhere.example\n';
    await office.imported('looked', csv);
    const costs: unknown[] = [];
    const { lookups, forecast } = await dryRun('looked', {
      lookUp: 10,
      onLookUp: (cost) => costs.push({ ...cost, already: deployment.sandbox.requests.count() }),
    });
    expect(costs).toEqual([
      { customers: 3, requests: 12, durationMs: expect.any(Number), already: 0 },
    ]);
    expect(lookups).toMatchObject({ kind: 'asked', customers: 3, notKnown: 0, reachable: 1 });
    expect(lookups).toMatchObject({ withHistory: 1 });
    expect(forecast.requests.send).toBe(1);
    const requests = deployment.sandbox.requests.count();
    expect(requests).toBeGreaterThan(3);
    expect(requests).toBeLessThanOrEqual(12 + 1);
    expect({ sends: sends(), deliveries: deployment.deliveries() }).toEqual({
      sends: 0,
      deliveries: 0,
    });
  });

  test('asks about no more customers than requested', async () => {
    await office.imported('few', customersCsv(300));
    const { lookups } = await dryRun('few', { lookUp: 5 });
    expect(lookups).toMatchObject({ kind: 'asked', customers: 5 });
    expect(deployment.sandbox.requests.count('contact-lookup')).toBe(5);
  });

  test('stops when the platform refuses every lookup, and says why', async () => {
    await office.imported('forbidden', customersCsv(40));
    deployment.sandbox.faults.define({
      endpoint: 'contact-lookup',
      kind: '403-permission',
      probability: 1,
    });
    const { lookups, forecast } = await dryRun('forbidden', { lookUp: 30 });
    expect(lookups).toMatchObject({
      kind: 'asked',
      customers: 0,
      notKnown: 30,
      notKnownBecause: [expect.stringContaining('lacks a permission')],
    });
    expect(deployment.sandbox.requests.count('contact-lookup')).toBeLessThanOrEqual(10);
    expect(forecast.requests.send).toBe(40);
  });

  test('is skipped where the platform cannot be asked, and the dry run goes on without', async () => {
    await apart.imported('blind', customersCsv(3));
    const { lookups, tried, forecast } = await dryRun('blind', { lookUp: 5 }, apart);
    expect(lookups).toMatchObject({
      kind: 'refused',
      because: expect.stringContaining('settings'),
    });
    expect(tried).toEqual({ web: 3 });
    expect(forecast.assumptions.join()).toContain('this process has none to look at');
  });
});
