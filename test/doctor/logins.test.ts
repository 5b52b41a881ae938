import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config.js';
import { checkLogins } from '../../src/doctor/logins.js';
import { writeUser } from '../../src/people/consoleUsers.js';
import { hashPassword } from '../../src/people/passwordHash.js';
import type { Role } from '../../src/people/role.js';
import { environmentFor } from '../cli/support/command.js';
import { CLIENT, TestProvider } from '../dashboard/support/oidcProvider.js';

const SINGLE_SIGN_ON = {
  ...CLIENT,
  OIDC_ROLES: 'admins=operator',
  PUBLIC_URL: 'http://127.0.0.1:1',
};

let folder: string;
let file: string;
let provider: TestProvider;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'logins-'));
  file = path.join(folder, 'users');
  provider = await TestProvider.start('http://127.0.0.1:1/login/oidc/callback');
});

afterAll(async () => {
  await provider.stop();
  rmSync(folder, { recursive: true });
});

async function found(changes: Record<string, string>) {
  const shared = { redisUrl: 'redis://127.0.0.1:1', prefix: '{x}', sandboxUrl: 'http://127.0.0.1' };
  const loaded = loadConfig({ ...environmentFor(shared), ...changes }, 'all');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return checkLogins(loaded.config);
}

async function entry(name: string, role: Role): Promise<string> {
  return `${writeUser({ name, role, hash: await hashPassword('correct horse battery') })}\n`;
}

test('of a way to log in that is not configured nothing is said', async () => {
  expect(await found({})).toEqual([]);
});

test('people with a password are counted by role, and a list without an operator is named', async () => {
  writeFileSync(file, `# of the shop\n${await entry('ada', 'viewer')}`);
  const viewers = await found({ CONSOLE_USERS: file });
  expect(viewers).toMatchObject([{ check: 'console-users', status: 'warning' }]);
  writeFileSync(file, (await entry('ada', 'viewer')) + (await entry('grace', 'operator')));
  expect(await found({ CONSOLE_USERS: file })).toEqual([
    { check: 'console-users', status: 'ok', detail: 'viewer: 1, operator: 1' },
  ]);
  const twice = await found({
    CONSOLE_USERS: file,
    DASHBOARD_USER: 'Grace',
    DASHBOARD_PASSWORD: 'correct horse battery',
  });
  expect(twice).toMatchObject([{ check: 'console-users', status: 'failed' }]);
});

test('a file that is not there or has a wrong line is named, without what stands in the line', async () => {
  const missing = path.join(folder, 'missing');
  expect(await found({ CONSOLE_USERS: missing })).toMatchObject([
    { status: 'failed', detail: `CONSOLE_USERS, file ${missing}: cannot be read: ENOENT` },
  ]);
  writeFileSync(file, 'ada:viewer:a-password-in-the-open\n');
  const [wrong] = await found({ CONSOLE_USERS: file });
  expect(wrong).toMatchObject({ status: 'failed', detail: expect.stringContaining('line 1') });
  expect(JSON.stringify(wrong)).not.toContain('in-the-open');
});

test('a provider that describes itself, one that is another, and one that does not answer', async () => {
  const { issuer } = provider;
  expect(await found({ ...SINGLE_SIGN_ON, OIDC_ISSUER: issuer })).toMatchObject([
    { check: 'single-sign-on', status: 'ok' },
  ]);
  const another = issuer.replace('127.0.0.1', 'localhost');
  expect(await found({ ...SINGLE_SIGN_ON, OIDC_ISSUER: another })).toMatchObject([
    { status: 'failed', detail: expect.stringContaining('cannot be used') },
  ]);
  expect(await found({ ...SINGLE_SIGN_ON, OIDC_ISSUER: 'http://127.0.0.1:1' })).toMatchObject([
    { status: 'failed', detail: '127.0.0.1:1 does not answer' },
  ]);
});
