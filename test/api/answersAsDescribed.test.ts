import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { keyringOf } from '../../src/config.js';
import { claim, finish, loseIntent, startLeg } from '../../src/notification/attempt.js';
import { write } from '../../src/notification/decision.js';
import { Ledger } from '../../src/notification/ledger.js';
import { Gate } from '../../src/queue/rateLimitGate.js';
import {
  type Answer,
  REQUEST,
  startTestApi,
  stopApisAfterEach,
  type TestApi,
} from './support/api.js';
import { contract, schemaPointer } from './support/contract.js';

stopApisAfterEach();
const connections: Redis[] = [];
afterEach(() => {
  for (const redis of connections.splice(0)) redis.disconnect();
});

const { strictProblems } = contract();
const ONE = '/v1/notifications/{id}';
const RESOLVE = `${ONE}/resolve`;
const RETRY = `${ONE}/retry`;

/** The status and what differs from the description: `[202]` when nothing does. */
function against(path: string, method: string, { status, headers, body }: Answer) {
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  return [status, ...strictProblems(schemaPointer(path, method, status, type), body)];
}

function ledgerOf(api: TestApi): Ledger {
  const redis = new Redis(api.config.REDIS_URL);
  connections.push(redis);
  const retention = { ledgerMs: 60_000, requestMs: 60_000 };
  return new Ledger(redis, api.config.QUEUE_PREFIX, keyringOf(api.config), retention);
}

describe('what the API answers is described in full', () => {
  test('when a notification is handed over, read and cancelled', async () => {
    const api = await startTestApi();
    const request = { ...REQUEST, id: 'a', campaignId: 'c', metadata: { order: [1, null] } };
    const path = '/v1/notifications';
    expect(against(path, 'post', await api.post(request))).toEqual([202]);
    expect(against(path, 'post', await api.post(request))).toEqual([200]);
    expect(against(path, 'post', await api.post({ ...request, priority: 'campaign' }))).toEqual([
      409,
    ]);
    expect(against(path, 'post', await api.post({ id: 7 }))).toEqual([422]);
    expect(against(path, 'post', await api.post('{'))).toEqual([400]);
    const asText = { 'content-type': 'text/plain' };
    expect(against(path, 'post', await api.post('x', asText))).toEqual([415]);
    expect(against(path, 'post', await api.post(`"${'x'.repeat(1 << 20)}"`))).toEqual([413]);
    expect(against(ONE, 'get', await api.call('GET', `${path}/a`))).toEqual([200]);
    expect(against(ONE, 'delete', await api.call('DELETE', `${path}/a`))).toEqual([200]);
    expect(against(ONE, 'get', await api.call('GET', `${path}/b`))).toEqual([404]);
  });

  test('when it is for a later time', async () => {
    const api = await startTestApi();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const answer = await api.post({ ...REQUEST, id: 'later', sendAt });
    expect(answer.body['sendAt']).toBe(sendAt);
    expect(against('/v1/notifications', 'post', answer)).toEqual([202]);
    expect(against(ONE, 'get', await api.call('GET', '/v1/notifications/later'))).toEqual([200]);
  });

  test('when a batch is', async () => {
    const api = await startTestApi();
    const path = '/v1/notifications/batch';
    const notifications = [{ ...REQUEST, id: 'a' }, { ...REQUEST, id: 'a', template: 'none' }, 7];
    const answer = await api.call('POST', path, { notifications });
    expect(against(path, 'post', answer)).toEqual([200]);
    expect(against(path, 'post', await api.call('POST', path, []))).toEqual([422]);
  });

  test('when a person decides', async () => {
    const api = await startTestApi();
    const ledger = ledgerOf(api);
    await api.post({ ...REQUEST, id: 'u' });
    await ledger.change('u', (record) => claim(record, 1, Date.now()));
    const intent = { fencingToken: 1, channel: 'web', sendWithinMs: 2_000 } as const;
    await ledger.change('u', (record) => startLeg(record, intent, Date.now()));
    await ledger.change('u', (record) => write(loseIntent(record, Date.now()), undefined));
    const at = (path: string) => path.replace('{id}', 'u');
    const post = async (path: string, body?: unknown) =>
      against(path, 'post', await api.call('POST', at(path), body));
    expect(against(ONE, 'delete', await api.call('DELETE', at(ONE)))).toEqual([409]);
    expect(await post(RETRY)).toEqual([409]);
    expect(await post(RESOLVE, { outcome: 'perhaps' })).toEqual([422]);
    expect(await post(RESOLVE, { outcome: 'not_sent' })).toEqual([200]);
    expect(await post(RESOLVE, { outcome: 'sent' })).toEqual([409]);
    expect(await post(RETRY)).toEqual([202]);
  });

  test('when a notification has a reason', async () => {
    const api = await startTestApi();
    const ledger = ledgerOf(api);
    await api.post({ ...REQUEST, id: 's' });
    await ledger.change('s', (record) => claim(record, 1, Date.now()));
    const end = { fencingToken: 1, state: 'skipped', reason: 'no_history' } as const;
    await ledger.change('s', (record) => finish(record, end, Date.now()));
    expect(against(ONE, 'get', await api.call('GET', '/v1/notifications/s'))).toEqual([200]);
  });

  test('to callers without a key, to those who ask too often, and about its health', async () => {
    const api = await startTestApi({
      API_KEYS: 'a:0123456789abcdef',
      API_REQUESTS_PER_MINUTE: '0',
    });
    expect(against(ONE, 'get', await api.call('GET', '/v1/notifications/x'))).toEqual([401]);
    const strict = await startTestApi({ API_REQUESTS_PER_MINUTE: '1' });
    await strict.call('GET', '/v1/notifications/x');
    expect(against(ONE, 'get', await strict.call('GET', '/v1/notifications/x'))).toEqual([429]);
    expect(against('/healthz', 'get', await api.call('GET', '/healthz'))).toEqual([200]);
    expect(against('/readyz', 'get', await api.call('GET', '/readyz'))).toEqual([200]);
  });

  test('about the stop button and the gate', async () => {
    const api = await startTestApi({ API_KEYS: 'ops:0123456789abcdef' });
    const call = async (method: string, path: string, body?: unknown) => {
      const headers = { authorization: 'Bearer 0123456789abcdef' };
      return against(path, method.toLowerCase(), await api.call(method, path, body, headers));
    };
    expect(await call('POST', '/v1/pause', {})).toEqual([422]);
    expect(await call('POST', '/v1/pause', { reason: 'a test' })).toEqual([200]);
    expect(await call('GET', '/readyz')).toEqual([200]);
    const redis = new Redis(api.config.REDIS_URL);
    connections.push(redis);
    await new Gate(redis, api.config.QUEUE_PREFIX).close(60_000, 'agentless-email');
    expect(await call('GET', '/v1/gate')).toEqual([200]);
    expect(await call('GET', '/v1/status')).toEqual([200]);
    expect(await call('POST', '/v1/gate/open')).toEqual([200]);
    expect(await call('GET', '/v1/gate')).toEqual([200]);
    expect(await call('POST', '/v1/resume')).toEqual([200]);
    expect(await call('GET', '/v1/status')).toEqual([200]);
  });

  test('while Redis is away', async () => {
    const api = await startTestApi({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(against('/v1/notifications', 'post', await api.post(REQUEST))).toEqual([503]);
    expect(against('/readyz', 'get', await api.call('GET', '/readyz'))).toEqual([503]);
    const batch = await api.call('POST', '/v1/notifications/batch', { notifications: [REQUEST] });
    expect(against('/v1/notifications/batch', 'post', batch)).toEqual([503]);
  });
});
