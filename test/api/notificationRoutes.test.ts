import { describe, expect, jest, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { REQUEST, startTestApi, stopApisAfterEach, type TestApi } from './support/api.js';

stopApisAfterEach();

async function jobIds(api: TestApi): Promise<(string | undefined)[]> {
  const connection = new Redis(api.config.REDIS_URL, { maxRetriesPerRequest: null });
  const queue = new Queue('transactional', { connection, prefix: api.config.QUEUE_PREFIX });
  try {
    const jobs = await queue.getJobs(['waiting', 'delayed', 'prioritized']);
    return jobs.map((job) => job.id);
  } finally {
    await queue.close();
    connection.disconnect();
  }
}

describe('handing over a notification', () => {
  test('answers 202 with the notification, says where to read it, and has put a job in the queue', async () => {
    const api = await startTestApi();
    const answer = await api.post({ ...REQUEST, id: 'shop-1', metadata: { order: 7 } });
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe('/v1/notifications/shop-1');
    expect(answer.body).toMatchObject({
      id: 'shop-1',
      state: 'accepted',
      attempts: 0,
      metadata: { order: 7 },
      timeline: [{ state: 'accepted' }],
    });
    expect(await jobIds(api)).toEqual(['n-shop-1.1']);
  });

  test('gives it an id when the caller has none', async () => {
    const api = await startTestApi();
    const { body, headers } = await api.post(REQUEST);
    expect(body['id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(headers.get('location')).toBe(`/v1/notifications/${body['id']}`);
  });

  test('answers the same request again with 200 and the notification as it stands', async () => {
    const api = await startTestApi();
    await api.post({ ...REQUEST, id: 'again' });
    const { status, body } = await api.post({ ...REQUEST, id: 'again' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 'again', state: 'queued' });
    expect(await jobIds(api)).toEqual(['n-again.1']);
  });

  test('answers another request under the same id with 409 and changes nothing', async () => {
    const api = await startTestApi();
    await api.post({ ...REQUEST, id: 'taken' });
    const before = await api.call('GET', '/v1/notifications/taken');
    const { status, headers, body } = await api.post({
      ...REQUEST,
      id: 'taken',
      recipient: { email: 'someone.else@example.com' },
    });
    expect(status).toBe(409);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({
      type: 'urn:proactive-notifier:problem:id-conflict',
      status: 409,
      id: 'taken',
      state: 'queued',
    });
    expect((await api.call('GET', '/v1/notifications/taken')).body).toEqual(before.body);
  });

  test('of twenty identical requests at once accepts one, knows the others, and adds one job', async () => {
    const api = await startTestApi();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post({ ...REQUEST, id: 'double-click' })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(19).fill(200), 202]);
    expect(await jobIds(api)).toEqual(['n-double-click.1']);
  });

  test.each(['12345', 'x'.repeat(128), 'batch', 'a.b_c-d'])(
    'takes the id %s, which can then be read and cancelled',
    async (id) => {
      const api = await startTestApi();
      expect((await api.post({ ...REQUEST, id })).status).toBe(202);
      expect((await api.call('GET', `/v1/notifications/${id}`)).body).toMatchObject({
        id,
        state: 'queued',
      });
      expect((await api.call('DELETE', `/v1/notifications/${id}`)).status).toBe(200);
    },
  );

  test('writes the name of the API key into the timeline', async () => {
    const api = await startTestApi({ API_KEYS: 'shop:0123456789abcdef' });
    const authorization = 'Bearer 0123456789abcdef';
    const { body } = await api.post(REQUEST, { authorization });
    expect(body['timeline']).toMatchObject([{ state: 'accepted', detail: 'by shop' }]);
  });
});

describe('an Idempotency-Key header', () => {
  test('is another way to give the id', async () => {
    const api = await startTestApi();
    const key = { 'idempotency-key': 'from-header' };
    const first = await api.post(REQUEST, key);
    expect(first).toMatchObject({ status: 202, body: { id: 'from-header' } });
    expect(await api.post({ ...REQUEST, id: 'from-header' })).toMatchObject({ status: 200 });
    expect(await api.post({ ...REQUEST, id: 'from-header' }, key)).toMatchObject({ status: 200 });
  });

  test('that differs from the body’s id is refused together with every other wrong field', async () => {
    const api = await startTestApi();
    const answer = await api.post(
      { ...REQUEST, id: 'one', channels: ['fax'] },
      { 'idempotency-key': 'two' },
    );
    expect(answer.status).toBe(422);
    expect(answer.body['errors']).toEqual([
      { field: 'Idempotency-Key', expected: 'the same as id in the body, or only one of them' },
      { field: 'channels.0', expected: 'one of web, email, engage, sms' },
    ]);
    expect(await api.storedKeys()).toEqual([]);
  });

  test('that is wrong does not make the machine’s clock, 25 hours ahead, judge the deadline', async () => {
    const api = await startTestApi();
    const realNow = Date.now;
    const deadline = new Date(realNow() + 3_600_000).toISOString();
    const wrong = jest.spyOn(Date, 'now').mockImplementation(() => realNow() + 25 * 3_600_000);
    try {
      const answer = await api.post({ ...REQUEST, id: 'a', deadline }, { 'idempotency-key': 'b' });
      expect(answer.body['errors']).toEqual([
        { field: 'Idempotency-Key', expected: 'the same as id in the body, or only one of them' },
      ]);
    } finally {
      wrong.mockRestore();
    }
  });

  test.each(['two words', 'a:b', '', 'x'.repeat(129)])(
    '"%s" is refused by its name',
    async (key) => {
      const api = await startTestApi();
      const answer = await api.post(REQUEST, { 'idempotency-key': key });
      expect(answer.status).toBe(422);
      expect(answer.body['errors']).toEqual([
        { field: 'Idempotency-Key', expected: '1 to 128 characters from A-Z a-z 0-9 . _ -' },
      ]);
      expect(await api.storedKeys()).toEqual([]);
    },
  );
});

describe('reading and cancelling', () => {
  test('an unknown id is answered with 404', async () => {
    const api = await startTestApi();
    for (const [method, path] of [
      ['GET', '/v1/notifications/nobody'],
      ['DELETE', '/v1/notifications/nobody'],
      ['POST', '/v1/notifications/nobody/retry'],
      ['GET', '/v1/notifications/not%20an%20id'],
    ] as const) {
      const answer = await api.call(method, path);
      expect(answer).toMatchObject({
        status: 404,
        body: { type: 'urn:proactive-notifier:problem:no-notification' },
      });
    }
  });

  test('a cancelled notification is answered with its view, the second time too', async () => {
    const api = await startTestApi();
    await api.post({ ...REQUEST, id: 'c', metadata: { order: 7 } });
    for (const _time of ['first', 'second']) {
      const { status, body } = await api.call('DELETE', '/v1/notifications/c');
      expect(status).toBe(200);
      expect(body).toMatchObject({ id: 'c', state: 'cancelled', metadata: { order: 7 } });
      expect(body['timeline']).toHaveLength(3);
    }
  });
});
