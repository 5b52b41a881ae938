import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { CheckpointStore } from '../../src/notification/checkpoint.js';
import { Keyring } from '../../src/notification/keyring.js';
import { everythingStored } from '../support/everythingStored.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const prefix = freshPrefix();
const redis = new Redis(testRedisUrl());
const FOUND = { lastMessage: 'My parcel has not arrived', name: 'Dana Whitfield' };

const storeWith = (secret: string) =>
  new CheckpointStore<typeof FOUND>(redis, prefix, Keyring.parse(secret), 60_000);
const store = storeWith('a-secret-of-the-deployment');

beforeEach(async () => {
  await flushPrefix(prefix);
  await redis.set(`${prefix}:r:n-1`, 'a request');
});
afterAll(async () => {
  await flushPrefix(prefix);
  await redis.quit();
});

describe('a checkpoint', () => {
  test('is read as it was saved, and shows nothing to a reader of Redis', async () => {
    await store.save('n-1', FOUND);
    expect(await store.load('n-1')).toEqual(FOUND);
    const stored = [...(await everythingStored(prefix)).values()].join();
    expect(stored).not.toMatch(/parcel|Dana/);
    expect(stored).not.toBe('');
  });

  test('is not saved once the request is gone, so that no attempt writes an erased person down again', async () => {
    await redis.del(`${prefix}:r:n-1`);
    await store.save('n-1', FOUND);
    expect(await redis.exists(`${prefix}:x:n-1`)).toBe(0);
  });

  test('counts as absent under another secret, and under another notification', async () => {
    await store.save('n-1', FOUND);
    expect(await storeWith('another-secret-of-16').load('n-1')).toBeUndefined();
    await redis.copy(`${prefix}:x:n-1`, `${prefix}:x:n-2`);
    expect(await store.load('n-2')).toBeUndefined();
  });

  test('is read under a key that was rotated and is still listed', async () => {
    await storeWith('old:the-secret-of-last-year').save('n-1', FOUND);
    const rotated = storeWith('new:the-secret-of-this-year,old:the-secret-of-last-year');
    expect(await rotated.load('n-1')).toEqual(FOUND);
  });

  test.each([JSON.stringify(FOUND), '', 'garbled', '{'])(
    'that an older version wrote open, or that is damaged, counts as absent (%s)',
    async (stored) => {
      await redis.set(`${prefix}:x:n-1`, stored);
      expect(await store.load('n-1')).toBeUndefined();
      await store.save('n-1', FOUND);
      expect(await store.load('n-1')).toEqual(FOUND);
    },
  );
});
