import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { Command, type Environment, environmentFor, run } from './support/command.js';

const prefix = freshPrefix();
let sandbox: Sandbox;
let environment: Environment;
let started: Command[];

beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0, deliveryDelayMs: 50, indexingLagMs: 0 });
  const parts = { redisUrl: testRedisUrl(), prefix, sandboxUrl: sandbox.url };
  environment = { ...environmentFor(parts), API_PORT: '0' };
});

beforeEach(() => {
  started = [];
  sandbox.reset();
});

afterEach(async () => {
  for (const command of started) command.signal('SIGKILL');
  await Promise.all(started.map((command) => command.end()));
});

afterAll(async () => {
  await sandbox.close();
  await flushPrefix(prefix);
});

function start(role: string, changes: Environment = {}): Command {
  const command = new Command([role], { ...environment, ...changes });
  started.push(command);
  return command;
}

describe.each([
  { role: 'api', parts: ['api'] },
  { role: 'worker', parts: ['worker'] },
  { role: 'all', parts: ['api', 'worker'] },
])('notifier $role', ({ role, parts }) => {
  test.each(['SIGTERM', 'SIGINT'] as const)('ends in good order at %s, with 0', async (signal) => {
    const command = start(role);
    for (const part of parts) await command.says(new RegExp(`"part":"${part}".*"msg":"ready"`));
    command.signal(signal);
    expect(await command.end()).toBe(0);
    for (const part of parts) expect(command.stdout).toContain(`"msg":"${part} stopped"`);
  });
});

describe('a serving process', () => {
  test('logs its configuration once, without secrets', async () => {
    const command = start('all', {
      NOTIFIER_SECRET: 'a-secret-nobody-sees',
      API_KEYS: 'shop:a-key-nobody-sees',
    });
    await command.says(/"part":"api".*"msg":"ready"/);
    expect(command.stdout.match(/"msg":"configuration"/g)).toHaveLength(1);
    expect(command.stdout).toContain('"WORKER_CONCURRENCY":50');
    expect(command.stdout).not.toMatch(/nobody-sees|sandbox-secret|care@/);
  });

  test('ends at once at a second signal, although a send is still on its way', async () => {
    sandbox.faults.define({ endpoint: 'agentless-message', kind: 'stall' });
    const command = start('worker');
    await command.says(/"msg":"ready"/);
    const to = ['--to', 'customer@example.com', '--template', 'follow-up'];
    expect(await run(['send', ...to], environment)).toMatchObject({ code: 0 });
    expect(await sandbox.requests.waitFor(1, 'agentless-message', 15_000)).toBe(true);
    command.signal('SIGINT');
    await command.says(/"msg":"stopping"/);
    command.signal('SIGTERM');
    expect(await command.end()).toBe(143);
  });

  test('can be ended while it still waits for Redis', async () => {
    const command = start('worker', { REDIS_URL: 'redis://127.0.0.1:1' });
    await command.says(/"msg":"configuration"/);
    command.signal('SIGTERM');
    expect(await command.end()).toBe(0);
  });

  test('says which templates are wrong, and does not start', async () => {
    const { code, stderr } = await run(['worker'], { ...environment, TEMPLATES_DIR: '/nonesuch' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/worker could not start: .*nonesuch/);
  });

  test('does not start on a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const { code, stderr } = await run(['all'], { ...environment, API_PORT: `${port}` });
      expect(code).toBe(1);
      expect(stderr).toContain('EADDRINUSE');
    } finally {
      other.close();
    }
  });
});
