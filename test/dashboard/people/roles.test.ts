import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeUser } from '../../../src/people/consoleUsers.js';
import { hashPassword } from '../../../src/people/passwordHash.js';
import { ROLES, type Role } from '../../../src/people/role.js';
import { changeUserFile } from '../../../src/people/userFile.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { LOGIN, Visitor } from '../support/visitor.js';

stopApisAfterAll();

const PASSWORD = 'correct horse battery';
const WITHIN_MS = 30_000;

describe('people of a file', () => {
  let folder: string;
  let file: string;
  let api: TestApi;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'users-'));
    file = path.join(folder, 'users');
    for (const role of ROLES) await setUser(`the-${role}`, role);
    api = await startTestApi({ ...LOGIN, CONSOLE_USERS: file, DASHBOARD_ACTIONS: 'on' });
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function setUser(name: string, role: Role, password = PASSWORD): Promise<void> {
    const hash = await hashPassword(password);
    await changeUserFile(file, (users) => [
      ...users.filter((user) => user.name !== name),
      { name, role, hash },
    ]);
  }

  async function visitorNamed(user: string, password = PASSWORD): Promise<Visitor> {
    const visitor = new Visitor(api.url);
    const answer = await visitor.submit('/login', { user, password });
    visitor.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return visitor;
  }

  /** The api looks at the file once a second, and only when it is asked. */
  async function until(visitor: Visitor, status: number): Promise<void> {
    const giveUpAt = performance.now() + WITHIN_MS;
    while ((await visitor.open('/notifications')).status !== status) {
      if (performance.now() > giveUpAt) throw new Error(`never answered with ${status}`);
      await delay(100);
    }
  }

  test.each(ROLES)('a %s may do what the role allows, on pages and buttons alike', async (role) => {
    const visitor = await visitorNamed(`the-${role}`);
    const page = await visitor.open('/notifications');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(`the-${role}, ${role}`);
    const isOperator = role === 'operator';
    const decision = await visitor.submit('/notifications/x/resolve', { outcome: 'sent' });
    expect(decision.status).toBe(isOperator ? 404 : 403);
    const pressed = await visitor.call('PUT', '/queues/transactional/none/retry', {});
    expect(pressed.status).toBe(isOperator ? 404 : 403);
    expect((await visitor.call('GET', '/queues')).status).toBe(200);
  });

  test('the one login of DASHBOARD_USER goes on beside them, as an operator', async () => {
    const visitor = await Visitor.loggedIn(api);
    expect((await visitor.submit('/notifications/x/resolve', { outcome: 'sent' })).status).toBe(
      404,
    );
  });

  test('a person who gets another role has to log in again, and then has that one', async () => {
    await setUser('mia', 'operator');
    // The api may not have looked at the file yet.
    let before = await visitorNamed('mia');
    while (before.cookie === '') {
      await delay(300);
      before = await visitorNamed('mia');
    }
    await setUser('mia', 'viewer');
    await until(before, 303);
    expect((await before.submit('/notifications/x/resolve', { outcome: 'sent' })).status).toBe(401);
    const after = await visitorNamed('mia');
    expect((await after.open('/notifications')).status).toBe(200);
    expect((await after.submit('/notifications/x/resolve', { outcome: 'sent' })).status).toBe(403);
  });

  test('a person who is removed is out, while others go on', async () => {
    const viewer = await visitorNamed('the-viewer');
    const other = await visitorNamed('the-editor');
    await changeUserFile(file, (users) => users.filter(({ name }) => name !== 'the-viewer'));
    await until(viewer, 303);
    expect((await other.open('/notifications')).status).toBe(200);
    await setUser('the-viewer', 'viewer');
  });

  test('a list that becomes unreadable changes nothing, and the log says so once', async () => {
    const visitor = await visitorNamed('the-editor');
    const before = await readFile(file, 'utf8');
    await writeFile(file, `${before}eve:operator:no-hash\n`);
    const said = () => api.logged.filter((line) => line.includes('stays in force'));
    const giveUpAt = performance.now() + WITHIN_MS;
    while (said().length === 0 && performance.now() < giveUpAt) {
      expect((await visitor.open('/notifications')).status).toBe(200);
      await delay(100);
    }
    await delay(1_500);
    expect((await visitor.open('/notifications')).status).toBe(200);
    expect(said()).toHaveLength(1);
    expect(said()[0]).not.toContain('no-hash');
    await writeFile(file, before);
  });
});

describe('a list of people that cannot be used', () => {
  test('keeps the api from starting, with a sentence that names the file', async () => {
    const start = startTestApi({ CONSOLE_USERS: '/nowhere/users' });
    await expect(start).rejects.toThrow(
      'CONSOLE_USERS, file /nowhere/users: cannot be read: ENOENT',
    );
  });

  test('may not have the name of DASHBOARD_USER', async () => {
    const entry = writeUser({ name: 'OPS', role: 'viewer', hash: await hashPassword(PASSWORD) });
    const start = startTestApi({ ...LOGIN, CONSOLE_USERS: entry });
    await expect(start).rejects.toThrow('the name of DASHBOARD_USER');
  });
});
