import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NotificationProducer } from '../../src/queue/producer.js';
import { REQUEST } from '../support/notifications.js';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';
import { publishTestTemplate } from '../support/templates.js';

let server: PrivateRedis;
let producer: NotificationProducer;

beforeAll(async () => {
  server = await startPrivateRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  producer = new NotificationProducer({ redisUrl: server.url });
  await new Promise<void>((resolve) => producer.onConnect(resolve));
  await publishTestTemplate(producer.store.redis, producer.store.prefix);
});
afterAll(async () => {
  await producer.close();
  await server.stop();
});

const accepted = { types: ['notification.accepted'] as const };

test('events go on where they were after Redis was away, each once, and after a new start behind the cursor', async () => {
  await producer.send({ ...REQUEST, template: 'greeting', id: 'before' });
  const events = producer.events(accepted);
  expect(events.cursor).toBeUndefined();
  const first = await events.next();
  expect(first.value?.notification?.id).toBe('before');
  expect(events.cursor).toBe(first.value?.id);
  const second = events.next();
  await server.kill('SIGKILL');
  await server.restart();
  await sendWhenBack('after');
  expect((await second).value?.notification?.id).toBe('after');

  const anew = producer.events({ ...accepted, after: first.value?.id });
  expect((await anew.next()).value?.notification?.id).toBe('after');
  await anew.return?.();
  expect(await anew.next()).toEqual({ done: true, value: undefined });
});

test('the cursor moves past what does not fit, so that it stays young', async () => {
  const stop = new AbortController();
  const events = producer.events({ types: ['campaign.paused'], signal: stop.signal });
  const next = events.next();
  const newest = await producer.eventReader.newest();
  while (events.cursor !== newest) await new Promise((resolve) => setTimeout(resolve, 20));
  stop.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('a cursor of which events may be missing ends them with an error that says where to go on', async () => {
  const newest = await producer.eventReader.newest();
  const ahead = producer.events({ after: '9999999999999-0' });
  await expect(ahead.next()).rejects.toMatchObject({
    name: 'EventsGoneError',
    because: 'ahead',
    resumeFrom: newest,
  });
});

async function sendWhenBack(id: string): Promise<void> {
  for (;;) {
    const sent = await producer
      .send({ ...REQUEST, template: 'greeting', id })
      .catch(() => undefined);
    if (sent !== undefined) return;
  }
}
