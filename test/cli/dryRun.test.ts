import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import { freshPrefix, testRedisUrl } from '../support/redis.js';
import { type Ended, type Environment, environmentFor, run } from './support/command.js';

const prefix = freshPrefix();
let sandbox: Sandbox;
let redis: Redis;
let environment: Environment;

beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0 });
  redis = new Redis(testRedisUrl());
  environment = {
    ...environmentFor({ redisUrl: testRedisUrl(), prefix, sandboxUrl: sandbox.url }),
    GENESYS_SMS_FROM: '+15550100999',
  };
});

beforeEach(() => sandbox.reset());

afterAll(async () => {
  redis.disconnect();
  await sandbox.close();
});

function dryRun(args: string[], changes: Environment = {}): Promise<Ended> {
  const all = ['send', '--template', 'follow-up', '--dry-run', ...args];
  return run(all, { ...environment, ...changes });
}

describe('a dry run', () => {
  test('sends nothing and stores nothing', async () => {
    const args = ['--to', 'customer@example.com', '--channels', 'web,email,sms'];
    const { code } = await dryRun([...args, '--phone', '+15550100001']);
    expect(code).toBe(0);
    const { 'agentless-message': messages = 0, 'agentless-email': emails = 0 } =
      sandbox.requests.countByOperation() as Record<string, number>;
    expect({ messages, emails, delivered: sandbox.deliveries.total }).toEqual({
      messages: 0,
      emails: 0,
      delivered: 0,
    });
    expect(sandbox.requests.count()).toBeGreaterThan(0);
    // The slots that the lookups took, which are forgotten again.
    expect(await redis.keys(`${prefix}*`)).toEqual([`${prefix}:budget`]);
    expect(await redis.pttl(`${prefix}:budget`)).toBeGreaterThan(0);
  });

  test('shows who it is, what is known, and every message', async () => {
    const { stdout } = await dryRun(['--to', 'customer@example.com']);
    const shown = [
      /^Who .*c0000000-0000-4000-8000-000000000001 \(Dana Whitfield\)$/m,
      /^Conversations +\d{4}-\S+ +\S+ +3 messages$/m,
      /lastMessage +My order 48213/,
      /1\. web +reachable/,
      /2\. email +reachable/,
      /^Result +sent by web; if it does not arrive, by email$/m,
      /── web [\s\S]*Hi Dana Whitfield,[\s\S]*── email [\s\S]*Subject: /,
      /<html/,
    ];
    for (const pattern of shown) expect(stdout).toMatch(pattern);
  });

  test('reads transcripts from where the workers do', async () => {
    const source = { HISTORY_TRANSCRIPT_SOURCE: 'recordings' };
    const { stdout } = await dryRun(['--to', 'customer@example.com'], source);
    expect(stdout).toMatch(/lastMessage +My order 48213/);
    const { recordings, conversation } = sandbox.requests.countByOperation();
    expect({ recordings, conversation }).toEqual({ recordings: 1, conversation: undefined });
  });

  test('says why a channel cannot be used', async () => {
    const args = ['--to', 'customer@example.com', '--channels', 'sms,engage,email'];
    const { code, stdout } = await dryRun(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/1\. sms +unreachable: no address/);
    expect(stdout).toMatch(/2\. engage +unreachable: it is not configured/);
    expect(stdout).toMatch(/Result +sent by email$/m);
  });

  test('exits with 4 when no channel is left', async () => {
    const { code, stdout } = await dryRun(['--to', 'customer@example.com', '--channels', 'sms']);
    expect(code).toBe(4);
    expect(stdout).toMatch(/Result +failed: no channel is left/);
  });

  test('exits with 3 for a customer without history', async () => {
    const { code, stdout } = await dryRun(['--to', 'newcomer@example.com']);
    expect(code).toBe(3);
    expect(stdout).toContain('no_history');
  });

  test('exits with 3 where the name does not say which of two contacts it is', async () => {
    const { code, stdout } = await dryRun(['--to', 'twins@example.com', '--name', 'Maria Sand']);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^Who +one of several contacts$/m);
    expect(stdout).toMatch(
      /^Result +skipped: several contacts have this address.*ambiguous_contact/m,
    );
  });

  test('exits with 3 for a recipient that is not allowed, without asking about them', async () => {
    const only = { NOTIFY_ONLY_TO: '@staging.example' };
    const { code, stdout } = await dryRun(['--to', 'customer@example.com'], only);
    expect(code).toBe(3);
    expect(stdout).toContain('not_allowed');
    expect(sandbox.requests.count()).toBe(0);
  });

  test('finds out what does not fit the template before it asks the platform', async () => {
    const args = ['--to', 'customer@example.com', '--template', 'order-update'];
    const { code, stderr } = await dryRun(args);
    expect(code).toBe(2);
    expect(stderr).toContain('--var (variables.orderNumber): expected');
    expect(sandbox.requests.count()).toBe(0);
  });

  test('refuses what HTTP refuses, by the option that said it', async () => {
    const variables = ['orderNumber=1.23457E+15', 'status=x', 'trackingUrl=www.example.com'];
    const args = variables.flatMap((variable) => ['--var', variable]);
    const to = ['--to', 'customer@example.com', '--template', 'order-update'];
    const values = await dryRun([...to, ...args]);
    expect(values.code).toBe(2);
    expect(values.stderr).toContain('--var (variables.orderNumber): expected all digits');
    expect(values.stderr).toContain('--var (variables.trackingUrl): expected an absolute https');

    const recipient = ['--contact', '0035e00000AbCdEAAV', '--phone', '07700 900123'];
    const ids = await dryRun([...recipient, '--name', 'NULL', '--template', 'follow-up']);
    expect(ids.stderr).toContain('--contact (recipient.externalContactId): expected');
    expect(ids.stderr).toContain('--phone (recipient.phone): expected an E.164 number');
    expect(ids.stderr).toContain('--name (recipient.name): expected a name');
    const known = await dryRun([
      ...recipient.slice(2),
      '--country',
      'gb',
      '--template',
      'follow-up',
    ]);
    expect(known.stderr).not.toContain('--phone');
  });

  test('works without Redis', async () => {
    const away = { REDIS_URL: 'redis://127.0.0.1:1' };
    const { code, stdout, stderr } = await dryRun(['--to', 'customer@example.com'], away);
    expect(code).toBe(0);
    expect(stdout).toContain('Dana Whitfield');
    expect(stderr).toContain('Redis cannot be reached');
  });

  test('heeds the closed gate, and exits with 1', async () => {
    await redis.set(`${prefix}:gate`, '1', 'PX', 60_000);
    try {
      const { code, stdout } = await dryRun(['--to', 'customer@example.com']);
      expect(code).toBe(1);
      expect(stdout).toMatch(/asks for a pause of \d+ s/);
      expect(sandbox.requests.list().filter(({ path }) => path.startsWith('/api/'))).toEqual([]);
    } finally {
      await redis.del(`${prefix}:gate`);
    }
  });

  test('names a permission that is missing, and exits with 1', async () => {
    sandbox.faults.define({ endpoint: 'contact-lookup', kind: '403-permission' });
    const { code, stdout } = await dryRun(['--to', 'customer@example.com']);
    expect(code).toBe(1);
    expect(stdout).toContain('lacks a permission');
  });

  test('with --json prints one document without what the customer wrote elsewhere', async () => {
    const { stdout } = await dryRun(['--to', 'card@example.com', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      would: 'send',
      lookup: { conversations: [{ customerMessages: 3 }] },
    });
    expect(stdout).not.toContain('4111');
  });
});
