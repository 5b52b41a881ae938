import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { freshPrefix, type PrivateRedis, startPrivateRedis } from '../support/redis.js';
import { Command, environmentFor } from './support/command.js';

let redis: PrivateRedis;
let sandbox: Sandbox;
let worker: Command | undefined;

beforeEach(async () => {
  redis = await startPrivateRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  sandbox = await startSandbox({ requestsPerMinute: 0, deliveryDelayMs: 50, indexingLagMs: 0 });
});

afterEach(async () => {
  worker?.signal('SIGKILL');
  await worker?.end();
  await sandbox.close();
  await redis.stop();
});

test('a Redis that is away for a while does not end the waiting', async () => {
  const parts = { redisUrl: redis.url, prefix: freshPrefix(), sandboxUrl: sandbox.url };
  const environment = environmentFor(parts);
  worker = new Command(['worker'], environment);
  await worker.says(/"msg":"ready"/);
  const sendAt = new Date(Date.now() + 5_000).toISOString();
  const follower = new Command(
    [
      ...['send', '--to', 'customer@example.com', '--template', 'follow-up'],
      ...['--send-at', sendAt, '--wait'],
    ],
    environment,
  );
  await follower.says(/queued/);
  await redis.kill('SIGKILL');
  await follower.says(/Redis is away/);
  await redis.restart();
  await follower.says(/Redis is back/);
  expect(await follower.end()).toBe(0);
  expect(follower.stdout.match(/ accepted/g)).toHaveLength(1);
  expect(follower.stdout).toMatch(/delivered +web/);
});
