import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { findRedis, missingServer, type ServerName } from '../../scripts/redis.mjs';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';

const saved = { ...process.env };
let empty: string;
let server: PrivateRedis | undefined;

beforeEach(() => {
  empty = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-empty-'));
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  process.env = { ...saved };
  rmSync(empty, { recursive: true, force: true });
});

async function startWithPassword(password: string): Promise<PrivateRedis> {
  server = await startPrivateRedis();
  const admin = new Redis(server.url);
  await admin.config('SET', 'requirepass', password);
  await admin.quit();
  return server;
}

const find = () => findRedis({ log: () => {}, allowDocker: false });

describe('finding a Redis', () => {
  test('takes the URL given, and leaves that Redis running', async () => {
    const { port } = await startWithPassword('p@ss');
    process.env['REDIS_URL'] = `redis://:p%40ss@127.0.0.1:${port}/3`;
    const found = await find();
    expect(found).toMatchObject({ url: process.env['REDIS_URL'], source: 'REDIS_URL' });
    await found.stop();
    await expect(find()).resolves.toBeDefined();
  });

  test('says which address refuses, and never the password in it', async () => {
    const { port } = await startWithPassword('right');
    process.env['REDIS_URL'] = `redis://:wrong@127.0.0.1:${port}`;
    const problem = await find().catch((error) => error.message);
    expect(problem).toMatch(`127.0.0.1:${port}: WRONGPASS`);
    expect(problem).not.toMatch('wrong@');
  });

  test('gives up after 3 s on an address that accepts and never answers', async () => {
    const silent = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    process.env['REDIS_URL'] = `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const before = Date.now();
    await expect(find()).rejects.toThrow('it does not answer');
    expect(Date.now() - before).toBeLessThan(30_000);
    silent.close();
  });

  test('says that REDIS_URL is not a URL, without repeating it', async () => {
    process.env['REDIS_URL'] = 'secret-host';
    await expect(find()).rejects.toThrow(/REDIS_URL: this is not a URL like redis:\/\/host:6379/);
    await expect(find()).rejects.not.toThrow(/secret-host/);
  });

  test('says in one sentence what to install where there is nothing to be found', async () => {
    delete process.env['REDIS_URL'];
    process.env['PATH'] = empty;
    process.env['XDG_CACHE_HOME'] = empty;
    await expect(find()).rejects.toThrow(
      'No Redis to be found: install redis-server (or valkey-server) so that it is on the PATH, start Docker, or set REDIS_URL.',
    );
  });
});

describe('a server asked for by name', () => {
  test('is named together with the reason where the machine cannot bring it', async () => {
    process.env['PATH'] = empty;
    process.env['XDG_CACHE_HOME'] = empty;
    expect(await missingServer('valkey-8')).toBe(
      'valkey-8 cannot be had on this machine: valkey-server of a newer release is fetched on Debian 12 and 13 only.',
    );
    await expect(startPrivateRedis({ server: 'valkey-8' })).rejects.toThrow('valkey-8');
  });

  test('is refused with the names that there are', async () => {
    const asked = findRedis({ log: () => {}, server: 'redis-3' as ServerName });
    await expect(asked).rejects.toThrow(
      'No server is called redis-3. There are redis-7, redis-8, valkey-8.',
    );
  });
});

test('npm run redis prints the URL to set, and ends with Ctrl-C', async () => {
  server = await startPrivateRedis();
  const script = fileURLToPath(new URL('../../scripts/startRedis.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, REDIS_URL: server.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.includes(server.url)) child.kill('SIGINT');
  }
  expect(printed).toContain(`To use it, set:\n  REDIS_URL=${server.url}\n`);
  expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0);
});
