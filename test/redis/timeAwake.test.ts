import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { connectForProducing, disconnect } from '../../src/redis/redisClient.js';
import { afterTimeAwake } from '../../src/redis/timeAwake.js';
import { testRedisUrl } from '../support/redis.js';

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('time in which the process stood still counts as a part of the limit, and the limit comes all the same', async () => {
  let isOver = false;
  const over = new Promise<void>((resolve) => {
    afterTimeAwake(1_000, () => {
      isOver = true;
      resolve();
    });
  });
  standStill(1_500);
  await delay(0);
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  await over;
});

test('a limit that was called off never comes', async () => {
  let isOver = false;
  afterTimeAwake(10, () => {
    isOver = true;
  }).cancel();
  await delay(50);
  expect(isOver).toBe(false);
});

test('an answer that came while a producer stood still is an answer, and not a timeout', async () => {
  const redis = connectForProducing(testRedisUrl());
  await once(redis, 'ready');
  const answer = redis.ping();
  // The command leaves; what comes back is not read while the process stands still.
  await new Promise(setImmediate);
  standStill(2_500);
  expect(await answer).toBe('PONG');
  disconnect(redis);
});
