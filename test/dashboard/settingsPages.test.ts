import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { packageVersion } from '../../src/ops/packageVersion.js';
import { writeUser } from '../../src/people/consoleUsers.js';
import { hashPassword } from '../../src/people/passwordHash.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { workerLives } from '../support/fleet.js';
import { startPrivateRedis } from '../support/redis.js';
import { LOGIN, Visitor } from './support/visitor.js';

stopApisAfterAll();

const PASSWORD = 'correct horse battery';

/** A page as it is read. */
async function wordsOf(visitor: Visitor, path = '/settings'): Promise<string> {
  const answer = await visitor.open(path);
  expect(answer.status).toBe(200);
  const text = (await answer.text()).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}

async function formOf(visitor: Visitor): Promise<string> {
  const text = await (await visitor.open('/settings')).text();
  return /name="once" value="([^"]+)"/.exec(text)?.[1] ?? '';
}

describe('the page of the settings', () => {
  let deployment: Deployment;
  let api: TestApi;
  let operator: Visitor;
  let viewer: Visitor;

  beforeAll(async () => {
    deployment = await deploy();
    const { env, sandbox } = deployment;
    sandbox.faults.add({ endpoint: 'contact-lookup', kind: '403-permission', count: 100 });
    const viewers = writeUser({
      name: 'ann',
      role: 'viewer',
      hash: await hashPassword(PASSWORD),
    });
    api = await startTestApi({ ...env, ...LOGIN, CONSOLE_USERS: viewers, LOG_LEVEL: 'info' });
    operator = await Visitor.loggedIn(api);
    viewer = new Visitor(api.url);
    const login = await viewer.submit('/login', { user: 'ann', password: PASSWORD });
    viewer.cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  });
  afterAll(() => deployment.stop());

  test('says that nothing has looked as long as nothing has, and what a look costs', async () => {
    const words = await wordsOf(operator);
    expect(words).toContain('Nothing has looked yet.');
    expect(words).toMatch(
      /It asks Genesys Cloud \d+ times and logs in once\. .* budget of 1000000 a minute/,
    );
    expect(words).not.toMatch(/✓ fine/);
  });

  test('says who looks at it, in which role', async () => {
    expect(await wordsOf(operator)).toContain(
      'Logged in as ops , ○ operator who may do everything',
    );
    expect(await wordsOf(viewer)).toContain('Logged in as ann , ○ viewer who sees everything');
  });

  test('lets a viewer see, and not run the doctor', async () => {
    expect(await wordsOf(viewer)).toContain('An operator can run the doctor here.');
    const answer = await viewer.submit('/settings/doctor', { once: await formOf(operator) });
    expect(answer.status).toBe(403);
    expect(api.logged.join('')).not.toContain('doctor started');
  });

  test('has the doctor run once, however often its form is sent, and shows what it found to all', async () => {
    const once = await formOf(operator);
    const answers = await Promise.all(
      [1, 2].map(() => operator.submit('/settings/doctor', { once })),
    );
    const places = answers.map(({ status, headers }) => [status, headers.get('location')]);
    expect(places).toEqual([
      [303, '/settings#doctor'],
      [303, '/settings#doctor'],
    ]);
    let words = await wordsOf(viewer);
    while (!words.includes('As it was at')) {
      await delay(100);
      words = await wordsOf(viewer);
    }
    expect(words).toMatch(/As it was at .* started by ops on .*: \d+ fine, .*\d+ wrong/);
    expect(words).toMatch(/✕ wrong Permission .* the OAuth client lacks .* To do: /);
    expect(words).toMatch(/✓ fine Permission /);
    expect(words).toMatch(/Redis version/);
    expect(api.logged.filter((line) => line.includes('doctor started'))).toHaveLength(1);
    const audited = api.logged.filter((line) => line.includes('"audited"'));
    expect(audited.join('')).toMatch(/doctor\.run/);
  });

  test('shows every setting with its value and meaning, and no secret', async () => {
    const words = await wordsOf(viewer);
    expect(words).toMatch(
      /DELIVERY_CHECK_AFTER 1s by when it is known whether a web message arrived/,
    );
    expect(words).toMatch(/At their defaults .* BACKLOG_MAX 100000 \(default\) waiting jobs/);
    expect(words).toMatch(/GENESYS_CLOUD_REGION not set region of the organisation/);
    expect(words).toMatch(/GENESYS_CLOUD_CLIENT_ID set the id of the OAuth client/);
    expect(words).toMatch(/GENESYS_EMAIL_FROM set sender of emails/);
    const { env } = deployment;
    for (const secret of [
      env['GENESYS_CLOUD_CLIENT_SECRET'],
      env['GENESYS_EMAIL_FROM'],
      LOGIN.DASHBOARD_PASSWORD,
      'scrypt',
    ]) {
      expect(words).not.toContain(secret);
    }
  });

  test('shows the versions of this api, of each worker and of Redis, and says where they differ', async () => {
    expect(await wordsOf(viewer)).toContain('No worker is alive, so nothing is known');
    const redis = new Redis(api.config.REDIS_URL);
    await workerLives(redis, api.config.QUEUE_PREFIX);
    const info = await redis.info('server');
    redis.disconnect();
    const words = await wordsOf(viewer);
    expect(words).toContain(`This api ${packageVersion()} ${process.versions.node}`);
    expect(words).toMatch(/Worker 0\.1\.0 host-1, process 4242/);
    const [, version] = /^(?:valkey|redis)_version:(\S+)/m.exec(info) ?? [];
    expect(words).toMatch(new RegExp(`(Redis|Valkey) ${version}`));
    if (packageVersion() !== '0.1.0') expect(words).toContain('Not every process runs the same');
  });
});

test('an api without a client of Genesys Cloud says that nothing has looked there', async () => {
  const api = await startTestApi();
  const visitor = new Visitor(api.url);
  const before = await wordsOf(visitor);
  expect(before).toContain('There is no login here.');
  expect(before).toContain('This api has no OAuth client of Genesys Cloud, and needs none');
  await visitor.submit('/settings/doctor', { once: await formOf(visitor) });
  let words = before;
  while (!words.includes('As it was at')) {
    await delay(100);
    words = await wordsOf(visitor);
  }
  expect(words).toContain('asked Genesys Cloud nothing');
  expect(words).toMatch(/○ not looked at Genesys Cloud not looked at: this process has no GENESYS/);
});

test('while Redis is away the configuration is shown, and what is not known is said to be so', async () => {
  const server = await startPrivateRedis();
  const api = await startTestApi({ REDIS_URL: server.url });
  const visitor = new Visitor(api.url);
  await server.kill('SIGKILL');
  const words = await wordsOf(visitor);
  expect(words).toContain('What the doctor found is not known now. Redis cannot be reached.');
  expect(words).toContain('What runs is not known now.');
  expect(words).toContain('API_PORT 0 the port of the api');
  await api.stop();
  await server.stop();
});
