import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';
import { REQUEST, startTestApi, stopApisAfterEach, type TestApi } from './support/api.js';
import { CAMPAIGN, ROWS, upload } from './support/campaigns.js';

/*
 * What callers meet while Redis is not there: an answer within 3 seconds that says when to come
 * back and with which id, and service as before once Redis is back, without a person's help.
 */

const ANSWERS_WITHIN_MS = 3_000;
const IS_BACK_WITHIN_MS = 10_000;

stopApisAfterEach();
const servers: PrivateRedis[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function privateRedis(...args: Parameters<typeof startPrivateRedis>): Promise<PrivateRedis> {
  const server = await startPrivateRedis(...args);
  servers.push(server);
  return server;
}

async function expectRefusals(api: TestApi): Promise<void> {
  const began = Date.now();
  const [named, unnamed, batch, read, cancelled, ready, alive] = await Promise.all([
    api.post({ ...REQUEST, id: 'mine' }),
    api.post(REQUEST),
    api.call('POST', '/v1/notifications/batch', { notifications: [REQUEST] }),
    api.call('GET', '/v1/notifications/mine'),
    api.call('DELETE', '/v1/notifications/mine'),
    api.call('GET', '/readyz'),
    api.call('GET', '/healthz'),
  ]);
  expect(Date.now() - began).toBeLessThan(ANSWERS_WITHIN_MS);
  expect(read.body['detail']).toBe('Try again later.');
  expect(read.body['id']).toBeUndefined();
  expect(cancelled.body['detail']).toContain('It is not known whether this was done.');
  for (const answer of [named, unnamed, batch, read, cancelled]) {
    expect(answer).toMatchObject({
      status: 503,
      body: { type: 'urn:proactive-notifier:problem:redis-unavailable' },
    });
    expect(answer.headers.get('retry-after')).toBe('5');
  }
  expect(named.body['id']).toBe('mine');
  expect(unnamed.body['id']).toMatch(/^[0-9a-f]{8}-/);
  expect(batch.body['results']).toMatchObject([{ status: 503, id: expect.any(String) }]);
  expect(ready).toMatchObject({
    status: 503,
    body: {
      because: expect.arrayContaining([
        expect.stringMatching(
          /^Redis (?:does not answer\.|cannot be reached\..* It has been so since [\dT:-]+Z \(\d+ s\)\.)$/,
        ),
      ]),
    },
  });
  expect(alive.status).toBe(200);
}

/** A refusal may come while Redis is still coming back; a wrong answer may not. */
async function expectServiceAgain(api: TestApi): Promise<void> {
  const giveUpAt = Date.now() + IS_BACK_WITHIN_MS;
  let answer = await api.post({ ...REQUEST, id: 'mine' });
  while (answer.status === 503 && Date.now() < giveUpAt) {
    answer = await api.post({ ...REQUEST, id: 'mine' });
  }
  expect([200, 202]).toContain(answer.status);
  expect((await api.call('GET', '/v1/notifications/mine')).status).toBe(200);
  while ((await api.call('GET', '/readyz')).status !== 200 && Date.now() < giveUpAt);
  expect((await api.call('GET', '/readyz')).body).toMatchObject({ status: 'ready' });
}

/** Who knows a template by its cache may be served a moment before it is published again. */
async function publishedNames(api: TestApi): Promise<string[]> {
  const redis = new Redis(api.config.REDIS_URL);
  const giveUpAt = Date.now() + IS_BACK_WITHIN_MS;
  let names: string[] = [];
  while (names.length === 0 && Date.now() < giveUpAt) {
    names = await redis.hkeys(`${api.config.QUEUE_PREFIX}:templates`);
  }
  redis.disconnect();
  return names.sort();
}

describe('while Redis is away', () => {
  test('the API starts, refuses, and serves as soon as Redis is there', async () => {
    const server = await privateRedis();
    await server.kill('SIGKILL');
    const api = await startTestApi({ REDIS_URL: server.url });
    await expectRefusals(api);
    await server.restart();
    await expectServiceAgain(api);
  });

  test('a wrong request is still refused as wrong', async () => {
    const server = await privateRedis();
    await server.kill('SIGKILL');
    const api = await startTestApi({ REDIS_URL: server.url });
    const answer = await api.post({ ...REQUEST, id: 12345 });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'id' }] } });
  });

  test('a Redis that dies and comes back empty is served again, templates and all', async () => {
    const server = await privateRedis();
    const api = await startTestApi({ REDIS_URL: server.url });
    expect((await api.post({ ...REQUEST, id: 'before' })).status).toBe(202);
    await server.kill('SIGKILL');
    await expectRefusals(api);
    await server.restart();
    await expectServiceAgain(api);
    expect(await publishedNames(api)).toEqual(['follow-up', 'order-update']);
  });

  test('a Redis that hangs is no different, and what was accepted meanwhile is kept once', async () => {
    const server = await privateRedis();
    const api = await startTestApi({ REDIS_URL: server.url });
    expect((await api.post({ ...REQUEST, id: 'before' })).status).toBe(202);
    await server.kill('SIGSTOP');
    await expectRefusals(api);
    await server.kill('SIGCONT');
    await expectServiceAgain(api);
    expect((await api.call('GET', '/v1/notifications/before')).body['state']).toBe('queued');
  });

  test.each<NodeJS.Signals>(['SIGKILL', 'SIGSTOP'])(
    'the API stops in time all the same (%s)',
    async (signal) => {
      const server = await privateRedis();
      const api = await startTestApi({ REDIS_URL: server.url });
      await server.kill(signal);
      const began = Date.now();
      await api.stop();
      expect(Date.now() - began).toBeLessThan(5_000);
    },
  );
});

