import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NotificationProducer } from '../../src/queue/producer.js';
import { REQUEST } from '../support/notifications.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { publishTestTemplate } from '../support/templates.js';
import { Command, run } from './support/command.js';

const prefix = freshPrefix();
const environment = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix };
const request = { ...REQUEST, template: 'greeting' };
let producer: NotificationProducer;

beforeAll(async () => {
  producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });
  await new Promise<void>((resolve) => producer.onConnect(resolve));
  await publishTestTemplate(producer.store.redis, prefix);
});
afterAll(async () => {
  await producer.close();
  await flushPrefix(prefix);
});

test('notifier events prints what is kept, then what happens, one JSON document a line', async () => {
  await producer.send({ ...request, id: 'kept' });
  const types = ['--types', 'notification.accepted'];
  const kept = await run(['events', ...types], environment);
  const event = JSON.parse(kept.stdout) as { id: string };
  expect(kept).toMatchObject({ code: 0, stderr: '' });
  expect(event).toMatchObject({ type: 'notification.accepted', notification: { id: 'kept' } });

  const command = new Command(
    ['events', '--follow', '--after', event.id, '--limit', '2', ...types],
    environment,
  );
  await producer.send({ ...request, id: 'new-1' });
  await command.says(/"id":"new-1"/);
  await producer.send({ ...request, id: 'new-2' });
  expect(await command.end()).toBe(0);
  expect(command.stdout.trim().split('\n')).toHaveLength(2);
});

test('notifier events names what is wrong, and a cursor of which events may be missing', async () => {
  const wrong = await run(['events', '--types', 'notification.lost'], environment);
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--types: expected') });
  const gone = await run(['events', '--after', '9999999999999-0'], environment);
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('go on from') });
});
