import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { createServer } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { startApi } from '../../src/app/apiApp.js';
import { startWorker } from '../../src/app/workerApp.js';
import { loadConfig } from '../../src/config.js';
import { untilConnected } from '../../src/queue/timeout.js';
import {
  connectForProducing,
  connectForWorking,
  disconnect,
  type RedisClient,
} from '../../src/redis/redisClient.js';
import { RedisHealth } from '../../src/redis/redisHealth.js';
import { RedisUnusableError } from '../../src/redis/start.js';
import { CERTIFICATE, PRIVATE_KEY } from '../genesys/support/certificate.js';
import { freshPrefix, type PrivateRedis, startPrivateRedis } from '../support/redis.js';

const servers: PrivateRedis[] = [];
const connections: RedisClient[] = [];
const watched: RedisHealth[] = [];
afterEach(async () => {
  for (const health of watched.splice(0)) health.stop();
  for (const redis of connections.splice(0)) disconnect(redis);
  for (const server of servers.splice(0)) await server.stop();
});

async function privateRedis(args: string[] = []): Promise<PrivateRedis> {
  const server = await startPrivateRedis({ args });
  servers.push(server);
  return server;
}

interface Line {
  level: number;
  msg: string;
  seconds?: number;
}

function logTo(lines: Line[]) {
  const write = (chunk: unknown, _encoding: unknown, done: () => void) => {
    lines.push(JSON.parse(String(chunk)) as Line);
    done();
  };
  return pino({ level: 'info' }, new Writable({ write }));
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

function watch(server: PrivateRedis, lines: Line[]) {
  const redis = connectForWorking(server.url);
  connections.push(redis);
  const health = new RedisHealth(redis, freshPrefix(), logTo(lines));
  watched.push(health);
  return { redis, health };
}

describe('what is logged of Redis', () => {
  test('of which a command asked before the first connection was made, says nothing', async () => {
    const server = await privateRedis();
    // A machine that takes longer than a second for it is right to say so.
    for (let seconds = 1; seconds >= 1; ) {
      const began = performance.now();
      const redis = connectForProducing(server.url);
      connections.push(redis);
      const lines: Line[] = [];
      const health = new RedisHealth(redis, freshPrefix(), logTo(lines));
      watched.push(health);
      await redis.ping().catch(health.note);
      // It is not known to serve, either.
      expect(health.fault?.kind).toBe('away');
      await until(() => health.fault === undefined);
      seconds = (performance.now() - began) / 1_000;
      if (seconds < 1) expect(lines).toEqual([]);
    }
  });

  test('is one line when it goes and one when it is back, with how long', async () => {
    const server = await privateRedis();
    const lines: Line[] = [];
    const { redis, health } = watch(server, lines);
    await redis.ping();
    await server.kill('SIGKILL');
    await until(() => lines.length > 0);
    // As many errors as a worker's queues bring in a second.
    for (let n = 0; n < 1_000; n += 1) health.note(new Error('Connection is closed.'));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await server.restart();
    await until(() => lines.length > 1);
    await redis.ping();
    expect(lines.map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^Redis cannot be reached\. Check that it runs, .*\(ECONNREFUSED\)$/),
      expect.stringMatching(/^Redis is back after \d+ s\.$/),
    ]);
    expect(lines[1]?.seconds).toBeGreaterThanOrEqual(1);
    expect(health.fault).toBeUndefined();
  });

  test('says the same of one that answers and refuses writes, until a write succeeds', async () => {
    const server = await privateRedis();
    const lines: Line[] = [];
    const { redis, health } = watch(server, lines);
    const admin = new Redis(server.url);
    connections.push(admin);
    await admin.config('SET', 'maxmemory', '1000000');
    health.note(await redis.set('any', 'value').catch((error: unknown) => error));
    expect(health.fault).toEqual({ kind: 'full' });
    expect(await health.problem()).toContain('Redis is full');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(lines).toHaveLength(1);
    await admin.config('SET', 'maxmemory', '0');
    await until(() => lines.length > 1);
    expect(await health.problem()).toBeUndefined();
  });
});

