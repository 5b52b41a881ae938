import {
  type ConsoleUser,
  ConsoleUsersError,
  readUsersSetting,
  USER_NAME,
  USER_NAME_EXPECTED,
  type UsersSetting,
  writeUser,
} from '../../people/consoleUsers.js';
import { hashPassword } from '../../people/passwordHash.js';
import type { Role } from '../../people/role.js';
import { changeUserFile, readUserFile } from '../../people/userFile.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { type Output, outputFor, printable } from '../output.js';
import { readPassword } from './readPassword.js';

/** What is longer is no one's name. */
const LONGEST_NAME = 32;

export interface FileOptions {
  file?: string;
  json?: boolean;
}

export interface AddOptions extends FileOptions {
  role: Role;
  replace?: boolean;
}

/** Adds a person to the file of users, or prints their entry where there is no file. */
export async function addUser(name: string, options: AddOptions): Promise<ExitCode> {
  return withUsers(options, async (setting, output) => {
    if (!USER_NAME.test(name)) {
      output.remark(`The name: expected ${USER_NAME_EXPECTED}.`);
      return failed(output, 'invalid_name', EXIT.invalid);
    }
    const password = await readPassword(name);
    if (!password.ok) {
      output.remark(password.because);
      return failed(output, 'invalid_password', password.code);
    }
    const user = { name, role: options.role, hash: await hashPassword(password.password) };
    if (setting === undefined || 'users' in setting) {
      output.remark('CONSOLE_USERS names no file. Add this entry to its value, after a blank:');
      output.result(writeUser(user), { name, role: user.role, entry: writeUser(user) });
      return EXIT.ok;
    }
    const replace = options.replace === true;
    const act = {
      what: replace ? 'user.replace' : 'user.add',
      on: name,
      detail: user.role,
    } as const;
    const { betweenEntries } = await import('./userAudit.js');
    return betweenEntries(act, output, () => addToFile(setting.file, user, replace, output));
  });
}

async function addToFile(
  file: string,
  user: ConsoleUser,
  replace: boolean,
  output: Output,
): Promise<ExitCode> {
  const { name, role } = user;
  let before: ConsoleUser | undefined;
  await changeUserFile(file, (users) => {
    before = namesake(users, name);
    if ((before !== undefined) !== replace) return undefined;
    return [...users.filter((each) => each !== before), user];
  });
  if (before !== undefined && !replace) {
    output.remark(`There is a user ${before.name} already: --replace changes password and role.`);
    return failed(output, 'user_exists', EXIT.other);
  }
  if (before === undefined && replace) return noSuchUser(output, name);
  const what = before === undefined ? 'Added' : 'Replaced';
  const sessions = before === undefined ? '' : ' Sessions that were open have ended.';
  output.result(`${what} ${name} as ${role}, in ${file}.${sessions}`, { name, role, file });
  return EXIT.ok;
}

/** Names and roles; never a hash. */
export async function listUsers(options: FileOptions): Promise<ExitCode> {
  return withUsers(options, async (setting, output) => {
    if (setting === undefined) {
      output.remark('CONSOLE_USERS is not set, and no --file was given.');
      return failed(output, 'no_users', EXIT.invalid);
    }
    const users = 'file' in setting ? await readUserFile(setting.file) : setting.users;
    const listed = users.map(({ name, role }) => ({ name, role }));
    const lines = listed.map(({ name, role }) => `${name.padEnd(32)}  ${role}`);
    output.result(lines.length === 0 ? 'There are no users.' : lines.join('\n'), {
      users: listed,
    });
    return EXIT.ok;
  });
}

export async function removeUser(name: string, options: FileOptions): Promise<ExitCode> {
  return withUsers(options, async (setting, output) => {
    if (setting === undefined || 'users' in setting) {
      output.remark('CONSOLE_USERS names no file: take the entry out of its value.');
      return failed(output, 'no_file', EXIT.invalid);
    }
    const act = { what: 'user.remove', on: name.slice(0, LONGEST_NAME) } as const;
    const { betweenEntries } = await import('./userAudit.js');
    return betweenEntries(act, output, () => removeFromFile(setting.file, name, output));
  });
}

async function removeFromFile(file: string, name: string, output: Output): Promise<ExitCode> {
  let found: ConsoleUser | undefined;
  await changeUserFile(file, (users) => {
    found = namesake(users, name);
    return found && users.filter((user) => user !== found);
  });
  if (found === undefined) return noSuchUser(output, name);
  output.result(`Removed ${found.name}, from ${file}.`, { removed: found.name, file });
  return EXIT.ok;
}

function namesake(users: readonly ConsoleUser[], name: string): ConsoleUser | undefined {
  return users.find((user) => user.name.toLowerCase() === name.toLowerCase());
}

function noSuchUser(output: Output, name: string): ExitCode {
  output.remark(`There is no user ${printable(name)}.`);
  return failed(output, 'no_user', EXIT.invalid);
}

function failed(output: Output, error: string, code: ExitCode): ExitCode {
  output.result('', { error });
  return code;
}

/** The users that `--file` or CONSOLE_USERS names. No other setting matters here. */
async function withUsers(
  { file, json }: FileOptions,
  command: (setting: UsersSetting | undefined, output: Output) => Promise<ExitCode>,
): Promise<ExitCode> {
  const output = outputFor(json === true);
  const text = process.env['CONSOLE_USERS']?.trim() ?? '';
  const read = readUsersSetting(text);
  if (file === undefined && text !== '' && !read.ok) {
    output.remark(`The configuration is wrong:\n  CONSOLE_USERS: expected ${read.expected}`);
    return failed(output, 'configuration', EXIT.configuration);
  }
  const named = read.ok && text !== '' ? read.setting : undefined;
  try {
    return await command(file === undefined ? named : { file }, output);
  } catch (error) {
    if (!(error instanceof ConsoleUsersError)) throw error;
    output.remark(error.message);
    return failed(output, 'unusable_file', EXIT.other);
  }
}
