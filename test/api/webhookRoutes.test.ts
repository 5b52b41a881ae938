import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Receiver } from '../webhooks/support/receiver.js';
import { Senders } from '../webhooks/support/senders.js';
import { type Answer, startTestApi, stopApisAfterAll, type TestApi } from './support/api.js';
import { contract, schemaPointer } from './support/contract.js';

stopApisAfterAll();

const { strictProblems } = contract();
const LIST = '/v1/webhooks';
const KEYS = { API_KEYS: 'crm:a-key-of-16-chars', NOTIFIER_SECRET: 'a-secret-of-the-deployment' };
const KEY = { authorization: 'Bearer a-key-of-16-chars' };
const HOOK = 'https://hooks.example.com/MARKER-path?token=MARKER-token';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi(KEYS);
});

const call = (method: string, path: string, body?: unknown) =>
  api.call(method, `${LIST}${path}`, body, KEY);

/** The status and what differs from the description: `[200]` when nothing does. */
function against(path: string, method: string, { status, headers, body }: Answer) {
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  return [status, ...strictProblems(schemaPointer(`${LIST}${path}`, method, status, type), body)];
}

describe('webhooks over HTTP', () => {
  test('are made, shown, paused, resumed, replayed, given a new secret and deleted, each as it is described', async () => {
    const made = await call('POST', '', { id: 'crm', url: HOOK, types: ['notification.sent'] });
    expect(against('', 'post', made)).toEqual([201]);
    const { secret, webhook } = made.body as { secret: string; webhook: Record<string, unknown> };
    expect(secret).toMatch(/^whsec_/);
    expect(webhook).toMatchObject({ id: 'crm', url: HOOK, status: 'active', createdBy: 'crm' });
    const shown = await call('GET', '/crm');
    expect(against('/{id}', 'get', shown)).toEqual([200]);
    expect(JSON.stringify(shown.body)).not.toContain(secret);
    const list = await call('GET', '');
    expect(against('', 'get', list)).toEqual([200]);
    expect(list.body).toMatchObject({ webhooks: [{ id: 'crm' }], unreadable: [] });
    expect(against('/{id}/pause', 'post', await call('POST', '/crm/pause'))).toEqual([200]);
    expect((await call('GET', '/crm')).body).toMatchObject({ status: 'paused' });
    expect(against('/{id}/resume', 'post', await call('POST', '/crm/resume'))).toEqual([200]);
    const replay = await call('POST', '/crm/replay', { from: '2026-11-30T09:00:00Z' });
    expect(against('/{id}/replay', 'post', replay)).toEqual([200]);
    const rotated = await call('POST', '/crm/rotate-secret');
    expect(against('/{id}/rotate-secret', 'post', rotated)).toEqual([200]);
    expect(rotated.body['secret']).not.toBe(secret);
    const deliveries = await call('GET', '/crm/deliveries?limit=5');
    expect(against('/{id}/deliveries', 'get', deliveries)).toEqual([200]);
    expect(against('/{id}', 'delete', await call('DELETE', '/crm'))).toEqual([200]);
    expect(against('/{id}', 'delete', await call('DELETE', '/crm'))).toEqual([404]);
    for (const path of ['', '/deliveries']) {
      expect((await call('GET', `/crm${path}`)).status).toBe(404);
    }
    for (const step of ['pause', 'resume', 'test', 'rotate-secret']) {
      expect([step, (await call('POST', `/crm/${step}`)).status]).toEqual([step, 404]);
    }
  });

  test('take a secret that is given, and do not repeat it', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const made = await call('POST', '', { id: 'given', url: HOOK, secret });
    expect(made.status).toBe(201);
    expect(JSON.stringify(made.body)).not.toContain(secret);
    expect(against('', 'post', await call('POST', '', { id: 'given', url: HOOK }))).toEqual([409]);
    await call('DELETE', '/given');
  });

  test.each([
    [{ url: 'http://hooks.example.com/' }, 'url'],
    [{ url: 'https://127.0.0.1/' }, 'url'],
    [{ url: 'https://user:password@hooks.example.com/' }, 'url'],
    [{ url: `https://hooks.example.com/${'a'.repeat(1_000)}` }, 'url'],
    [{ url: HOOK, types: [] }, 'types'],
    [{ url: HOOK, types: ['notification.nonsense'] }, 'types.0'],
    [{ url: HOOK, secret: 'password' }, 'secret'],
    [{ url: HOOK, id: '../x' }, 'id'],
    [{ url: HOOK, description: 'two\nlines' }, 'description'],
    [{ url: HOOK, channel: 'x' }, 'channel'],
  ])('refuse %j by the field', async (body, field) => {
    const refused = await call('POST', '', body);
    expect(against('', 'post', refused)).toEqual([422]);
    expect(refused.body).toMatchObject({ errors: [{ field }] });
    expect(JSON.stringify(refused.body)).not.toContain('password@');
  });

  test('are 50 at the most', async () => {
    const ids = Array.from({ length: 51 }, (_, at) => `many-${at}`);
    const statuses: number[] = [];
    for (const id of ids) statuses.push((await call('POST', '', { id, url: HOOK })).status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(50);
    expect(statuses.at(-1)).toBe(409);
    for (const id of ids) await call('DELETE', `/${id}`);
  });

  test('need a key, and lie in Redis, audit and log without secret, path and query', async () => {
    expect((await api.call('GET', LIST)).status).toBe(401);
    const made = await call('POST', '', { id: 'quiet', url: HOOK });
    const secret = String(made.body['secret']);
    await call('POST', '/quiet/pause');
    await call('POST', '/quiet/rotate-secret');
    const audit = await api.call('GET', '/v1/audit?what=webhook&on=quiet', undefined, KEY);
    expect(audit.body['entries']).toMatchObject([
      { what: 'webhook.rotate_secret', who: 'crm', outcome: 'done' },
      { what: 'webhook.pause' },
      { what: 'webhook.create', detail: 'https://hooks.example.com' },
    ]);
    const redis = new Redis(api.config.REDIS_URL);
    const stored = await redis.hgetall(`${api.config.QUEUE_PREFIX}:webhooks`);
    redis.disconnect();
    for (const text of [JSON.stringify([audit.body, stored]), api.logged.join('')]) {
      expect(text).not.toContain('MARKER');
      expect(text).not.toContain(secret);
    }
    await call('DELETE', '/quiet');
  });
});

describe('a test over HTTP', () => {
  let senders: Senders;
  let receiver: Receiver;
  beforeAll(async () => {
    senders = new Senders(api);
    receiver = await Receiver.start();
    senders.start();
  });
  afterAll(async () => {
    await senders.stop();
    await receiver.close();
  });

  test('answers with what the worker got for an answer, and the metrics count it', async () => {
    await senders.webhook('tried', receiver.url);
    const tested = await call('POST', '/tried/test');
    expect(against('/{id}/test', 'post', tested)).toEqual([200]);
    expect(tested.body).toMatchObject({ type: 'webhook.test', status: 204, result: 'delivered' });
    const page = await (await fetch(`${api.url}/metrics`)).text();
    expect(page).toContain('notifier_webhooks{status="active"} 1');
    expect(page).toContain('notifier_webhook_lag_seconds 0');
  });
});