describe('a Redis that may not hold notifications', () => {
  const EVICTING = ['--maxmemory-policy', 'allkeys-lru'];

  test('keeps the API from starting, with a sentence that says why', async () => {
    const server = await privateRedis({ args: EVICTING });
    await expect(startTestApi({ REDIS_URL: server.url })).rejects.toThrow(
      'Redis must have maxmemory-policy noeviction, or accepted notifications could be lost; this one has allkeys-lru.',
    );
  });

  test('is given nothing when it turns up later, until it is corrected', async () => {
    const port = (await privateRedis()).port;
    await servers.pop()?.stop();
    const api = await startTestApi({ REDIS_URL: `redis://127.0.0.1:${port}` });
    const server = await privateRedis({ port, args: EVICTING });
    const giveUpAt = Date.now() + IS_BACK_WITHIN_MS;
    let answer = await api.call('GET', '/readyz');
    while (!/noeviction/.test(String(answer.body['detail'])) && Date.now() < giveUpAt) {
      answer = await api.call('GET', '/readyz');
    }
    expect(answer.body['detail']).toContain('noeviction');
    expect(await api.post(REQUEST)).toMatchObject({
      status: 503,
      body: { type: 'urn:proactive-notifier:problem:redis-unfit' },
    });
    for (const [method, path] of [
      ['POST', '/v1/campaigns'],
      ['PUT', '/v1/campaigns/autumn/rows'],
      ['POST', '/v1/campaigns/autumn/start'],
    ] as const) {
      expect(await api.call(method, path, {})).toMatchObject({ status: 503 });
    }
    // Stopping something is always possible.
    expect(await api.call('POST', '/v1/campaigns/autumn/pause')).toMatchObject({ status: 404 });
    expect(await api.storedKeys()).toEqual([]);
    const redis = new Redis(server.url);
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    redis.disconnect();
    await expectServiceAgain(api);
  });
});

describe('an unexpected error', () => {
  test('is answered with the id that was chosen, alone and in a batch', async () => {
    const server = await privateRedis();
    const api = await startTestApi({ REDIS_URL: server.url });
    const redis = new Redis(server.url);
    await redis.set(`${api.config.QUEUE_PREFIX}:due`, 'of the wrong type');
    redis.disconnect();
    const type = 'urn:proactive-notifier:problem:unexpected-failure';
    const named = await api.post({ ...REQUEST, id: 'mine' });
    expect(named).toMatchObject({ status: 500, body: { type, id: 'mine', retryAfter: 5 } });
    const unnamed = await api.post(REQUEST);
    expect(unnamed).toMatchObject({ status: 500, body: { type, id: expect.any(String) } });
    const batch = await api.call('POST', '/v1/notifications/batch', {
      notifications: [REQUEST, { ...REQUEST, id: 'other' }, { template: 7 }],
    });
    expect(batch).toMatchObject({
      status: 500,
      body: {
        results: [{ status: 500, id: expect.any(String) }, { id: 'other' }, { status: 422 }],
      },
    });
    expect(api.logged.join('')).toContain('acceptance failed');
    expect(api.logged.join('')).not.toContain('customer@example.com');
  });
});

describe('a full backlog', () => {
  test('is answered with 503, when to come back, and the id', async () => {
    const server = await privateRedis();
    const api = await startTestApi({ REDIS_URL: server.url, BACKLOG_MAX: '1' });
    expect((await api.post({ ...REQUEST, id: 'first' })).status).toBe(202);
    const answer = await api.post({ ...REQUEST, id: 'second' });
    expect(answer).toMatchObject({
      status: 503,
      body: { type: 'urn:proactive-notifier:problem:backlog-full', id: 'second' },
    });
    expect(answer.headers.get('retry-after')).toBe('30');
    expect((await api.call('GET', '/v1/notifications/second')).status).toBe(404);
  });
});

test('rows for which Redis has no room are answered with 503, and when to come back', async () => {
  const server = await privateRedis();
  const api = await startTestApi({ REDIS_URL: server.url });
  await api.call('POST', '/v1/campaigns', CAMPAIGN);
  const redis = new Redis(server.url);
  const used = /^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1];
  await redis.config('SET', 'maxmemory', Math.round(Number(used) * 1.1));
  redis.disconnect();
  const answer = await upload(api, CAMPAIGN.id, ROWS);
  expect(answer).toMatchObject({
    status: 503,
    body: { type: 'urn:proactive-notifier:problem:no-room', id: CAMPAIGN.id, retryAfter: 30 },
  });
  expect(answer.headers.get('retry-after')).toBe('30');
});
