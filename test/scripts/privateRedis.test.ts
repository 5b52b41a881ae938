import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  flushPrefix,
  freshPrefix,
  type PrivateRedis,
  startPrivateRedis,
  testRedisUrl,
} from '../support/redis.js';

const opened: Redis[] = [];
const started: PrivateRedis[] = [];

function connect(url: string): Redis {
  const redis = new Redis(url);
  opened.push(redis);
  return redis;
}

async function start(...args: Parameters<typeof startPrivateRedis>): Promise<PrivateRedis> {
  const server = await startPrivateRedis(...args);
  started.push(server);
  return server;
}

// In a hook, since a client left open by a failed test would keep Jest from ending.
afterEach(async () => {
  for (const redis of opened.splice(0)) redis.disconnect();
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

describe('the Redis shared by the tests', () => {
  test('is flushed by prefix, and other prefixes keep their keys', async () => {
    const [mine, other] = [freshPrefix(), freshPrefix()];
    const redis = connect(testRedisUrl());
    await redis.mset(`${mine}:a`, '1', `${mine}:b`, '2');
    await redis.set(`${other}:a`, '3');
    await flushPrefix(mine);
    expect(await redis.exists(`${mine}:a`, `${mine}:b`)).toBe(0);
    expect(await redis.get(`${other}:a`)).toBe('3');
    await flushPrefix(other);
  });
});

describe('a private Redis', () => {
  test('never evicts a key', async () => {
    const redis = connect((await start()).url);
    expect(await redis.config('GET', 'maxmemory-policy')).toContain('noeviction');
  });

  test('that appends to a file has its keys after a kill -9 and a restart on the same port', async () => {
    const server = await start({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const redis = connect(server.url);
    await redis.set('kept', 'yes');
    const { pid, url } = server;
    await server.kill('SIGKILL');
    await expect(connectOnce(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.restart();
    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    expect(await redis.get('kept')).toBe('yes');
  });

  test('under SIGSTOP does not answer, and answers again after SIGCONT', async () => {
    const server = await start();
    const redis = connect(server.url);
    await redis.set('kept', 'yes');
    await server.kill('SIGSTOP');
    let answered = false;
    const answer = redis.get('kept').then((value) => {
      answered = true;
      return value;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    await server.kill('SIGCONT');
    expect(await answer).toBe('yes');
  });

  test('is stopped at once even under SIGSTOP, and leaves no folder behind', async () => {
    const server = await start();
    await server.kill('SIGSTOP');
    const before = Date.now();
    await server.stop();
    expect(Date.now() - before).toBeLessThan(20_000);
    expect(existsSync(server.dir)).toBe(false);
    await server.stop();
  });

  test('dies with the process that started it, its folder too, even on kill -9', async () => {
    const owner = spawn(process.execPath, ['--input-type=module', '-e', OWNER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(owner.stdout), 'line');
    const { port, dir } = JSON.parse(line);
    await connectOnce(port);
    owner.kill('SIGKILL');
    await until(() => !existsSync(dir));
    await expect(connectOnce(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

const OWNER = `
  import { startPrivateRedis } from ${JSON.stringify(new URL('../../scripts/redis.mjs', import.meta.url).href)};
  const { port, dir } = await startPrivateRedis();
  console.log(JSON.stringify({ port, dir }));
  setInterval(() => {}, 1000);
`;

async function connectOnce(port: number): Promise<void> {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}

async function until(holds: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > giveUpAt) throw new Error('It did not come about within 5 s.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
