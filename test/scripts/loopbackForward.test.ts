import { createServer } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { forwardFromLoopback } from '../../scripts/redis/loopbackForward.mjs';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';

let server: PrivateRedis | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

test('a Redis elsewhere answers on a port of this machine, to several at once', async () => {
  server = await startPrivateRedis();
  const url = `redis://127.0.0.1:${await forwardFromLoopback('127.0.0.1', server.port)}`;
  const [one, other] = [new Redis(url), new Redis(url)];
  const long = 'x'.repeat(1_000_000);
  await one.set('forwarded', long);
  expect(await other.get('forwarded')).toBe(long);
  one.disconnect();
  expect(await other.ping()).toBe('PONG');
  other.disconnect();
});

test('a connection to a Redis that is gone ends, and the forwarding goes on', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const address = closed.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP port');
  await new Promise((resolve) => closed.close(resolve));
  const port = await forwardFromLoopback('127.0.0.1', address.port);
  for (const _attempt of [1, 2]) {
    const client = new Redis(port, { retryStrategy: () => null, lazyConnect: true });
    client.on('error', () => {});
    await expect(client.connect()).rejects.toThrow();
  }
});
