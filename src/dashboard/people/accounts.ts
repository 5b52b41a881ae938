import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import {
  type ConsoleUser,
  ConsoleUsersError,
  type UsersSetting,
} from '../../people/consoleUsers.js';
import { hashPassword, isPassword, noPassword } from '../../people/passwordHash.js';
import { readUserFile } from '../../people/userFile.js';

/** The one login of DASHBOARD_USER and DASHBOARD_PASSWORD. */
export interface Login {
  user: string;
  password: string;
}

/** A file is looked at this often at most, when someone uses the console. */
const LOOK_EVERY_MS = 1_000;

/**
 * The people who may log in with a password: those of CONSOLE_USERS, and DASHBOARD_USER as an operator.
 *
 * A file of users is read again when it has changed, so who is removed there is out within a second. A
 * file that cannot be read any more, or has a wrong line, changes nothing: the list that was read last
 * goes on, and the log says so.
 */
export class Accounts {
  readonly #file: string | undefined;
  readonly #fixed: readonly ConsoleUser[];
  readonly #log: Logger;
  #byName: ReadonlyMap<string, ConsoleUser> = new Map();
  #seen = '';
  #complaint: string | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #checking: Promise<unknown> = Promise.resolve();

  private constructor(fixed: readonly ConsoleUser[], file: string | undefined, log: Logger) {
    this.#fixed = fixed;
    this.#file = file;
    this.#log = log;
  }

  /** @throws ConsoleUsersError when the users cannot be read, or one has the name of DASHBOARD_USER */
  static async open(
    { login, users }: { login?: Login; users?: UsersSetting },
    log: Logger,
  ): Promise<Accounts> {
    const fixed = login === undefined ? [] : [await operatorOf(login)];
    const listed = users !== undefined && 'users' in users ? users.users : [];
    const file = users !== undefined && 'file' in users ? users.file : undefined;
    const accounts = new Accounts([...fixed, ...listed], file, log);
    await accounts.#read();
    return accounts;
  }

  /** Whether anyone has a password here. */
  get isEmpty(): boolean {
    return this.#file === undefined && this.#fixed.length === 0;
  }

  /** The person of this name as things are now. */
  async find(name: string): Promise<ConsoleUser | undefined> {
    await this.#refresh();
    return this.#byName.get(name);
  }

  /**
   * The person whose name and password these are. An unknown name takes as long as a wrong password. One
   * password is checked at a time, since each takes 16 MB and a core.
   */
  async check(name: string, password: string): Promise<ConsoleUser | undefined> {
    const user = await this.find(name);
    const checking = this.#checking.then(() => isPassword(password, user?.hash ?? noPassword()));
    this.#checking = checking.catch(() => undefined);
    return (await checking) ? user : undefined;
  }

  async #refresh(): Promise<void> {
    if (this.#file === undefined || performance.now() - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#looking ??= this.#lookAgain().finally(() => {
      this.#looking = undefined;
      this.#lookedAt = performance.now();
    });
    await this.#looking;
  }

  async #lookAgain(): Promise<void> {
    try {
      await this.#read();
      this.#complaint = undefined;
    } catch (error) {
      if (!(error instanceof ConsoleUsersError)) throw error;
      if (this.#complaint === error.message) return;
      this.#complaint = error.message;
      this.#log.error(
        { problem: error.message },
        'the list of console users cannot be used; the list that was read last stays in force',
      );
    }
  }

  async #read(): Promise<void> {
    const seen = this.#file === undefined ? '-' : await versionOf(this.#file);
    if (seen === this.#seen && this.#complaint === undefined) return;
    const listed = this.#file === undefined ? [] : await readUserFile(this.#file);
    this.#byName = byName([...this.#fixed, ...listed]);
    if (this.#seen !== '') this.#log.info({ users: listed.length }, 'console users read again');
    this.#seen = seen;
  }
}

/** Changes with every change of the file, and with its being replaced by another. */
async function versionOf(file: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(file);
    return [ino, size, mtimeMs, ctimeMs].join(' ');
  } catch {
    return 'missing';
  }
}

function byName(users: readonly ConsoleUser[]): ReadonlyMap<string, ConsoleUser> {
  const names = users.map(({ name }) => name.toLowerCase());
  const twice = users.find(({ name }, at) => names.indexOf(name.toLowerCase()) !== at);
  if (twice !== undefined) {
    throw new ConsoleUsersError(
      `CONSOLE_USERS: ${twice.name} is the name of DASHBOARD_USER, too; expected each name once`,
    );
  }
  return new Map(users.map((user) => [user.name, user]));
}

/** The salt follows from the name: every api process has the same hash, and so the same sessions. */
async function operatorOf({ user, password }: Login): Promise<ConsoleUser> {
  const salt = Buffer.from(`proactive-notifier login ${user}`);
  return { name: user, role: 'operator', hash: await hashPassword(password, salt) };
}
