import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';
import { run } from './support/command.js';

/** Every command that asks Redis, as its users type it. */
const COMMANDS: string[][] = [
  ['send', '--to', 'a@example.net', '--template', 'follow-up'],
  ['send', '--to', 'a@example.net', '--template', 'follow-up', '--json'],
  ['pause', '--reason', 'x'],
  ['resume'],
  ['gate'],
  ['gate', '--open'],
  ['resolve', 'some-id', 'sent'],
  ['campaign', 'status'],
  ['campaign', 'status', 'autumn', '--follow'],
  ['campaign', 'pause', 'autumn'],
  ['campaign', 'resume', 'autumn'],
  ['campaign', 'cancel', 'autumn'],
  ['campaign', 'results', 'autumn'],
  ['campaign', 'rejected', 'autumn'],
  ['campaign', 'retry', 'autumn', '--states', 'failed'],
];

const WORKER = {
  API_PORT: '0',
  GENESYS_CLOUD_BASE_URL: 'http://127.0.0.1:1',
  GENESYS_CLOUD_CLIENT_ID: 'id',
  GENESYS_CLOUD_CLIENT_SECRET: 'secret',
  GENESYS_WEB_DEPLOYMENT_ID: '5e1ec7ed-0000-4000-8000-000000000000',
  GENESYS_EMAIL_FROM: 'care@notify.example.com',
};

/** Nothing of a program's inside, and nothing of what was sent to Redis. */
const STACK = /\n\s+at |node:internal|ReplyError|secret-password|"args"/;

describe.each([
  ['one node of a cluster', /cluster|node/i],
  ['a user without the rights', /lacks a right/],
] as const)('with %s, no command ends in a stack trace:', (kind, says) => {
  let server: PrivateRedis;
  let environment: Record<string, string>;

  beforeAll(async () => {
    const isCluster = kind === 'one node of a cluster';
    server = await startPrivateRedis({ args: isCluster ? ['--cluster-enabled', 'yes'] : [] });
    const admin = new Redis(server.url);
    if (isCluster) {
      // The other half of the slots is served by a node that the client does not know.
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
    } else {
      await admin.acl('SETUSER', 'weak', 'on', '>secret-password', '~*', '-@all', '+@connection');
    }
    admin.disconnect();
    const url = isCluster ? server.url : server.url.replace('//', '//weak:secret-password@');
    environment = { REDIS_URL: url, QUEUE_PREFIX: '{notifier}' };
  });
  afterAll(() => server.stop());

  test('each says what is wrong, with exit code 7', async () => {
    const waiting = [...COMMANDS];
    const runSome = async () => {
      for (let args = waiting.pop(); args !== undefined; args = waiting.pop()) {
        const { code, stdout, stderr } = await run(args, environment);
        expect(`${stdout}${stderr}`).not.toMatch(STACK);
        expect([args, code, stderr]).toEqual([args, 7, expect.stringMatching(says)]);
        if (args.includes('--json')) {
          expect(JSON.parse(stdout)).toMatchObject({ error: 'redis_unavailable' });
        }
      }
    };
    await Promise.all([runSome(), runSome(), runSome(), runSome()]);
  });

  test('doctor', async () => {
    const { code, stdout, stderr } = await run(['doctor'], { ...environment, ...WORKER });
    expect(`${stdout}${stderr}`).not.toMatch(STACK);
    expect([code, stdout]).toEqual([1, expect.stringMatching(says)]);
  });

  test.each(['api', 'worker'])('%s', async (role) => {
    const { code, stderr } = await run([role], { ...environment, ...WORKER });
    expect(stderr).not.toMatch(STACK);
    expect([code === 1 || code === 78, stderr]).toEqual([true, expect.stringMatching(says)]);
  });
});

test.each([
  ['redis://127.0.0.1:6379/notanumber'],
  ['redis://127.0.0.1:6379/1/2'],
  ['redis://127.0.0.1:6379/1,redis://127.0.0.1:6380/1'],
])('REDIS_URL %s is named as the setting that is wrong', async (url) => {
  const { code, stderr } = await run(['gate'], {
    REDIS_URL: url,
    NOTIFIER_SECRET: 'a-secret-of-16-characters',
  });
  expect([code, stderr]).toEqual([78, expect.stringContaining('REDIS_URL: expected')]);
  expect(stderr).not.toMatch(STACK);
});

test('a database that Redis does not have is refused, and nothing goes to another', async () => {
  const server = await startPrivateRedis();
  const admin = new Redis(server.url);
  try {
    const { code, stderr } = await run(['pause', '--reason', 'x'], {
      REDIS_URL: `${server.url}/99`,
    });
    expect([code, stderr]).toEqual([
      7,
      expect.stringContaining('does not have the database that REDIS_URL selects'),
    ]);
    expect(await admin.keys('*')).toEqual([]);
  } finally {
    admin.disconnect();
    await server.stop();
  }
});
