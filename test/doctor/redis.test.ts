import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { checkNode } from '../../src/doctor/doctor.js';
import { checkClock } from '../../src/doctor/finding.js';
import { checkRedis, judgeInfo } from '../../src/doctor/redis.js';
import type { Durability } from '../../src/redis/durability.js';
import { connectForProducing, disconnect } from '../../src/redis/redisClient.js';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';

let server: PrivateRedis;
let admin: Redis;

beforeAll(async () => {
  server = await startPrivateRedis({ args: ['--appendonly', 'yes'] });
  admin = new Redis(server.url);
});

afterEach(async () => {
  await admin.config('SET', 'requirepass', '');
  await admin.config('SET', 'maxmemory-policy', 'noeviction');
});

afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

async function findings(url = server.url, wanted: Durability = 'none') {
  const redis = connectForProducing(url);
  redis.on('error', () => undefined);
  try {
    return await checkRedis(redis, undefined, wanted);
  } finally {
    disconnect(redis);
  }
}

describe('the doctor looks at Redis and', () => {
  test('is content with one that keeps what it is given', async () => {
    expect((await findings()).map(({ check, status }) => `${check} ${status}`)).toEqual([
      'redis ok',
      'redis-version ok',
      'redis-policy ok',
      'redis-memory ok',
      'redis-persistence ok',
      'redis-durability ok',
      'redis-latency ok',
      'clock ok',
    ]);
  });

  test('says that no worker starts with an INTENT_DURABILITY that it cannot confirm', async () => {
    const found = await findings(server.url, 'replica');
    expect(found.find(({ check }) => check === 'redis-durability')).toEqual({
      check: 'redis-durability',
      status: 'failed',
      detail: 'INTENT_DURABILITY is replica, which this Redis cannot confirm',
      remedy: 'Change Redis, or the setting; no worker starts.',
    });
  });

  test('does not take for fine what a server does not say', () => {
    const info = 'aof_enabled:1\r\naof_last_write_status:ok\r\n';
    expect(judgeInfo(info).map(({ check, status }) => `${check} ${status}`)).toEqual([
      'redis-version warning',
      'redis-policy warning',
      'redis-memory warning',
      'redis-persistence ok',
    ]);
  });

  test('refuses one that evicts, with the command that corrects it', async () => {
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await findings()).toContainEqual({
      check: 'redis-policy',
      status: 'failed',
      detail: expect.stringContaining('allkeys-lru'),
      remedy: expect.stringContaining('CONFIG SET maxmemory-policy noeviction'),
    });
  });

  test('refuses a read-only replica, which answers every question', async () => {
    const replica = await startPrivateRedis({
      args: ['--replicaof', '127.0.0.1', String(server.port)],
    });
    expect(await findings(replica.url)).toEqual([
      {
        check: 'redis',
        status: 'failed',
        detail: 'cannot be used (read_only)',
        remedy: expect.stringContaining('Point REDIS_URL at the master'),
      },
    ]);
    await replica.stop();
  });

  test('warns of one that forgets when it is restarted', async () => {
    await admin.config('SET', 'appendonly', 'no');
    expect(await findings()).toContainEqual({
      check: 'redis-persistence',
      status: 'warning',
      detail: expect.stringContaining('a restart forgets'),
      remedy: expect.stringContaining('CONFIG SET appendonly yes'),
    });
    await admin.config('SET', 'appendonly', 'yes');
  });

  test('says where the password goes', async () => {
    await admin.config('SET', 'requirepass', 'marker-password');
    for (const url of [server.url, server.url.replace('//', '//:wrong-password@')]) {
      const found = await findings(url);
      expect(found).toMatchObject([{ check: 'redis', status: 'failed' }]);
      expect(found[0]?.detail).toMatch(/NOAUTH|WRONGPASS/);
      expect(found[0]?.remedy).toContain('redis://user:password@');
      expect(JSON.stringify(found)).not.toMatch(/marker|wrong-password/);
    }
  });

  test('says when there is none', async () => {
    expect(await findings('redis://127.0.0.1:1')).toEqual([
      {
        check: 'redis',
        status: 'failed',
        detail: 'cannot be used (ECONNREFUSED)',
        remedy: expect.stringContaining('REDIS_URL'),
      },
    ]);
  });
});

test.each([
  [0, 'ok'],
  [1_900, 'ok'],
  [-5_000, 'warning'],
  [31_000, 'failed'],
])('a clock that is %d ms ahead is %s', (ms, status) => {
  expect(checkClock('Redis', ms).status).toBe(status);
});

test.each([
  ['20.19.0', 'ok'],
  ['24.1.0', 'ok'],
  ['20.18.3', 'failed'],
  ['18.20.0', 'failed'],
])('Node.js %s is %s', (version, status) => {
  expect(checkNode(version).status).toBe(status);
});
