import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditView } from '../../src/audit/auditReader.js';
import { isPassword } from '../../src/people/passwordHash.js';
import { readUserFile } from '../../src/people/userFile.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';
import { Command, type Ended } from './support/command.js';

const PASSWORD = 'correct horse battery';

describe('notifier user', () => {
  let folder: string;
  let file: string;
  const prefix = freshPrefix();
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'users-'));
    file = path.join(folder, 'users');
  });
  afterAll(async () => {
    await flushPrefix(prefix);
    await rm(folder, { recursive: true });
  });

  async function user(args: string[], input = '', users = file): Promise<Ended> {
    const environment = {
      CONSOLE_USERS: users,
      REDIS_URL: testRedisUrl(),
      QUEUE_PREFIX: prefix,
    };
    const command = new Command(['user', ...args], environment, { input });
    return { code: await command.end(), stdout: command.stdout, stderr: command.stderr };
  }

  test('adds, lists, replaces and removes a person, whose password stands nowhere', async () => {
    const added = await user(['add', 'ann', '--role', 'editor'], `${PASSWORD}\r\n`);
    expect(added).toMatchObject({ code: 0, stdout: `Added ann as editor, in ${file}.\n` });
    const [ann] = await readUserFile(file);
    expect(ann && (await isPassword(PASSWORD, ann.hash))).toBe(true);

    const again = await user(['add', 'Ann', '--role', 'viewer', '--json'], PASSWORD);
    expect(again).toMatchObject({ code: 1, stdout: '{"error":"user_exists"}\n' });
    const replaced = await user(['add', 'ann', '--role', 'viewer', '--replace'], PASSWORD);
    expect(replaced.stdout).toContain('Replaced ann as viewer');

    const listed = await user(['list', '--json']);
    expect(JSON.parse(listed.stdout)).toEqual({ users: [{ name: 'ann', role: 'viewer' }] });
    const written = await readFile(file, 'utf8');
    for (const { stdout, stderr } of [added, again, replaced, listed]) {
      expect(`${stdout}${stderr}${written}`).not.toContain('horse');
    }
    expect((await user(['remove', 'ann'])).code).toBe(0);
    expect((await user(['remove', 'ann'])).code).toBe(2);
    expect(await readUserFile(file)).toEqual([]);
    const audit = new Command(['audit', '--what', 'user', '--json'], {
      REDIS_URL: testRedisUrl(),
      QUEUE_PREFIX: prefix,
    });
    await audit.end();
    const { entries } = JSON.parse(audit.stdout) as { entries: AuditView[] };
    expect(entries.map(({ what, on, outcome }) => [what, on, outcome])).toEqual([
      ['user.remove', 'ann', 'refused'],
      ['user.remove', 'ann', 'done'],
      ['user.replace', 'ann', 'done'],
      ['user.add', 'Ann', 'refused'],
      ['user.add', 'ann', 'done'],
    ]);
  });

  test('that no Redis hears of changes the file all the same, and says that the audit has no entry', async () => {
    const environment = { CONSOLE_USERS: file, REDIS_URL: 'redis://127.0.0.1:1' };
    const args = ['user', 'add', 'zoe', '--role', 'viewer'];
    const command = new Command(args, environment, { input: PASSWORD });
    expect(await command.end()).toBe(0);
    expect(command.stderr).toContain('The audit gets no entry of this: Redis does not answer.');
    expect((await user(['remove', 'zoe'])).code).toBe(0);
  });

  test('prints the entry where there is no file to write to, and the setting takes it', async () => {
    const printed = await user(['add', 'bob', '--role', 'operator'], PASSWORD, '');
    expect(printed.stdout).toMatch(/^bob:operator:\$scrypt\$\S+\n$/);
    const listed = await user(['list'], '', printed.stdout.trim());
    expect(listed.stdout).toMatch(/^bob +operator\n$/);
  });

  test.each([
    ['a short password', ['add', 'eve', '--role', 'viewer'], 'short', 2],
    ['no password', ['add', 'eve', '--role', 'viewer'], '', 2],
    ['a role that there is not', ['add', 'eve', '--role', 'root'], PASSWORD, 2],
    ['no role', ['add', 'eve'], PASSWORD, 2],
    ['a name that would end its entry', ['add', 'eve:operator', '--role', 'viewer'], PASSWORD, 2],
  ])('adds no one with %s', async (_title, args, input, code) => {
    expect((await user(args, input)).code).toBe(code);
    expect(await readUserFile(file)).toEqual([]);
  });

  test('names CONSOLE_USERS when it is malformed, and repeats nothing of it', async () => {
    const { code, stderr } = await user(['list'], '', 'ann:operator:a-plain-password');
    expect(code).toBe(78);
    expect(stderr).toContain('CONSOLE_USERS');
    expect(stderr).not.toContain('a-plain-password');
  });
});
