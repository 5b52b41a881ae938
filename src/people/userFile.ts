import { constants } from 'node:fs';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import {
  type ConsoleUser,
  ConsoleUsersError,
  readUser,
  readUsers,
  type UserProblem,
  writeUser,
} from './consoleUsers.js';

/** Far more than any list of people, and little enough to read at each change. */
const LONGEST = 1024 * 1024;

/**
 * The users of a file.
 *
 * @throws ConsoleUsersError when it cannot be read, or one of its lines is no user
 */
export async function readUserFile(file: string): Promise<ConsoleUser[]> {
  const read = readUsers(await textOf(file));
  if (read.ok) return read.users;
  throw new ConsoleUsersError(`CONSOLE_USERS, file ${file}: ${describe(read.problems)}`);
}

function describe(problems: readonly UserProblem[]): string {
  return problems.map(({ line, expected }) => `line ${line}: expected ${expected}`).join('; ');
}

async function textOf(file: string): Promise<string> {
  try {
    if ((await stat(file)).size > LONGEST) throw new Error('it is larger than 1 MB');
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConsoleUsersError(`CONSOLE_USERS, file ${file}: cannot be read: ${code ?? message}`);
  }
}

/** A new list of users; undefined leaves the file as it is. */
export type UserChange = (users: readonly ConsoleUser[]) => ConsoleUser[] | undefined;

/**
 * Changes the users of a file; a file that is not there yet counts as an empty one, and is then readable
 * to its owner alone. Comments stay where they are.
 *
 * The new list is written beside the file and takes its place at once: an api that reads at that moment
 * sees the old list or the new one. That second file is also the lock: it is made only if it is not
 * there, so of two commands at the same time one is refused, and no change gets lost.
 *
 * @throws ConsoleUsersError when the file cannot be read or written, or is being changed
 */
export async function changeUserFile(path: string, change: UserChange): Promise<void> {
  const file = await realpath(path).catch(() => path);
  const next = `${file}.new`;
  const mode = await stat(file).then(
    ({ mode }) => mode & 0o777,
    () => 0o600,
  );
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY;
  const handle = await open(next, flags, mode).catch((error: NodeJS.ErrnoException) => {
    throw new ConsoleUsersError(whyNotWritten(file, next, error));
  });
  let isInPlace = false;
  try {
    const before = await existing(file);
    const read = readUsers(before);
    if (!read.ok) throw new ConsoleUsersError(`${file}: ${describe(read.problems)}`);
    const users = change(read.users);
    if (users === undefined) return;
    await handle.writeFile(rewritten(before, users));
    await handle.chmod(mode);
    await handle.sync();
    await rename(next, file);
    isInPlace = true;
  } catch (error) {
    if (error instanceof ConsoleUsersError) throw error;
    throw new ConsoleUsersError(whyNotWritten(file, next, error as NodeJS.ErrnoException));
  } finally {
    await handle.close();
    if (!isInPlace) await rm(next, { force: true });
  }
}

function whyNotWritten(file: string, next: string, { code, message }: NodeJS.ErrnoException) {
  if (code !== 'EEXIST') return `${file} cannot be written: ${code ?? message}`;
  return `${file} is being changed by another command. If none runs any more, remove ${next}`;
}

async function existing(file: string): Promise<string> {
  const isThere = await stat(file).then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => code !== 'ENOENT',
  );
  return isThere ? textOf(file) : '';
}

/** Each line in its place: comments as they are, users as they are now, new ones at the end. */
function rewritten(before: string, users: readonly ConsoleUser[]): string {
  const left = new Map(users.map((user) => [user.name, user]));
  const lines = before === '' ? [] : before.replace(/\n$/, '').split('\n');
  const kept = lines.flatMap((line) => {
    const user = readUser(line.trim());
    if (user === undefined) return [line];
    const now = left.get(user.name);
    left.delete(user.name);
    return now === undefined ? [] : [writeUser(now)];
  });
  return [...kept, ...[...left.values()].map(writeUser)].map((line) => `${line}\n`).join('');
}
