import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { keyringOf } from '../../src/config.js';
import { claim, finish, loseIntent, startLeg } from '../../src/notification/attempt.js';
import { write } from '../../src/notification/decision.js';
import { Ledger } from '../../src/notification/ledger.js';
import { REQUEST, startTestApi, stopApisAfterEach, type TestApi } from './support/api.js';

stopApisAfterEach();
const connections: Redis[] = [];
afterEach(() => {
  for (const redis of connections.splice(0)) redis.disconnect();
});

type Fate = 'sending' | 'unknown' | 'skipped';

/** A notification that a worker has brought so far. */
async function given(api: TestApi, id: string, fate: Fate): Promise<Redis> {
  const redis = new Redis(api.config.REDIS_URL);
  connections.push(redis);
  const ledger = new Ledger(redis, api.config.QUEUE_PREFIX, keyringOf(api.config), {
    ledgerMs: 60_000,
    requestMs: 60_000,
  });
  await api.post({ ...REQUEST, id, metadata: { order: 7 } });
  await ledger.change(id, (record) => claim(record, 1, Date.now()));
  if (fate === 'skipped') {
    const end = { fencingToken: 1, state: fate, reason: 'no_history' } as const;
    await ledger.change(id, (record) => finish(record, end, Date.now()));
    return redis;
  }
  const intent = { fencingToken: 1, channel: 'web', sendWithinMs: 2_000 } as const;
  await ledger.change(id, (record) => startLeg(record, intent, Date.now()));
  if (fate === 'unknown') {
    await ledger.change(id, (record) => write(loseIntent(record, Date.now()), undefined));
  }
  return redis;
}

const KEYS = { API_KEYS: 'ops:0123456789abcdef' };
const OPS = { authorization: 'Bearer 0123456789abcdef' };

describe('cancelling', () => {
  test.each<Fate>(['sending', 'unknown', 'skipped'])(
    'what is %s is refused with 409 and the state',
    async (fate) => {
      const api = await startTestApi();
      await given(api, 'late', fate);
      const answer = await api.call('DELETE', '/v1/notifications/late');
      expect(answer).toMatchObject({
        status: 409,
        body: { type: 'urn:proactive-notifier:problem:too-late', id: 'late', state: fate },
      });
    },
  );
});

describe('resolving an unknown', () => {
  test.each([
    ['sent', 'sent', 'resolved_sent'],
    ['not_sent', 'failed', 'resolved_not_sent'],
  ])('as %s ends it as %s, and again changes nothing', async (outcome, state, reason) => {
    const api = await startTestApi();
    await given(api, 'u', 'unknown');
    for (const _time of ['first', 'second']) {
      const answer = await api.call('POST', '/v1/notifications/u/resolve', { outcome });
      expect(answer).toMatchObject({
        status: 200,
        body: { id: 'u', state, reason, channel: 'web', metadata: { order: 7 } },
      });
      const timeline = answer.body['timeline'] as { state: string }[];
      expect(timeline.filter((entry) => entry.state === state)).toHaveLength(1);
    }
  });

  test('says in the timeline who decided', async () => {
    const api = await startTestApi(KEYS);
    const { body } = await api.post({ ...REQUEST, id: 'who' }, OPS);
    expect(body['timeline']).toMatchObject([{ detail: 'by ops' }]);
    const cancelled = await api.call('DELETE', '/v1/notifications/who', undefined, OPS);
    const timeline = cancelled.body['timeline'] as unknown[];
    expect(timeline.at(-1)).toMatchObject({ state: 'cancelled', detail: 'by ops' });
  });

  test.each<Fate>(['sending', 'skipped'])('is refused with 409 while it is %s', async (fate) => {
    const api = await startTestApi();
    await given(api, 'n', fate);
    const answer = await api.call('POST', '/v1/notifications/n/resolve', { outcome: 'sent' });
    expect(answer).toMatchObject({
      status: 409,
      body: { type: 'urn:proactive-notifier:problem:not-unknown', state: fate },
    });
  });

  test.each<[unknown, string, string]>([
    [{ outcome: 'maybe' }, 'outcome', 'sent or not_sent'],
    [{}, 'outcome', 'sent or not_sent'],
    [{ outcome: 'sent', note: 'x' }, 'note', 'no such field'],
    [undefined, '(request)', 'an object with outcome'],
  ])('with the body %j is refused by the field', async (body, field, expected) => {
    const api = await startTestApi();
    await given(api, 'b', 'unknown');
    const answer = await api.call('POST', '/v1/notifications/b/resolve', body);
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toEqual([{ field, expected }]);
    expect((await api.call('GET', '/v1/notifications/b')).body['state']).toBe('unknown');
  });
});

describe('retrying', () => {
  test('what surely did not reach the customer opens a new generation, with 202', async () => {
    const api = await startTestApi();
    await given(api, 'again', 'skipped');
    const answer = await api.call('POST', '/v1/notifications/again/retry');
    expect(answer).toMatchObject({ status: 202, body: { id: 'again', metadata: { order: 7 } } });
    expect((await api.call('GET', '/v1/notifications/again')).body).toMatchObject({
      state: 'queued',
      attempts: 0,
    });
    expect(await api.storedKeys()).toContain(`${api.config.QUEUE_PREFIX}:transactional:n-again.2`);
  });

  test('may announce JSON and send none, as many clients do', async () => {
    const api = await startTestApi();
    await given(api, 'json', 'skipped');
    const headers = { 'content-type': 'application/json' };
    const answer = await api.call('POST', '/v1/notifications/json/retry', '', headers);
    expect(answer.status).toBe(202);
  });

  test('what was resolved as not sent is possible', async () => {
    const api = await startTestApi();
    await given(api, 'r', 'unknown');
    await api.call('POST', '/v1/notifications/r/resolve', { outcome: 'not_sent' });
    expect((await api.call('POST', '/v1/notifications/r/retry')).status).toBe(202);
  });

  test.each<[Fate, string]>([
    ['sending', 'may_have_arrived'],
    ['unknown', 'may_have_arrived'],
  ])('what is %s is refused with 409: %s', async (fate, reason) => {
    const api = await startTestApi();
    await given(api, 'no', fate);
    const answer = await api.call('POST', '/v1/notifications/no/retry');
    expect(answer).toMatchObject({
      status: 409,
      body: { type: 'urn:proactive-notifier:problem:not-retryable', state: fate, reason },
    });
  });

  test('what still waits in the queue is refused with 409: still_running', async () => {
    const api = await startTestApi();
    await api.post({ ...REQUEST, id: 'waits' });
    const answer = await api.call('POST', '/v1/notifications/waits/retry');
    expect(answer).toMatchObject({
      status: 409,
      body: { state: 'queued', reason: 'still_running' },
    });
  });

  test('is answered with 410 once the request is no longer kept', async () => {
    const api = await startTestApi();
    const redis = await given(api, 'gone', 'skipped');
    await redis.del(`${api.config.QUEUE_PREFIX}:r:gone`);
    const answer = await api.call('POST', '/v1/notifications/gone/retry');
    expect(answer).toMatchObject({ status: 410, body: { id: 'gone', reason: 'request_gone' } });
  });
});
