import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { ledgerKeys } from '../../src/redis/keys.js';
import { REQUEST, startTestApi, stopApisAfterEach } from './support/api.js';

stopApisAfterEach();

interface Page {
  events: { id: string; type: string; at: string; notification?: Record<string, unknown> }[];
  next: string;
  more: boolean;
}

test('GET /v1/events says what happened, page by page, and refuses a cursor of which events may be missing', async () => {
  const api = await startTestApi();
  const read = async (query = '') => {
    const { status, body } = await api.call('GET', `/v1/events${query}`);
    expect(status).toBe(200);
    return body as unknown as Page;
  };
  expect(await read()).toEqual({ events: [], next: '0-1', more: false });
  await api.post({ ...REQUEST, id: 'one', campaignId: 'autumn', metadata: { order: 7 } });
  await api.post({ ...REQUEST, id: 'two' });
  await api.call('DELETE', '/v1/notifications/two');

  const { events, next, more } = await read();
  expect(events.map(({ type, notification }) => `${notification?.['id']} ${type}`)).toEqual([
    'one notification.accepted',
    'one notification.queued',
    'two notification.accepted',
    'two notification.queued',
    'two notification.cancelled',
  ]);
  expect([events.at(-1)?.id, more]).toEqual([next, false]);
  expect(events[0]).toMatchObject({
    at: new Date(Number(events[0]?.id.split('-')[0])).toISOString(),
    notification: {
      generation: 1,
      state: 'accepted',
      campaignId: 'autumn',
      metadata: { order: 7 },
    },
  });
  expect(JSON.stringify(events)).not.toContain('example.com');

  const second = await read(`?limit=2&after=${events[1]?.id}`);
  expect(second.events).toEqual(events.slice(2, 4));
  expect(second.more).toBe(true);
  expect((await read('?types=notification.cancelled,campaign.paused')).events).toEqual(
    events.slice(4),
  );
  expect((await read('?campaign=autumn')).events).toEqual(events.slice(0, 2));
  expect(await read(`?after=${next}`)).toEqual({ events: [], next, more: false });

  for (const query of ['?after=yesterday', '?types=notification.lost', '?types=']) {
    expect((await api.call('GET', `/v1/events${query}`)).status).toBe(422);
  }
  const redis = new Redis(api.config.REDIS_URL);
  await redis.del(ledgerKeys(api.config.QUEUE_PREFIX).feed);
  redis.disconnect();
  expect(await api.call('GET', `/v1/events?after=${next}`)).toMatchObject({
    status: 410,
    body: { type: 'urn:proactive-notifier:problem:events-gone', resumeFrom: '0-0' },
  });
});
