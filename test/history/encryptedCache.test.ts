import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { EncryptedCache } from '../../src/history/encryptedCache.js';
import { Keyring } from '../../src/notification/keyring.js';
import { everythingStored } from '../support/everythingStored.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const ADDRESS = 'customer@example.com';
const VALUE = { said: 'My parcel has not arrived' };

const prefix = freshPrefix();
let redis: Redis;
let errors: unknown[];

beforeAll(() => {
  redis = new Redis(testRedisUrl());
});
beforeEach(async () => {
  errors = [];
  await flushPrefix(prefix);
});
afterAll(async () => {
  await flushPrefix(prefix);
  await redis.quit();
});

function cacheWith(
  { secret = 'a-secret-of-the-deployment', name = 'thing' } = {},
  through = redis,
): EncryptedCache<typeof VALUE> {
  const kind = { name, keyOf: (digest: string) => `${prefix}:c:${digest}` };
  return new EncryptedCache(through, Keyring.parse(secret), kind, (error) => errors.push(error));
}

async function onlyKey(): Promise<string> {
  const [key = '', ...others] = await redis.keys(`${prefix}:*`);
  expect(others).toEqual([]);
  return key;
}

describe('what is kept sealed', () => {
  test('is read again by a process that has the secret, for as long as it was to be kept', async () => {
    await cacheWith().save(ADDRESS, VALUE, 60_000);
    expect(await cacheWith().load(ADDRESS)).toEqual(VALUE);
    expect(await cacheWith().load('another@example.com')).toBeUndefined();
    const left = await redis.pttl(await onlyKey());
    expect(left).toBeGreaterThan(30_000);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  test('shows neither whom it is about nor what it says', async () => {
    await cacheWith().save(ADDRESS, VALUE, 60_000);
    const stored = JSON.stringify([...(await everythingStored(prefix))]);
    expect(stored).not.toMatch(/customer|example|parcel|said/);
  });

  test('does not look the same twice', async () => {
    await cacheWith().save(ADDRESS, VALUE, 60_000);
    const first = await redis.getBuffer(await onlyKey());
    await cacheWith().save(ADDRESS, VALUE, 60_000);
    expect((await redis.getBuffer(await onlyKey()))?.equals(first ?? Buffer.alloc(0))).toBe(false);
  });

  test.each([
    ['another secret', { secret: 'a-secret-of-another-owner' }],
    [
      'a secret that was rotated',
      { secret: 'k2:the-next-secret-of-it,k1:a-secret-of-the-deployment' },
    ],
    ['another kind', { name: 'other' }],
  ])('is absent under %s', async (_which, other) => {
    await cacheWith().save(ADDRESS, VALUE, 60_000);
    expect(await cacheWith(other).load(ADDRESS)).toBeUndefined();
    expect(errors).toEqual([]);
  });

  test.each([
    [
      'a bit of it has turned',
      (sealed: Buffer) => sealed.fill((sealed.at(-1) ?? 0) ^ 1, sealed.length - 1),
    ],
    ['its end is missing', (sealed: Buffer) => sealed.subarray(0, -1)],
    ['little of it is left', (sealed: Buffer) => sealed.subarray(0, 5)],
    ['nothing of it is left', () => Buffer.alloc(0)],
  ])('is absent when %s', async (_which, damage) => {
    await cacheWith().save(ADDRESS, VALUE, 60_000);
    const key = await onlyKey();
    await redis.set(key, damage((await redis.getBuffer(key)) ?? Buffer.alloc(0)));
    expect(await cacheWith().load(ADDRESS)).toBeUndefined();
    expect(errors).toEqual([]);
  });

  test('is absent when it was put in another’s place', async () => {
    await cacheWith().save(ADDRESS, VALUE, 60_000);
    const sealed = await redis.getBuffer(await onlyKey());
    await flushPrefix(prefix);
    await cacheWith().save('another@example.com', VALUE, 60_000);
    await redis.set(await onlyKey(), sealed ?? '');
    expect(await cacheWith().load('another@example.com')).toBeUndefined();
  });

  test('is absent when Redis is away, which is reported and fails no lookup', async () => {
    const away = new Redis(testRedisUrl(), { enableOfflineQueue: false, lazyConnect: true });
    const cache = cacheWith({}, away);
    await cache.save(ADDRESS, VALUE, 60_000);
    expect(await cache.load(ADDRESS)).toBeUndefined();
    expect(errors).toHaveLength(2);
    away.disconnect();
  });
});
