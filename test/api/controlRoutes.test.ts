import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Gate } from '../../src/queue/rateLimitGate.js';
import { REQUEST, startTestApi, stopApisAfterEach, type TestApi } from './support/api.js';

const KEY = 'a-key-of-sixteen-and-more';
const WITH_KEY = { authorization: `Bearer ${KEY}` };

stopApisAfterEach();

describe('the stop button and the gate over HTTP', () => {
  let api: TestApi;
  let redis: Redis;

  beforeEach(async () => {
    api = await startTestApi({ API_KEYS: `ops:${KEY}`, NOTIFIER_SECRET: 'a-secret-for-the-tests' });
    redis = new Redis(api.config.REDIS_URL);
  });
  afterEach(() => redis.disconnect());

  const call = (method: string, path: string, body?: unknown) =>
    api.call(method, path, body, WITH_KEY);

  test('pausing says who, why and since when; acceptance goes on; resuming says what stood', async () => {
    const before = Date.now();
    const paused = await call('POST', '/v1/pause', { reason: ' wrong template ' });
    expect(paused.status).toBe(200);
    expect(paused.body).toEqual({
      paused: true,
      reason: 'wrong template',
      by: 'ops',
      since: expect.any(String),
    });
    // Two seconds is how long an intent may take to leave; answering earlier would promise too much.
    expect(Date.now() - before).toBeGreaterThanOrEqual(2_000);
    const accepted = await call('POST', '/v1/notifications', REQUEST);
    expect(accepted.status).toBe(202);

    const { body } = await call('GET', '/v1/status');
    expect(body).toMatchObject({
      paused: true,
      pause: { reason: 'wrong template', by: 'ops', since: paused.body['since'] },
      gate: { closed: false },
      queues: {
        transactional: { waiting: 1, delayed: 0, active: 0, failed: 0, paused: true },
        campaign: { waiting: 0, paused: true },
      },
      unknown: { count: 0, asked: 0 },
    });

    const resumed = await call('POST', '/v1/resume');
    expect(resumed.body).toMatchObject({ paused: false, was: { reason: 'wrong template' } });
    expect((await call('POST', '/v1/resume')).body).toEqual({ paused: false });
    expect((await call('GET', '/v1/status')).body).toMatchObject({
      paused: false,
      queues: { transactional: { waiting: 1, paused: false } },
    });
  });

  test.each([
    { wrong: 'no body', body: undefined },
    { wrong: 'no reason', body: {} },
    { wrong: 'an empty reason', body: { reason: '  ' } },
    { wrong: 'a reason of two lines', body: { reason: 'a\nb' } },
    { wrong: 'a reason that is too long', body: { reason: 'x'.repeat(201) } },
    { wrong: 'a reason that is no text', body: { reason: 7 } },
    { wrong: 'a field too many', body: { reason: 'x', force: true } },
  ])('refuses to pause with $wrong, and does not', async ({ body }) => {
    expect((await call('POST', '/v1/pause', body)).status).toBe(422);
    expect((await call('GET', '/v1/status')).body['paused']).toBe(false);
  });

  test('the gate says until when and why it is closed, and is opened by hand', async () => {
    await new Gate(redis, api.config.QUEUE_PREFIX).close(3_600_000, 'agentless-message');
    const { body } = await call('GET', '/v1/gate');
    expect(body).toEqual({
      closed: true,
      since: expect.any(String),
      until: expect.any(String),
      operation: 'agentless-message',
      retryAfterSeconds: 3_600,
    });
    expect((await call('GET', '/v1/status')).body['gate']).toEqual(body);
    expect((await call('GET', '/readyz')).body).toMatchObject({ gateClosedUntil: body['until'] });
    const opened = await call('POST', '/v1/gate/open');
    expect(opened).toMatchObject({ status: 200, body: { closed: false } });
    expect(opened.body['sparedSeconds']).toBeGreaterThan(3_590);
    expect((await call('GET', '/v1/gate')).body).toEqual({ closed: false });
  });

  test('asks for a key, and does not say why the sending was stopped without one', async () => {
    await call('POST', '/v1/pause', { reason: 'for the eyes of ops only' });
    for (const [method, path] of [
      ['POST', '/v1/pause'],
      ['POST', '/v1/resume'],
      ['GET', '/v1/status'],
      ['GET', '/v1/gate'],
      ['POST', '/v1/gate/open'],
    ] as const) {
      expect((await api.call(method, path)).status).toBe(401);
    }
    const ready = await api.call('GET', '/readyz');
    expect(ready).toMatchObject({ status: 200, body: { status: 'ready', flow: 'no_workers' } });
    const shown = ['status', 'flow', 'workers', 'pausedSince'];
    expect(Object.keys(ready.body)).toEqual(shown);
  });

  test('answers other methods with the ones there are', async () => {
    for (const [path, allowed] of [
      ['/v1/pause', 'POST'],
      ['/v1/resume', 'POST'],
      ['/v1/status', 'GET, HEAD'],
      ['/v1/gate/open', 'POST'],
      ['/metrics', 'GET, HEAD'],
    ] as const) {
      const answer = await call('DELETE', path);
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allowed]);
    }
  });

  test('logs who pressed, not why', async () => {
    await call('POST', '/v1/pause', { reason: 'because of Mrs Smith' });
    const lines = api.logged.join('');
    expect(lines).toMatch(/"caller":"ops".*"msg":"sending paused"/);
    expect(lines).not.toContain('Smith');
  });
});

describe('while Redis is away', () => {
  test('neither pausing nor the status pretends to know', async () => {
    const api = await startTestApi({ REDIS_URL: 'redis://127.0.0.1:1' });
    for (const [method, path, body] of [
      ['POST', '/v1/pause', { reason: 'x' }],
      ['POST', '/v1/resume', undefined],
      ['GET', '/v1/status', undefined],
    ] as const) {
      expect((await api.call(method, path, body)).status).toBe(503);
    }
  });
});
