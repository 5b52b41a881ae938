import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NotificationProducer } from '../../src/queue/producer.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { publishTestTemplate } from '../support/templates.js';
import { run } from './support/command.js';

const prefix = freshPrefix();
const environment = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: prefix };
const EMAIL = 'dana@example.com';
let producer: NotificationProducer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-person-'));
  producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });
  await new Promise<void>((resolve) => producer.onConnect(resolve));
  await publishTestTemplate(producer.store.redis, prefix);
  for (const [id, email] of [
    ['of-dana', EMAIL],
    ['of-ann', 'ann@example.com'],
  ] as const) {
    await producer.send({ id, recipient: { email, name: 'Marker' }, template: 'greeting' });
  }
});
afterAll(async () => {
  await producer.close();
  await flushPrefix(prefix);
  rmSync(folder, { recursive: true });
});

test('notifier export writes what is stored about a person into a new file that only its owner can read', async () => {
  const file = path.join(folder, 'dana.json');
  const args = ['export', '--recipient', 'DANA@example.com', '--out', file];
  expect(await run(args, environment)).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    addresses: [expect.stringMatching(/^dana@example.com$/i)],
    notifications: [{ id: 'of-dana', request: { recipient: { email: EMAIL, name: 'Marker' } } }],
  });
  expect(statSync(file).mode & 0o077).toBe(0);
  const again = await run(args, environment);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--out: expected')]);
});

test('notifier erase erases one person and no other, says what is kept, and finds nothing the second time', async () => {
  const erased = await run(['erase', '--recipient', EMAIL], environment);
  expect(erased).toMatchObject({ code: 0, stderr: '' });
  expect(erased.stdout).toMatch(/^Erased: 1 requests of notifications\.$/m);
  expect(erased.stdout).toMatch(/^Cancelled before they left: 1 notifications\.$/m);
  expect(erased.stdout).toMatch(/^Kept: records of notifications: .* Why: they hold no address/m);
  expect(await producer.notifications.get('of-dana')).toMatchObject({
    state: 'cancelled',
    reason: 'erased',
  });
  expect(await producer.notifications.get('of-ann')).toMatchObject({ state: 'queued' });
  const again = await run(['erase', '--recipient', EMAIL, '--json'], environment);
  expect(JSON.parse(again.stdout)).toMatchObject({ erased: { requests: 0 }, remains: [] });
});

test.each([['*'], ['12'], ['']])('what is no address is refused: %j', async (recipient) => {
  const { code, stderr } = await run(['erase', '--recipient', recipient], environment);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--recipient: expected')]);
});

test('without Redis nothing is done, and the exit code says so', async () => {
  const away = { ...environment, REDIS_URL: 'redis://127.0.0.1:1' };
  const { code, stderr } = await run(['erase', '--recipient', EMAIL], away);
  expect([code, stderr]).toEqual([7, expect.stringContaining('Redis is unavailable')]);
});
