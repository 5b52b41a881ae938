import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { checkRedisServer, judgeServer } from '../../src/redis/serverInfo.js';
import { type PrivateRedis, startPrivateRedis, testRedisUrl } from '../support/redis.js';

const connections: Redis[] = [];
const servers: PrivateRedis[] = [];
afterEach(async () => {
  for (const redis of connections.splice(0)) redis.disconnect();
  for (const server of servers.splice(0)) await server.stop();
});

function connect(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, disconnectTimeout: 100 });
  redis.on('error', () => undefined);
  connections.push(redis);
  return redis;
}

describe('a Redis that shall hold notifications', () => {
  test('is fit when it never evicts keys', async () => {
    const server = await startPrivateRedis();
    servers.push(server);
    expect(await checkRedisServer(connect(server.url))).toEqual({ ok: true });
  });

  test.each(['allkeys-lru', 'volatile-ttl'])(
    'is unfit with %s, and the sentence says what to set',
    async (policy) => {
      const server = await startPrivateRedis({ args: ['--maxmemory-policy', policy] });
      servers.push(server);
      const check = await checkRedisServer(connect(server.url));
      expect(check).toEqual({
        ok: false,
        problem: `Redis must have maxmemory-policy noeviction, or accepted notifications could be lost; this one has ${policy}.`,
      });
    },
  );

  test.each([
    ['5.0.14', false],
    ['6.0.16', false],
    ['6.2.0', true],
    ['7.2.4', true],
    ['10.0.1', true],
  ])('of version %s: fit is %p', (version, ok) => {
    const info = `# Server\r\nredis_version:${version}\r\nmaxmemory_policy:noeviction\r\n`;
    expect(judgeServer(info).ok).toBe(ok);
  });

  test('cannot be judged while it is away: that rejects', async () => {
    const server = await startPrivateRedis();
    await server.stop();
    await expect(checkRedisServer(connect(server.url))).rejects.toThrow();
    await expect(checkRedisServer(connect(testRedisUrl()))).resolves.toBeDefined();
  });
});
