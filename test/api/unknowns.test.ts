import { describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { claim, loseIntent, startLeg } from '../../src/notification/attempt.js';
import { write } from '../../src/notification/decision.js';
import { Ledger } from '../../src/notification/ledger.js';
import { REQUEST, startTestApi, stopApisAfterEach, type TestApi } from './support/api.js';

stopApisAfterEach();

async function givenUnknowns(api: TestApi, ids: readonly string[]): Promise<void> {
  const redis = new Redis(api.config.REDIS_URL);
  const retention = { ledgerMs: 60_000, requestMs: 60_000 };
  const ledger = new Ledger(redis, api.config.QUEUE_PREFIX, retention);
  for (const id of ids) {
    await api.post({ ...REQUEST, id, recipient: { email: 'dana@example.com' } });
    await ledger.change(id, (record) => claim(record, 1, Date.now()));
    const intent = { fence: 1, channel: 'web', sendWithinMs: 2_000 } as const;
    await ledger.change(id, (record) => startLeg(record, intent, Date.now()));
    await ledger.change(id, (record) => write(loseIntent(record, 1_000), undefined));
  }
  redis.disconnect();
}

const IDS = ['u1', 'u2', 'u3', 'u4', 'u5'];

describe('notifications that wait for a person', () => {
  test('are listed page by page, masked, and none is left out by decisions made meanwhile', async () => {
    const api = await startTestApi();
    await givenUnknowns(api, IDS);
    const list = (query: string) => api.call('GET', `/v1/notifications?state=unknown&${query}`);
    const first = await list('limit=2');
    expect(first.body).toMatchObject({
      notifications: [
        {
          id: 'u1',
          state: 'unknown',
          reason: 'worker_lost',
          recipient: { email: 'd•••@e•••.com' },
        },
        { id: 'u2' },
      ],
    });
    expect(JSON.stringify(first.body)).not.toContain('dana');
    await api.call('POST', '/v1/notifications/u1/resolve', { outcome: 'sent' });
    const rest = await list(`limit=3&after=${String(first.body['next'])}`);
    expect(rest.body['notifications']).toMatchObject([{ id: 'u3' }, { id: 'u4' }, { id: 'u5' }]);
    expect(rest.body['next']).toBeUndefined();
    const none = await list('reason=timeout');
    expect(none.body).toEqual({ notifications: [] });
  });

  test('are decided at once by their ids, with an answer for each; the first decision counts', async () => {
    const api = await startTestApi();
    await givenUnknowns(api, ['u1', 'u2']);
    const decide = (outcome: string) =>
      api.call('POST', '/v1/notifications/resolve', { outcome, ids: ['u1', 'none', 'u2', '?'] });
    const [a, b] = await Promise.all([decide('sent'), decide('not_sent')]);
    for (const answer of [a, b]) expect(answer.status).toBe(200);
    const results = (answer: typeof a) => answer.body['results'] as { status: number }[];
    for (const at of [0, 2]) {
      const statuses = [results(a)[at]?.status, results(b)[at]?.status];
      expect(statuses.sort()).toEqual([200, 409]);
    }
    expect(results(a)[1]).toMatchObject({ status: 404, id: 'none' });
    expect(results(a)[3]).toMatchObject({ status: 404, id: '?' });
    const [again] = results(await decide('not_sent'));
    expect(again).toMatchObject({ index: 0, state: expect.stringMatching(/^(sent|failed)$/) });
  });

  test('are decided by what they have in common', async () => {
    const api = await startTestApi();
    await givenUnknowns(api, IDS);
    const answer = await api.call('POST', '/v1/notifications/resolve', {
      outcome: 'not_sent',
      reason: 'worker_lost',
    });
    expect(answer.body['left']).toBe(false);
    expect(answer.body['results']).toHaveLength(5);
    const list = await api.call('GET', '/v1/notifications?state=unknown');
    expect(list.body).toEqual({ notifications: [] });
  });

  test.each<[string, unknown, string]>([
    ['POST', { outcome: 'sent' }, '(request)'],
    ['POST', { outcome: 'sent', ids: [] }, 'ids'],
    ['POST', { outcome: 'sent', ids: [1] }, 'ids'],
    ['POST', { outcome: 'sent', ids: ['a'], reason: 'x' }, 'reason'],
    ['POST', { outcome: 'x', ids: ['a'] }, 'outcome'],
    ['GET', undefined, 'state'],
  ])('refuse a wrong %s of %j by the field', async (method, body, field) => {
    const api = await startTestApi();
    const url = method === 'GET' ? '/v1/notifications' : '/v1/notifications/resolve';
    const answer = await api.call(method, url, body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });
});
