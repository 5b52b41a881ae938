import { Redis } from 'ioredis';
import { testRedisUrl } from './redis.js';

/** All that lies under a prefix: each key with its raw content, byte for byte. */
export async function everythingStored(prefix: string): Promise<Map<string, string>> {
  const redis = new Redis(testRedisUrl());
  try {
    const found = new Map<string, string>();
    for (const key of await redis.keys(`${prefix}:*`)) found.set(key, await contentOf(redis, key));
    return found;
  } finally {
    await redis.quit();
  }
}

async function contentOf(redis: Redis, key: string): Promise<string> {
  switch (await redis.type(key)) {
    case 'string':
      return ((await redis.getBuffer(key)) ?? Buffer.alloc(0)).toString('latin1');
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return JSON.stringify(await redis.lrange(key, 0, -1));
    case 'set':
      return JSON.stringify(await redis.smembers(key));
    case 'zset':
      return JSON.stringify(await redis.zrange(key, '0', '-1'));
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'));
    default:
      return '';
  }
}
