import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { campaignWithRows } from '../../api/support/campaigns.js';
import { type PrivateRedis, startPrivateRedis } from '../../support/redis.js';

const OVER_MS = 9_000;
const RUNNING = ['one', 'two', 'three', 'four', 'five'];

let server: PrivateRedis;
let api: TestApi;
let watcher: Redis;

stopApisAfterAll();
beforeAll(async () => {
  server = await startPrivateRedis();
  watcher = new Redis(server.url);
  api = await startTestApi({ REDIS_URL: server.url });
  for (const id of RUNNING) {
    await campaignWithRows(api, id);
    await api.call('POST', `/v1/campaigns/${id}/start`, {});
  }
});
afterAll(async () => {
  await watcher.quit();
  await server.stop();
});

test('five lists and five running campaigns on ten screens cost Redis at most 20 commands a second in all', async () => {
  const leaving = new AbortController();
  const paths = RUNNING.flatMap((id) => ['/live/campaigns', `/live/campaigns/${id}`]);
  const screens = await Promise.all(
    paths.map((path) => fetch(`${api.url}${path}`, { signal: leaving.signal })),
  );
  const monitor = await watcher.monitor();
  let commands = 0;
  monitor.on('monitor', (_time: string, _args: string[], source: string) => {
    if (source !== 'lua') commands += 1;
  });
  await delay(OVER_MS);
  monitor.disconnect();
  leaving.abort();
  expect(screens.map(({ status }) => status)).toEqual(paths.map(() => 200));
  expect(commands).toBeGreaterThan(0);
  expect(commands / (OVER_MS / 1_000)).toBeLessThanOrEqual(20);
});
