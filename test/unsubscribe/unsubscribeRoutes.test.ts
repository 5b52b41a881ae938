import { beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { openSuppressions } from '../../src/app/openSuppressions.js';
import type { Suppression } from '../../src/suppression/suppression.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { startPrivateRedis } from '../support/redis.js';
import { linkAt } from './support.js';

stopApisAfterAll();

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let api: TestApi;
let customers = 0;

beforeAll(async () => {
  api = await startTestApi({ GENESYS_EMAIL_FROM_NAME: 'Example Care' });
});

/** A customer of whom nothing is stored yet. */
function customer() {
  customers += 1;
  return { email: `customer-${customers}@example.com`, phone: `+49151123456${9 + customers}` };
}

async function entryOf(field: 'email' | 'phone', address: string) {
  const redis = new Redis(api.config.REDIS_URL);
  try {
    return await openSuppressions(api.config, redis).find({ field, address });
  } finally {
    redis.disconnect();
  }
}

async function pageOf(response: Response) {
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

async function visit(url: string, init: RequestInit = {}) {
  return pageOf(await fetch(url, init));
}

async function audited(): Promise<unknown[]> {
  const { body } = await api.call('GET', '/v1/audit?what=unsubscribe&limit=100');
  return body['entries'] as unknown[];
}

const BY_LINK = { source: 'unsubscribe', author: 'unsubscribe' } satisfies Partial<Suppression>;

describe('the page to unsubscribe', () => {
  test('is read by a mail scanner as often as it likes, and stops nothing', async () => {
    const to = customer();
    const url = linkAt(api, to);
    const before = await api.storedKeys();
    for (const method of ['GET', 'HEAD', 'GET']) {
      expect((await visit(url, { method })).status).toBe(200);
    }
    expect(await entryOf('email', to.email)).toBeUndefined();
    expect(await api.storedKeys()).toEqual(before);
  });

  test('says whose messages stop, in the language that is asked for, and may not be kept or framed', async () => {
    const { status, headers, text } = await visit(linkAt(api, customer()), {
      headers: { 'accept-language': 'de-DE,de;q=0.9' },
    });
    expect(status).toBe(200);
    expect(text).toMatch(/<html lang="de">.*Nachrichten von <bdi>Example Care<\/bdi> abbestellen/s);
    expect(text).not.toMatch(/example\.com|<script|http/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors/);
    expect(headers.get('set-cookie')).toBeNull();
  });

  test('stops all messages under every address that the message knew, at a press of the button', async () => {
    const to = customer();
    const body = 'scope=all';
    const { status, text } = await visit(linkAt(api, to), { method: 'POST', headers: FORM, body });
    expect([status, text]).toEqual([200, expect.stringMatching(/role="status".*no more/s)]);
    for (const found of [await entryOf('email', to.email), await entryOf('phone', to.phone)]) {
      expect(found).toMatchObject({ ...BY_LINK, channels: 'all' });
      expect(found?.until).toBeUndefined();
    }
  });

  test('stops emails alone where that was chosen', async () => {
    const to = customer();
    const body = 'scope=only';
    const { text } = await visit(linkAt(api, to), { method: 'POST', headers: FORM, body });
    expect(text).toContain('no more automatic emails');
    const channels = ['email', 'engage'];
    expect(await entryOf('email', to.email)).toMatchObject({ ...BY_LINK, channels });
    expect(await entryOf('phone', to.phone)).toBeUndefined();
  });

  test.each([
    ['a form', { headers: FORM, body: 'List-Unsubscribe=One-Click' }],
    ['parts', { body: oneClickParts() }],
    ['nothing', {}],
  ])('stops all by the one click of RFC 8058, sent as %s', async (_title, init) => {
    const to = customer();
    expect((await visit(linkAt(api, to), { method: 'POST', ...init })).status).toBe(200);
    expect(await entryOf('email', to.email)).toMatchObject({ ...BY_LINK, channels: 'all' });
  });

  test('is in the audit once for each change, by digests and without any address', async () => {
    const to = customer();
    const before = (await audited()).length;
    for (let press = 0; press < 3; press += 1) {
      await visit(linkAt(api, to), { method: 'POST', headers: FORM, body: 'scope=all' });
    }
    const entries = await audited();
    expect(entries).toHaveLength(before + 1);
    expect(entries[0]).toMatchObject({ who: 'unsubscribe', from: 'link', outcome: 'done' });
    const stored = JSON.stringify(entries);
    expect(stored).not.toContain(to.email);
    expect(entries[0]).not.toHaveProperty('address');
  });

  test('does not write the link into the log', async () => {
    const url = linkAt(api, customer());
    await visit(url, { method: 'POST' });
    const token = new URL(url).pathname.split('.')[1] ?? '';
    expect(api.logged.join('')).toContain('"unsubscribed"');
    expect(api.logged.join('')).not.toContain(token.slice(0, 20));
  });

  test('answers other methods with 405', async () => {
    expect((await visit(linkAt(api, customer()), { method: 'DELETE' })).status).toBe(405);
  });
});

describe('a wrong link', () => {
  test('says the same whatever is wrong with it, and reads and stores nothing', async () => {
    const known = customer();
    const right = linkAt(api, known);
    await visit(right, { method: 'POST' });
    const before = await api.storedKeys();
    const foreign = { ...api, config: { ...api.config, NOTIFIER_SECRET: 'k1:some other secret' } };
    const wrong = [
      right.slice(0, -1),
      `${right.slice(0, -1)}${right.endsWith('A') ? 'B' : 'A'}`,
      `${right}/`,
      `${right}AAAA`,
      linkAt(foreign, known),
      linkAt(foreign, customer()),
      `${api.url}/u/`,
      `${api.url}/u/${'x'.repeat(300)}`,
    ];
    const pages = await Promise.all(
      wrong.flatMap((url) => [visit(url), visit(url, { method: 'POST' })]),
    );
    const said = pages.map(({ status, text }) => ({ status, text }));
    expect(said.every(({ status }) => status === 404)).toBe(true);
    expect(new Set(said.map(({ text }) => text)).size).toBe(1);
    expect(said[0]?.text).toContain('This link does not work');
    expect(await api.storedKeys()).toEqual(before);
  });

  test('asked 1,000 times is refused for a while, and a right link still works', async () => {
    const own = await startTestApi();
    const before = await own.storedKeys();
    const statuses: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const asked = Array.from({ length: 50 }, (_, at) => fetch(`${own.url}/u/k1.${round}-${at}`));
      for (const response of await Promise.all(asked)) {
        statuses.push(response.status);
        await response.arrayBuffer();
      }
    }
    expect(new Set(statuses)).toEqual(new Set([404, 429]));
    expect(await own.storedKeys()).toEqual(before);
    const to = customer();
    expect((await visit(linkAt(own, to))).status).toBe(200);
    expect((await visit(linkAt(own, to), { method: 'POST' })).status).toBe(200);
    await own.stop();
  });
});

test('a right link that is pressed without end is refused for a while', async () => {
  const url = linkAt(api, customer());
  const statuses: number[] = [];
  for (let press = 0; press < 12; press += 1) {
    statuses.push((await visit(url, { method: 'POST' })).status);
  }
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(200));
  expect(statuses.at(-1)).toBe(429);
});

