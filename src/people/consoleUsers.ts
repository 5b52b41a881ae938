import path from 'node:path';
import { type PasswordHash, readPasswordHash, writePasswordHash } from './passwordHash.js';
import { type Person, ROLES } from './role.js';

/** A person who may log in with a password. */
export interface ConsoleUser extends Person {
  hash: PasswordHash;
}

export const USER_NAME = /^[A-Za-z0-9._-]{1,32}$/;
export const USER_NAME_EXPECTED = 'a name of up to 32 letters, digits, dots, _ and -';

/** `line` counts from 1; what stands in it is never repeated. */
export interface UserProblem {
  line: number;
  expected: string;
}

export type ReadUsers = { ok: true; users: ConsoleUser[] } | { ok: false; problems: UserProblem[] };

/** Where the users are: in a file, or in the setting itself. */
export type UsersSetting = { file: string } | { users: ConsoleUser[] };

const ENTRY_EXPECTED =
  'name:role:hash, as `notifier user add` writes it; the role is viewer, editor or operator';

/**
 * Reads the users of a file: one a line, lines that begin with # and empty ones aside. Names are unique,
 * letters of either case counting as the same: two people who differ in that alone would be mistaken.
 */
export function readUsers(text: string): ReadUsers {
  const users: ConsoleUser[] = [];
  const problems: UserProblem[] = [];
  const names = new Set<string>();
  text.split('\n').forEach((written, index) => {
    const entry = written.trim();
    if (entry === '' || entry.startsWith('#')) return;
    const line = index + 1;
    const user = readUser(entry);
    if (user === undefined) problems.push({ line, expected: ENTRY_EXPECTED });
    else if (names.has(user.name.toLowerCase()))
      problems.push({ line, expected: 'each name once' });
    else {
      names.add(user.name.toLowerCase());
      users.push(user);
    }
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, users };
}

/** The user that an entry names; undefined for what is no entry. */
export function readUser(entry: string): ConsoleUser | undefined {
  const [name = '', given, text = ''] = entry.split(':');
  const role = ROLES.find((each) => each === given);
  const hash = readPasswordHash(text);
  if (!USER_NAME.test(name) || role === undefined || hash === undefined) return undefined;
  return { name, role, hash };
}

export function writeUser({ name, role, hash }: ConsoleUser): string {
  return `${name}:${role}:${writePasswordHash(hash)}`;
}

/** The value of CONSOLE_USERS: the path of a file, or entries with blanks between them. */
export function readUsersSetting(
  text: string,
): { ok: true; setting: UsersSetting } | { ok: false; expected: string } {
  if (isPath(text)) return { ok: true, setting: { file: text } };
  const read = readUsers(text.split(/\s+/).join('\n'));
  if (read.ok) return { ok: true, setting: { users: read.users } };
  const [first] = read.problems;
  const expected = `the path of a file, or entries with blanks between them. Entry ${first?.line}: ${first?.expected}`;
  return { ok: false, expected };
}

function isPath(text: string): boolean {
  return path.isAbsolute(text) || !text.includes(':');
}

/** The list of users cannot be used; the message says why, and what to do. */
export class ConsoleUsersError extends Error {
  override readonly name = 'ConsoleUsersError';
}
