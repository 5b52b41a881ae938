import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { keyringOf } from '../../src/config.js';
import { recordAnswer } from '../../src/notification/answer.js';
import { claim, finish, startLeg } from '../../src/notification/attempt.js';
import { Ledger } from '../../src/notification/ledger.js';
import { SearchIndex } from '../../src/notification/searchIndex.js';
import { REQUEST, startTestApi, stopApisAfterEach, type TestApi } from './support/api.js';

stopApisAfterEach();

const connections: Redis[] = [];
afterEach(() => {
  for (const redis of connections.splice(0)) redis.disconnect();
});

/** What workers of this deployment do with what the api has accepted. */
function workerOf(api: TestApi) {
  const redis = new Redis(api.config.REDIS_URL);
  connections.push(redis);
  const { QUEUE_PREFIX: prefix, SEARCH_RETENTION: searchMs } = api.config;
  const retention = { ledgerMs: 60_000, requestMs: 60_000 };
  const { keys } = new Ledger(redis, prefix, keyringOf(api.config), retention);
  const index = new SearchIndex(keys, keyringOf(api.config), searchMs);
  const ledger = new Ledger(
    redis,
    prefix,
    keyringOf(api.config),
    retention,
    () => undefined,
    index,
  );
  const take = async (id: string) => {
    await ledger.change(id, (record) => claim(record, record.generation, Date.now()));
    return { fencingToken: (await ledger.read(id))?.fencingToken ?? 0 };
  };
  return {
    redis,
    async skips(id: string, reason: string) {
      const end = { ...(await take(id)), state: 'skipped' as const, reason };
      await ledger.change(id, (record) => finish(record, end, Date.now()));
    },
    async sends(id: string, channel: 'web' | 'email', messageId: string) {
      const intent = { ...(await take(id)), channel, sendWithinMs: 2_000 };
      const started = await ledger.change(id, (record) => startLeg(record, intent, Date.now()));
      if (started?.kind !== 'started') throw new Error('not started');
      const answer = { outcome: 'sent' as const, messageId, conversationId: `c-${messageId}` };
      const { leg } = started;
      await ledger.change(id, (record) => recordAnswer(record, { leg, answer }, Date.now()));
    },
  };
}

const idsOf = ({ body }: { body: Record<string, unknown> }) =>
  (body['notifications'] as { id: string }[]).map(({ id }) => id);