test('a wish that cannot be stored is not said to be done, and can be pressed again', async () => {
  const redis = await startPrivateRedis();
  const own = await startTestApi({ REDIS_URL: redis.url });
  const url = linkAt(own, customer());
  expect((await visit(url)).status).toBe(200);
  await redis.stop();
  const { status, headers, text } = await visit(url, { method: 'POST' });
  expect([status, headers.get('retry-after')]).toEqual([503, '60']);
  expect(text).toContain('This is not done yet');
  expect(text).toContain('<form method="post">');
  await own.stop();
});

test('on a port of its own there is the page and nothing else', async () => {
  const own = await startTestApi({ UNSUBSCRIBE_PORT: '0', DASHBOARD_USER: '' });
  const { unsubscribe = '' } = own.pages;
  const alone = { ...own, url: new URL(unsubscribe).origin };
  const to = customer();
  expect((await visit(linkAt(alone, to))).status).toBe(200);
  expect((await visit(linkAt(alone, to), { method: 'POST' })).status).toBe(200);
  expect((await visit(linkAt(own, to))).status).toBe(404);
  for (const path of ['/', '/v1/notifications', '/queues', '/metrics', '/openapi.json']) {
    expect([path, (await visit(`${alone.url}${path}`)).status]).toEqual([path, 404]);
  }
  await own.stop();
});

function oneClickParts(): FormData {
  const parts = new FormData();
  parts.set('List-Unsubscribe', 'One-Click');
  return parts;
}
