import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isPassword } from '../../src/people/passwordHash.js';
import { readUserFile } from '../../src/people/userFile.js';
import { Command, type Ended } from './support/command.js';

const PASSWORD = 'correct horse battery';

describe('notifier user', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'users-'));
    file = path.join(folder, 'users');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function user(args: string[], input = '', users = file): Promise<Ended> {
    const command = new Command(['user', ...args], { CONSOLE_USERS: users }, { input });
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
