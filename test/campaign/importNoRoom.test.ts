import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';
import { openInboxFolder } from './inbox/support.js';
import { customersCsv, type Office, openOffice } from './support/office.js';

let server: PrivateRedis;
let office: Office;

beforeAll(async () => {
  server = await startPrivateRedis();
  office = await openOffice({ REDIS_URL: server.url });
});

afterAll(() => office.producer.close());
// Also when the office could not be opened: a Redis that goes on keeps the tests' process running.
afterAll(() => server.stop());

/** Leaves Redis between the share at which taking in stops and the limit at which nothing works. */
async function fillRedis(): Promise<void> {
  const { redis } = office.producer.store;
  const used = /^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1];
  await redis.config('SET', 'maxmemory', Math.round(Number(used) * 1.1));
}

test('an upload for which Redis has no room any more ends, and nothing of it stays', async () => {
  const { redis } = office.producer.store;
  await office.imported('before', customersCsv(2));
  await office.campaigns.create({ id: 'late', template: 'follow-up' });
  const stored = () => redis.keys(`${office.prefix.replace(/[{}]/g, '\\$&')}*late*`);
  const atFirst = (await stored()).sort();
  let mostStored = 0;
  async function* endless() {
    yield customersCsv(1_200);
    while (mostStored <= atFirst.length) mostStored = (await stored()).length;
    await fillRedis();
    for (let first = 2_000; ; first += 100) {
      await pause(50);
      yield customersCsv(100, first).replace('email,name\n', '');
    }
  }
  const source = Readable.from(endless(), { objectMode: false });
  const outcome = await office.campaigns.importRows('late', source);
  source.destroy();
  expect(outcome).toMatchObject({
    kind: 'refused',
    because: expect.stringContaining('no room'),
    retryAfterMs: 30_000,
  });
  expect((await stored()).sort()).toEqual(atFirst);
  const again = Readable.from([customersCsv(2)], { objectMode: false });
  expect(await office.campaigns.importRows('late', again)).toMatchObject({ retryAfterMs: 30_000 });
  await redis.config('SET', 'maxmemory', 0);
});

test('a file that was dropped meanwhile waits in the inbox, and is imported once there is room', async () => {
  const { redis } = office.producer.store;
  const inbox = await openInboxFolder(office);
  try {
    await fillRedis();
    inbox.watch();
    await inbox.drop('may.csv', customersCsv(3), { template: 'follow-up' });
    while ((await inbox.names('processing')).length === 0) await pause(10);
    await pause(500);
    expect(await inbox.names('rejected')).toEqual([]);
    expect(await inbox.names('processing')).toHaveLength(1);
    await redis.config('SET', 'maxmemory', 0);
    expect(await inbox.report('done', 'may.csv')).toMatchObject({
      campaign: { state: 'ready', import: { rows: 3 } },
    });
  } finally {
    await redis.config('SET', 'maxmemory', 0);
    await inbox.close();
  }
});
