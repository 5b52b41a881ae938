import { describe, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterEach } from './support/api.js';
import { givenUnknowns } from './support/unknowns.js';

stopApisAfterEach();

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
    const url = method === 'GET' ? '/v1/notifications?state=queued' : '/v1/notifications/resolve';
    const answer = await api.call(method, url, body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });
});
