import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { loadConfig } from '../../src/config.js';
import {
  connectForProducing,
  connectForWorking,
  disconnect,
  type RedisClient,
} from '../../src/redis/redisClient.js';
import { startPrivateRedis, testRedisUrl } from '../support/redis.js';

const open: RedisClient[] = [];

/** Connections whose servers do not exist: only what they would connect to is looked at. */
function opened<T extends RedisClient>(client: T): T {
  client.on('error', () => undefined);
  open.push(client);
  return client;
}

function single(url: string): Redis {
  const client = opened(connectForWorking(url));
  if (!(client instanceof Redis)) throw new Error('not a single connection');
  return client;
}

function cluster(url: string): Cluster {
  const client = opened(connectForWorking(url));
  if (!(client instanceof Cluster)) throw new Error('not a cluster');
  return client;
}

afterEach(() => {
  for (const client of open.splice(0)) disconnect(client);
});

describe('a Redis URL', () => {
  test('with one host is one server', () => {
    expect(single('redis://shop:p%40ss@127.0.0.1:1/3').options).toMatchObject({
      host: '127.0.0.1',
      port: 1,
      username: 'shop',
      password: 'p@ss',
      db: 3,
    });
  });

  test('with rediss is spoken to over TLS', () => {
    expect(single('rediss://127.0.0.1:1').options.tls).toBeDefined();
    expect(single('redis://127.0.0.1:1').options.tls).toBeUndefined();
    expect(cluster('rediss://127.0.0.1:1,rediss://127.0.0.1:2').options).toMatchObject({
      redisOptions: { tls: {} },
    });
  });

  test('given several times is a cluster, with the credentials of the first', () => {
    const client = cluster('redis://shop:p%40ss@127.0.0.1:1, redis://[::1]:2,redis://127.0.0.3');
    expect(client.options.redisOptions).toMatchObject({ username: 'shop', password: 'p@ss' });
    // The nodes as they were given, before any of them has been asked for the others.
    expect(Reflect.get(client, 'startupNodes')).toEqual([
      { host: '127.0.0.1', port: 1 },
      { host: '::1', port: 2 },
      { host: '127.0.0.3', port: 6379 },
    ]);
  });

  test('through Sentinel names the master, the sentinels and the database', () => {
    const url = 'redis+sentinel://the%20shop:p%40ss@127.0.0.1:1,127.0.0.2/main/3';
    expect(single(url).options).toMatchObject({
      name: 'main',
      sentinels: [
        { host: '127.0.0.1', port: 1 },
        { host: '127.0.0.2', port: 26_379 },
      ],
      username: 'the shop',
      password: 'p@ss',
      db: 3,
    });
    const plain = single('redis+sentinel://127.0.0.1:1/main').options;
    expect(plain).toMatchObject({ name: 'main', username: null, password: null, db: 0 });
  });

  test.each([
    'redis://127.0.0.1:6379',
    'rediss://shop:p%40ss@redis.internal/2',
    'redis://a:7000,redis://b:7001, redis://c:7002',
    'redis+sentinel://a,b:26379/main',
    'redis+sentinel://:pass@a:26379/main/1',
  ])('such as %s passes the configuration', (url) => {
    const env = { REDIS_URL: url, NOTIFIER_SECRET: 'a-secret-of-16-characters' };
    expect(loadConfig(env, 'api')).toMatchObject({ ok: true, config: { REDIS_URL: url } });
  });

  test.each([
    'redis://',
    'redis:///0',
    'redis://a:port',
    'redis://a:99999',
    'redis://shop:%zz@a',
    'redis://a,',
    'redis://a,b',
    'redis://a,http://b',
    'redis+sentinel://a:26379',
    'redis+sentinel:///main',
    'redis+sentinel://a:99999/main',
    'redis+sentinel://a,,b/main',
    'redis+sentinel://shop:%zz@a/main',
    'redis+sentinel://a/main/db',
  ])('such as %s is refused by the configuration, so that no role starts with it', (url) => {
    const env = { REDIS_URL: url, NOTIFIER_SECRET: 'a-secret-of-16-characters' };
    expect(loadConfig(env, 'api')).toEqual({
      ok: false,
      problems: [{ name: 'REDIS_URL', expected: expect.stringContaining('redis://host:6379') }],
    });
  });
});

describe('while Redis is away', () => {
  test('a producer fails at once, a worker waits, and both go on when it is back', async () => {
    const server = await startPrivateRedis();
    try {
      const producing = opened(connectForProducing(server.url));
      const working = opened(connectForWorking(server.url));
      await Promise.all([next(producing, 'ready'), next(working, 'ready')]);

      const bothLost = Promise.all([next(producing, 'close'), next(working, 'close')]);
      await server.kill('SIGKILL');
      await bothLost;
      const patient = working.ping();
      const failed = producing.ping().catch(() => 'failed');
      expect(await Promise.race([failed, nextTurn('kept waiting')])).toBe('failed');

      const back = next(producing, 'ready');
      await server.restart();
      expect(await patient).toBe('PONG');
      await back;
      expect(await producing.ping()).toBe('PONG');
    } finally {
      await server.stop();
    }
  });

  test('a producer waits 2 s at most for a server that is there but does not answer', async () => {
    const server = await startPrivateRedis();
    try {
      const producing = opened(connectForProducing(server.url));
      await next(producing, 'ready');
      await server.kill('SIGSTOP');
      const askedAt = Date.now();
      await expect(producing.ping()).rejects.toBeDefined();
      expect(Date.now() - askedAt).toBeLessThan(4_500);
    } finally {
      await server.kill('SIGKILL');
      await server.stop();
    }
  });

  test('a worker sets no time limit, which would cut off its wait for jobs', async () => {
    const working = opened(connectForWorking(testRedisUrl()));
    const start = Date.now();
    expect(await working.blpop('a-list-that-stays-empty', 2.5)).toBeNull();
    expect(Date.now() - start).toBeGreaterThanOrEqual(2_400);
  });
});

function next(client: RedisClient, event: 'ready' | 'close'): Promise<unknown> {
  return new Promise((resolve) => client.once(event, resolve));
}
