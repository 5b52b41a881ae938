import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Visitor } from '../dashboard/support/visitor.js';
import { startTestApi, stopApisAfterAll, type TestApi } from './support/api.js';
import { upload } from './support/campaigns.js';

stopApisAfterAll();

const folder = mkdtempSync(join(tmpdir(), 'templates-'));
const TEMPLATE = { 'email.subject': 'News', 'email.html': '<p>News</p>', 'email.text': 'News' };
let api: TestApi;

beforeAll(async () => {
  mkdirSync(join(folder, 'news'));
  writeFileSync(join(folder, 'news', 'template.json'), '{"description":"News"}');
  for (const [part, text] of Object.entries(TEMPLATE)) {
    writeFileSync(join(folder, 'news', `${part}.liquid`), text);
  }
  api = await startTestApi({
    TEMPLATES_DIR: folder,
    PUBLIC_URL: 'https://notifier.example.com',
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const campaign = (id: string, more: object = {}) =>
  api.call('POST', '/v1/campaigns', { id, template: 'news', ...more });

async function campaignWithRow(id: string, more: object = {}): Promise<void> {
  expect((await campaign(id, more)).status).toBe(201);
  await upload(api, id, 'email\ncustomer@example.com\n');
}

test('a campaign whose emails customers cannot stop starts with a reason only, which the audit has', async () => {
  await campaignWithRow('recall');
  const start = (body?: object) => api.call('POST', '/v1/campaigns/recall/start', body);
  expect(await start()).toMatchObject({
    status: 409,
    body: {
      needs: 'no-unsubscribe',
      detail: expect.stringMatching(/unsubscribeUrl.*\{"noUnsubscribe": "…"\}/),
    },
  });
  expect(await start({ noUnsubscribe: ' ' })).toMatchObject({ status: 422 });
  const noUnsubscribe = 'A recall: the law wants it';
  expect(await start({ noUnsubscribe })).toMatchObject({
    status: 200,
    body: { state: 'running', noUnsubscribe },
  });
  const { body } = await api.call('GET', '/v1/audit?what=campaign.start');
  expect(body['entries']).toContainEqual(
    expect.objectContaining({ detail: expect.stringContaining(noUnsubscribe), outcome: 'done' }),
  );
});

test('the console asks for the reason beside the button, and starts nothing without it', async () => {
  await campaignWithRow('console');
  const visitor = new Visitor(api.url);
  const page = async () => (await visitor.open('/campaigns/console')).text();
  const start = async (changes: Record<string, string>) => {
    const text = await page();
    const hidden = (name: string) =>
      text
        .split('<form')
        .findLast((form) => form.includes('name="recipients"'))
        ?.match(new RegExp(`name="${name}" value="([^"]+)"`))?.[1] ?? '';
    const form = { once: hidden('once'), importedAt: hidden('importedAt'), recipients: '1' };
    return visitor.submit('/campaigns/console/start', { ...form, ...changes });
  };
  expect(await page()).toContain('name="noUnsubscribe"');
  const refused = await start({});
  expect([refused.status, await refused.text()]).toEqual([
    409,
    expect.stringContaining('has no {{ unsubscribeUrl }}'),
  ]);
  expect((await start({ noUnsubscribe: 'A recall' })).status).toBe(303);
  const { body } = await api.call('GET', '/v1/campaigns/console');
  expect(body).toMatchObject({ state: 'running', noUnsubscribe: 'A recall' });
});

test('a campaign that starts by itself is not made without the reason', async () => {
  const startAt = new Date(Date.now() + 3_600_000).toISOString();
  expect(await campaign('later', { startAt })).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'noUnsubscribe' }] },
  });
  await campaignWithRow('later', { startAt, noUnsubscribe: 'A recall' });
});

test('a campaign over other channels needs neither link nor reason', async () => {
  writeFileSync(join(folder, 'news', 'sms.liquid'), 'News');
  const own = await startTestApi({
    TEMPLATES_DIR: folder,
    PUBLIC_URL: 'https://notifier.example.com',
  });
  const bySms = { id: 'sms', template: 'news', channels: ['sms'] };
  await own.call('POST', '/v1/campaigns', bySms);
  await upload(own, 'sms', 'phone\n+4915112345678\n');
  expect(await own.call('POST', '/v1/campaigns/sms/start')).toMatchObject({ status: 200 });
  await own.stop();
});

test('without PUBLIC_URL there are no links, and no reason is asked for', async () => {
  const own = await startTestApi({ TEMPLATES_DIR: folder });
  await own.call('POST', '/v1/campaigns', { id: 'old', template: 'news' });
  await upload(own, 'old', 'email\ncustomer@example.com\n');
  expect(await own.call('POST', '/v1/campaigns/old/start')).toMatchObject({ status: 200 });
  await own.stop();
});
