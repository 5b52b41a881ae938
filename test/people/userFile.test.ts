import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type ConsoleUser,
  readUsers,
  readUsersSetting,
  writeUser,
} from '../../src/people/consoleUsers.js';
import { noPassword } from '../../src/people/passwordHash.js';
import { changeUserFile, readUserFile } from '../../src/people/userFile.js';

const user = (name: string, role: ConsoleUser['role'] = 'viewer'): ConsoleUser => ({
  name,
  role,
  hash: noPassword(),
});

describe('the list of users', () => {
  test('is read line by line, comments and empty lines aside, whatever the line ends', () => {
    const [ann, bob] = [user('ann', 'operator'), user('bob')];
    const read = readUsers(`# people\r\n${writeUser(ann)}\r\n\n  ${writeUser(bob)}  \n`);
    expect(read).toEqual({ ok: true, users: [ann, bob] });
  });

  test('that is wrong names each line and never what stands in it', () => {
    const ann = writeUser(user('ann'));
    const wrong = [
      ann,
      'bob:viewer:a-plain-password',
      ann.replace('ann', 'ANN'),
      ann.replace('ann:viewer', 'eve:root'),
      ann.replace('ann:viewer', ':viewer'),
    ];
    const read = readUsers(wrong.join('\n'));
    expect(read).toMatchObject({ ok: false });
    expect(read.ok ? [] : read.problems.map(({ line }) => line)).toEqual([2, 3, 4, 5]);
    expect(JSON.stringify(read)).not.toMatch(/a-plain-password|eve|\$scrypt/);
  });

  test('stands in the setting itself, with blanks in between, or in the file that it names', () => {
    const [ann, bob] = [user('ann'), user('bob')];
    expect(readUsersSetting(`${writeUser(ann)} ${writeUser(bob)}`)).toEqual({
      ok: true,
      setting: { users: [ann, bob] },
    });
    expect(readUsersSetting('/run/secrets/users')).toEqual({
      ok: true,
      setting: { file: '/run/secrets/users' },
    });
    expect(readUsersSetting('ann:root:x').ok).toBe(false);
  });
});

describe('a file of users', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'users-'));
    file = path.join(folder, 'users');
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is made for its owner alone, and keeps its rights and its comments from then on', async () => {
    const [ann, bob] = [user('ann'), user('bob')];
    await changeUserFile(file, () => [ann]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await chmod(file, 0o640);
    await writeFile(file, `# people\n${writeUser(ann)}\n# the end`);
    await changeUserFile(file, (users) => [...users, bob]);
    expect(await readFile(file, 'utf8')).toBe(
      `# people\n${writeUser(ann)}\n# the end\n${writeUser(bob)}\n`,
    );
    expect((await stat(file)).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(['users']);
  });

  test('that is a link stays one: the file behind it changes', async () => {
    const behind = path.join(folder, 'behind');
    await changeUserFile(behind, () => [user('ann')]);
    await symlink(behind, file);
    await changeUserFile(file, (users) => [...users, user('bob')]);
    expect(await readUserFile(behind)).toHaveLength(2);
  });

  test('loses no change: of commands at the same time, those that are not refused are all there', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `user${n}`);
    const done = await Promise.allSettled(
      names.map((name) => changeUserFile(file, (users) => [...users, user(name)])),
    );
    const added = names.filter((_, at) => done[at]?.status === 'fulfilled');
    expect(added.length).toBeGreaterThan(0);
    expect((await readUserFile(file)).map(({ name }) => name).sort()).toEqual(added.sort());
    for (const each of done) {
      if (each.status === 'rejected') expect(String(each.reason)).toContain('another command');
    }
  });

  test('with a wrong line is not changed, and the line is named', async () => {
    await writeFile(file, 'ann:viewer:secret\n');
    const change = changeUserFile(file, (users) => [...users, user('bob')]);
    await expect(change).rejects.toThrow('line 1: expected name:role:hash');
    expect(await readFile(file, 'utf8')).toBe('ann:viewer:secret\n');
    expect(await readdir(folder)).toEqual(['users']);
  });

  test('that is not there, or is no file, is said to be so', async () => {
    await expect(readUserFile(file)).rejects.toThrow('cannot be read: ENOENT');
    await expect(readUserFile(folder)).rejects.toThrow('cannot be read: EISDIR');
  });
});
