import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisFullError } from '../../src/queue/notifierErrors.js';
import { NotificationProducer } from '../../src/queue/producer.js';
import { REQUEST, startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { CAMPAIGN, ROWS, upload } from '../api/support/campaigns.js';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';

/*
 * A Redis whose memory is used up (maxmemory, noeviction). It goes on answering reads, and refuses
 * every write that could take memory. What stops something must work all the same.
 */
describe('while Redis is full', () => {
  let server: PrivateRedis;
  let admin: Redis;
  let api: TestApi;

  stopApisAfterAll();

  async function setMaxmemory(bytes: number): Promise<void> {
    await admin.config('SET', 'maxmemory', bytes);
  }

  beforeAll(async () => {
    server = await startPrivateRedis();
    admin = new Redis(server.url);
    api = await startTestApi({ REDIS_URL: server.url });
    expect((await api.post({ ...REQUEST, id: 'waits' })).status).toBe(202);
    await api.call('POST', '/v1/campaigns', CAMPAIGN);
    await upload(api, CAMPAIGN.id, ROWS);
    expect((await api.call('POST', `/v1/campaigns/${CAMPAIGN.id}/start`)).status).toBe(200);
    await setMaxmemory(1_000_000);
    await expect(admin.set('any', 'value')).rejects.toThrow(/^OOM/);
  });
  afterAll(async () => {
    await api.stop();
    admin.disconnect();
    await server.stop();
  });

  test('the api is not ready and says why', async () => {
    const ready = await api.call('GET', '/readyz');
    expect(ready).toMatchObject({ status: 503, body: { detail: expect.stringMatching(/full/) } });
  });

  test('a request is refused because Redis is full, and not because too many wait', async () => {
    // What this process has seen of the memory is good for a second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const answer = await api.post({ ...REQUEST, id: 'new' });
    expect(answer).toMatchObject({
      status: 503,
      body: {
        type: 'urn:proactive-notifier:problem:redis-full',
        title: 'Redis is full',
        detail: 'Nothing was stored. Try again later, with this id.',
        id: 'new',
        retryAfter: 30,
      },
    });
    const batch = await api.call('POST', '/v1/notifications/batch', { notifications: [REQUEST] });
    expect(batch).toMatchObject({
      status: 503,
      body: {
        type: 'urn:proactive-notifier:problem:redis-full',
        results: [{ status: 503, type: 'urn:proactive-notifier:problem:redis-full' }],
      },
    });
    expect((await api.call('GET', '/v1/notifications/new')).status).toBe(404);
  });

  test('the same is said when the memory is used up between the look and the write', async () => {
    const producer = new NotificationProducer({
      redisUrl: server.url,
      prefix: api.config.QUEUE_PREFIX,
    });
    try {
      await setMaxmemory(0);
      await producer.send({ ...REQUEST, id: 'waits' });
      await setMaxmemory(1_000_000);
      const sent = producer.send({ ...REQUEST, id: 'between' });
      await expect(sent).rejects.toBeInstanceOf(RedisFullError);
      // A repetition of what is kept is no refusal.
      expect(await producer.send({ ...REQUEST, id: 'waits' })).toMatchObject({ isNew: false });
    } finally {
      await producer.close();
    }
  });

  test('all sending can be paused, and let go on', async () => {
    const paused = await api.call('POST', '/v1/pause', { reason: 'Redis is full' });
    expect(paused).toMatchObject({ status: 200, body: { paused: true, reason: 'Redis is full' } });
    expect((await api.call('GET', '/v1/status')).body).toMatchObject({ paused: true });
    const resumed = await api.call('POST', '/v1/resume');
    expect(resumed).toMatchObject({ status: 200, body: { paused: false } });
    expect((await api.call('GET', '/v1/status')).body).toMatchObject({ paused: false });
  });

  test('a campaign can be paused and cancelled', async () => {
    const path = `/v1/campaigns/${CAMPAIGN.id}`;
    const paused = await api.call('POST', `${path}/pause`, { reason: 'Redis is full' });
    expect(paused).toMatchObject({ status: 200, body: { state: 'paused' } });
    const cancelled = await api.call('POST', `${path}/cancel`);
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled' } });
  });

  test('a notification can be cancelled', async () => {
    const answer = await api.call('DELETE', '/v1/notifications/waits');
    expect(answer).toMatchObject({ status: 200, body: { state: 'cancelled' } });
  });

  test('each change has its event, and what was refused has none', async () => {
    const { body } = await api.call('GET', '/v1/events?limit=1000');
    const events = (body as { events: { type: string; notification?: { id: string } }[] }).events;
    expect(events.map(({ type }) => type)).toEqual([
      'notification.accepted',
      'notification.queued',
      'campaign.importing',
      'campaign.ready',
      'campaign.running',
      'campaign.paused',
      'campaign.cancelled',
      'notification.cancelled',
    ]);
    expect(events.flatMap(({ notification }) => notification?.id ?? [])).toEqual(
      Array(3).fill('waits'),
    );
  });

  test('the api serves again as soon as there is room, without help', async () => {
    await setMaxmemory(0);
    const giveUpAt = Date.now() + 10_000;
    let answer = await api.post({ ...REQUEST, id: 'afterwards' });
    while (answer.status !== 202 && Date.now() < giveUpAt) {
      answer = await api.post({ ...REQUEST, id: 'afterwards' });
    }
    expect(answer.status).toBe(202);
    expect((await api.call('GET', '/readyz')).status).toBe(200);
  });
});