describe('an address that leads to a read-only replica', () => {
  async function replica(): Promise<PrivateRedis> {
    const master = await privateRedis();
    return privateRedis(['--replicaof', '127.0.0.1', String(master.port)]);
  }

  test('is named by readiness, for a worker whose commands wait and for a caller who is answered', async () => {
    const server = await replica();
    const lines: Line[] = [];
    const { redis, health } = watch(server, lines);
    const written = redis.set('any', 'value');
    await until(() => health.fault !== undefined);
    expect(health.description).toMatch(
      /^Redis is a read-only replica\. Point REDIS_URL at the master/,
    );

    const producing = connectForProducing(server.url);
    connections.push(producing);
    const asked = new RedisHealth(producing, freshPrefix(), logTo([]));
    watched.push(asked);
    await untilConnected(producing);
    expect(await asked.problem()).toContain('Redis is a read-only replica.');

    const admin = new Redis(server.url);
    connections.push(admin);
    await admin.replicaof('NO', 'ONE');
    expect(await written).toBe('OK');
    await until(() => lines.length > 1);
    expect(lines.map(({ msg }) => msg)).toEqual([
      expect.stringMatching(/^Redis is a read-only replica\./),
      expect.stringMatching(/^Redis is back after/),
    ]);
  });
});

/** What no waiting can help against, each on a server of its own. */
const UNUSABLE: [name: string, args: string[], url: (url: string) => string, says: RegExp][] = [
  [
    'a wrong password',
    ['--user', 'known', 'on', '>right-password', '~*', '+@all'],
    (url) => url.replace('//', '//known:wrong-password@'),
    /refuses the user or the password.*REDIS_URL.*WRONGPASS/,
  ],
  [
    'a right that is missing',
    ['--user', 'weak', 'on', '>weak-password', '~*', '-@all', '+@connection'],
    (url) => url.replace('//', '//weak:weak-password@'),
    /lacks a right.*\((INFO|SET)\)/,
  ],
  [
    'one node of a cluster',
    ['--cluster-enabled', 'yes'],
    (url) => url,
    /one node of a Redis Cluster/,
  ],
  ['a database that is not there', [], (url) => `${url}/99`, /does not have the database/],
];

describe.each(['api', 'worker'] as const)('the role %s', (role) => {
  async function start(url: string): Promise<unknown> {
    const loaded = loadConfig(
      {
        REDIS_URL: url,
        QUEUE_PREFIX: freshPrefix(),
        API_PORT: '0',
        GENESYS_CLOUD_BASE_URL: 'http://127.0.0.1:1',
        GENESYS_CLOUD_CLIENT_ID: 'id',
        GENESYS_CLOUD_CLIENT_SECRET: 'secret',
        GENESYS_WEB_DEPLOYMENT_ID: '5e1ec7ed-0000-4000-8000-000000000000',
        GENESYS_EMAIL_FROM: 'care@notify.example.com',
      },
      'all',
    );
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const log = pino({ level: 'silent' });
    const starting =
      role === 'api' ? startApi(loaded.config, log) : startWorker(loaded.config, log);
    return starting.then(
      async (started) => {
        await started.stop();
        return 'started';
      },
      (error: unknown) => error,
    );
  }

  test.each(UNUSABLE)(
    'does not start with %s, and says what to do',
    async (_name, args, url, says) => {
      const server = await privateRedis(args);
      const error = (await start(url(server.url))) as Error;
      expect(error).toBeInstanceOf(Error);
      expect(error.message).toMatch(says);
      expect(error.message).not.toMatch(/(wrong|right|weak)-password/);
      if (_name !== 'one node of a cluster') expect(error).toBeInstanceOf(RedisUnusableError);
    },
  );

  test('does not start where the certificate is not trusted, and says what to do', async () => {
    const server = createServer({ cert: CERTIFICATE, key: PRIVATE_KEY }, (socket) => {
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const error = (await start(`rediss://127.0.0.1:${port}`)) as Error;
      expect(error).toBeInstanceOf(RedisUnusableError);
      expect(error.message).toMatch(/certificate is not trusted.*NODE_EXTRA_CA_CERTS/);
    } finally {
      server.close();
    }
  });
});
