import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';

export {
  missingServer,
  type PrivateRedis,
  type ServerName,
  startPrivateRedis,
} from '../../scripts/redis.mjs';

/** The Redis that all test files share; each keeps to a prefix of its own. */
export function testRedisUrl(): string {
  const url = process.env['TEST_REDIS_URL'];
  if (url === undefined) {
    throw new Error('TEST_REDIS_URL is not set: run the tests through npm test or npx jest.');
  }
  return url;
}

/** A key prefix no other test uses; a hash tag, so that all its keys share one cluster slot. */
export function freshPrefix(): string {
  return `{t-${randomBytes(6).toString('hex')}}`;
}

/** Deletes every key of `prefix` in the shared Redis. */
export async function flushPrefix(prefix: string): Promise<void> {
  const redis = new Redis(testRedisUrl());
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
      if (keys.length > 0) await redis.unlink(...keys);
    }
  } finally {
    await redis.quit();
  }
}