describe('searching for notifications', () => {
  test('finds what has come to something by state, reason, channel, campaign and time, the newest first', async () => {
    const api = await startTestApi();
    const worker = workerOf(api);
    for (const id of ['a', 'b', 'c', 'd', 'waits']) {
      await api.post({ ...REQUEST, id, ...(id === 'c' && { campaignId: 'autumn' }) });
    }
    await worker.skips('a', 'no_history');
    await worker.sends('b', 'email', 'm-b');
    await worker.skips('c', 'opted_out');
    // The stream counts whole milliseconds of Redis' clock: these two are apart by more than that.
    await delay(20);
    const between = new Date().toISOString();
    await delay(20);
    await worker.sends('d', 'web', 'm-d');
    const find = (query: string) => api.call('GET', `/v1/notifications?${query}`);
    expect(idsOf(await find(''))).toEqual(['d', 'c', 'b', 'a']);
    expect(idsOf(await find('state=skipped'))).toEqual(['c', 'a']);
    expect(idsOf(await find('state=skipped&reason=no_history'))).toEqual(['a']);
    expect(idsOf(await find('channel=email'))).toEqual(['b']);
    expect(idsOf(await find('campaignId=autumn'))).toEqual(['c']);
    expect(idsOf(await find(`from=${between}`))).toEqual(['d']);
    expect(idsOf(await find(`to=${between}&state=sent`))).toEqual(['b']);
    const first = await find('limit=3');
    expect(idsOf(first)).toEqual(['d', 'c', 'b']);
    expect(first.body['lookedBackTo']).toEqual(expect.any(String));
    const rest = await find(`limit=3&after=${String(first.body['next'])}`);
    expect(rest.body['next']).toBeUndefined();
    expect(idsOf(rest)).toEqual(['a']);
  });

  test('shows each as it is now: what is at work again is not listed by what it was', async () => {
    const api = await startTestApi();
    const worker = workerOf(api);
    await api.post({ ...REQUEST, id: 'again' });
    await worker.skips('again', 'no_history');
    expect((await api.call('POST', '/v1/notifications/again/retry')).status).toBe(202);
    expect(idsOf(await api.call('GET', '/v1/notifications'))).toEqual([]);
    await worker.skips('again', 'opted_out');
    expect(idsOf(await api.call('GET', '/v1/notifications'))).toEqual(['again']);
    expect(idsOf(await api.call('GET', '/v1/notifications?reason=no_history'))).toEqual([]);
  });

  test('finds those of a recipient in whatever state, however the address is spelled, and stores no address', async () => {
    const api = await startTestApi();
    const worker = workerOf(api);
    const recipient = { email: 'Dana.Whitfield@Example.net', phone: '+44 1632 960961' };
    await api.post({ ...REQUEST, id: 'one', recipient });
    await api.post({ ...REQUEST, id: 'two', recipient: { email: recipient.email } });
    await api.post({ ...REQUEST, id: 'other', recipient: { email: 'someone@example.net' } });
    await worker.sends('one', 'email', 'm-1');
    const find = (body: unknown) => api.call('POST', '/v1/notifications/search', body);
    const both = await find({ recipient: { email: 'dana.whitfield@EXAMPLE.net' } });
    expect(idsOf(both)).toEqual(['two', 'one']);
    expect(JSON.stringify(both.body)).not.toMatch(/whitfield/i);
    expect(idsOf(await find({ recipient: { phone: '01632 960961', country: 'GB' } }))).toEqual([
      'one',
    ]);
    expect(
      idsOf(await find({ recipient: { email: recipient.email }, state: 'accepted' })).concat(
        idsOf(await find({ recipient: { email: recipient.email }, state: 'queued' })),
      ),
    ).toEqual(['two']);
    const page = await find({ recipient: { email: recipient.email }, limit: 1 });
    expect(page.body).toMatchObject({ notifications: [{ id: 'two' }], next: 'two' });
    expect(
      idsOf(await find({ recipient: { email: recipient.email }, limit: 1, after: 'two' })),
    ).toEqual(['one']);
    const stored = await worker.redis.keys(`${api.config.QUEUE_PREFIX}:s:*`);
    const lists = await Promise.all(stored.map((key) => worker.redis.lrange(key, 0, -1)));
    expect(JSON.stringify([stored, lists])).not.toMatch(/whitfield|960961/i);
  });

  test('finds a single one by its message, its conversation, and its campaign and row', async () => {
    const api = await startTestApi();
    const worker = workerOf(api);
    await api.post({ ...REQUEST, id: 'autumn.14', campaignId: 'autumn' });
    await worker.sends('autumn.14', 'web', 'm-14');
    for (const query of ['messageId=m-14', 'conversationId=c-m-14', 'campaignId=autumn&row=14']) {
      const found = await api.call('GET', `/v1/notifications?${query}`);
      expect([query, idsOf(found)]).toEqual([query, ['autumn.14']]);
    }
    expect(idsOf(await api.call('GET', '/v1/notifications?messageId=m-15'))).toEqual([]);
  });

  test.each([
    ['/v1/notifications?state=queued', 'state'],
    ['/v1/notifications?row=3', 'campaignId'],
    ['/v1/notifications?campaignId=a&row=3&messageId=m', 'row'],
    ['/v1/notifications?from=yesterday', 'from'],
    ['/v1/notifications?channel=fax', 'channel'],
    ['/v1/notifications?limit=1001', 'limit'],
    ['/v1/notifications?recipient=dana@example.com', 'recipient'],
  ])('refuses %s, and names the field', async (url, field) => {
    const api = await startTestApi();
    const refused = await api.call('GET', url);
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    expect(JSON.stringify(refused.body)).not.toContain('dana');
  });

  test('says that searches are off, where they are, and still lists what waits for a person', async () => {
    const api = await startTestApi({ SEARCH_RETENTION: '0s' });
    await api.post({ ...REQUEST, id: 'one' });
    for (const [method, url, body] of [
      ['GET', '/v1/notifications', undefined],
      ['POST', '/v1/notifications/search', { recipient: REQUEST.recipient }],
    ] as const) {
      expect(await api.call(method, url, body)).toMatchObject({
        status: 409,
        body: { type: 'urn:proactive-notifier:problem:searches-off' },
      });
    }
    expect((await api.call('GET', '/v1/notifications?state=unknown')).status).toBe(200);
    expect(await workerOf(api).redis.keys(`${api.config.QUEUE_PREFIX}:s:*`)).toEqual([]);
  });
});
