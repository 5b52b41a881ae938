import { describe, expect, test } from '@jest/globals';
import {
  type Answer,
  REQUEST,
  startTestApi,
  stopApisAfterEach,
  type TestApi,
} from './support/api.js';

stopApisAfterEach();

function batch(api: TestApi, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return api.call('POST', '/v1/notifications/batch', body, headers);
}

describe('a batch', () => {
  test('answers for each item by its own merits, in the order of the input', async () => {
    const api = await startTestApi();
    await api.post({ ...REQUEST, id: 'known' });
    await api.post({ ...REQUEST, id: 'other' });
    const { status, body } = await batch(api, {
      notifications: [
        { ...REQUEST, id: 'new' },
        { ...REQUEST, id: 'known' },
        { ...REQUEST, id: 'other', template: 'order-update', variables: {} },
        { ...REQUEST, id: 'other', channels: ['sms'] },
        { ...REQUEST, id: 'bad id' },
        'nonsense',
        { ...REQUEST, id: 'new' },
        REQUEST,
      ],
    });
    expect(status).toBe(200);
    expect(body['results']).toEqual([
      { index: 0, status: 202, id: 'new', state: 'accepted' },
      { index: 1, status: 200, id: 'known', state: 'queued' },
      expect.objectContaining({
        index: 2,
        status: 422,
        id: 'other',
        errors: expect.arrayContaining([expect.objectContaining({ field: 'variables.status' })]),
      }),
      expect.objectContaining({ index: 3, status: 409, id: 'other', state: 'queued' }),
      expect.objectContaining({
        index: 4,
        status: 422,
        errors: [expect.objectContaining({ field: 'id' })],
      }),
      expect.objectContaining({ index: 5, status: 422 }),
      { index: 6, status: 200, id: 'new', state: 'accepted' },
      { index: 7, status: 202, id: expect.any(String), state: 'accepted' },
    ]);
    expect(JSON.stringify(body)).not.toContain('bad id');
  });

  test('takes a thousand', async () => {
    const api = await startTestApi();
    const notifications = Array.from({ length: 1_000 }, (_, at) => ({ ...REQUEST, id: `n${at}` }));
    const { status, body } = await batch(api, { notifications });
    expect(status).toBe(200);
    const results = body['results'] as { status: number }[];
    expect(results.filter((result) => result.status === 202)).toHaveLength(1_000);
  });

  test('may be larger than a single request may be', async () => {
    const api = await startTestApi();
    const metadata = { note: 'x'.repeat(50_000) };
    const notifications = Array.from({ length: 40 }, () => ({ ...REQUEST, metadata }));
    expect((await batch(api, { notifications })).status).toBe(200);
  });

  test.each<[string, unknown, field: string, expected: RegExp]>([
    ['a bare array', [REQUEST], '(request)', /^an object with notifications/],
    ['no list', {}, 'notifications', /^an array of 1 to 1000 requests/],
    ['no array', { notifications: REQUEST }, 'notifications', /^an array of 1 to 1000 requests/],
    ['nothing in it', { notifications: [] }, 'notifications', /^an array of 1 to 1000 requests/],
    [
      'a thousand and one',
      { notifications: Array.from({ length: 1_001 }, () => REQUEST) },
      'notifications',
      /^an array of 1 to 1000 requests/,
    ],
    [
      'more beside the list',
      { notifications: [REQUEST], dryRun: true },
      'dryRun',
      /^no such field/,
    ],
  ])(
    'with %s is refused as a whole, and nothing is stored',
    async (_title, body, field, expected) => {
      const api = await startTestApi();
      const answer = await batch(api, body);
      expect(answer.status).toBe(422);
      expect(answer.body['errors']).toContainEqual({
        field,
        expected: expect.stringMatching(expected),
      });
      expect(await api.storedKeys()).toEqual([]);
    },
  );

  test('with an Idempotency-Key is refused: one key cannot stand for many', async () => {
    const api = await startTestApi();
    const answer = await batch(api, { notifications: [REQUEST] }, { 'idempotency-key': 'k' });
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toEqual([
      {
        field: 'Idempotency-Key',
        expected: 'no such header on a batch; give each notification its id',
      },
    ]);
    expect(await api.storedKeys()).toEqual([]);
  });

  test('for which there is no room in the backlog is answered 503, each item with its id', async () => {
    const api = await startTestApi({ BACKLOG_MAX: '1' });
    const notifications = [{ ...REQUEST, id: 'a' }, REQUEST, { ...REQUEST, id: 'no no' }];
    const { status, headers, body } = await batch(api, { notifications });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('30');
    expect(body).toMatchObject({
      type: 'urn:proactive-notifier:problem:backlog-full',
      results: [
        { index: 0, status: 503, id: 'a', retryAfter: 30 },
        { index: 1, status: 503, id: expect.any(String) },
        { index: 2, status: 422 },
      ],
    });
    expect(await api.storedKeys()).toEqual([]);
  });
});
