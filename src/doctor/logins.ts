import type { Config } from '../config.js';
import { type ConsoleUser, ConsoleUsersError, type UsersSetting } from '../people/consoleUsers.js';
import { ROLES } from '../people/role.js';
import { discoverProvider, providerFault } from '../people/ssoProvider.js';
import { readUserFile } from '../people/userFile.js';
import { type CheckResult, failed, ok, warning } from './finding.js';

/** How people log in to the console. Nothing is said of a way that is not configured. */
export async function checkLogins(config: Config): Promise<CheckResult[]> {
  const found = await Promise.all([checkUsers(config), checkProvider(config)]);
  return found.filter((finding) => finding !== undefined);
}

/** As an api reads them when it starts. No name is said: the result stands on a page. */
async function checkUsers(config: Config): Promise<CheckResult | undefined> {
  const { CONSOLE_USERS: setting, DASHBOARD_USER: fixed, OIDC_ISSUER: issuer } = config;
  if (setting === undefined) return undefined;
  const check = 'console-users';
  let users: readonly ConsoleUser[];
  try {
    users = await usersOf(setting);
  } catch (error) {
    if (!(error instanceof ConsoleUsersError)) throw error;
    const remedy =
      'Correct it with notifier user add and remove. Until then no api starts, and one that runs keeps the list that it read last.';
    return failed(check, error.message, remedy);
  }
  if (users.some(({ name }) => name.toLowerCase() === fixed?.toLowerCase())) {
    const remedy = 'Give one of them another name, or no api starts.';
    return failed(check, 'CONSOLE_USERS has the name of DASHBOARD_USER, too', remedy);
  }
  const byRole = ROLES.flatMap((role) => {
    const count = users.filter((user) => user.role === role).length;
    return count === 0 ? [] : [`${role}: ${count}`];
  });
  const detail = users.length === 0 ? 'the list is empty' : byRole.join(', ');
  const hasOperator = users.some(({ role }) => role === 'operator');
  if (hasOperator || fixed !== undefined || issuer !== undefined) return ok(check, detail);
  const remedy = 'Add one with notifier user add: only an operator may pause, resolve and erase.';
  return warning(check, `${detail}; no one is an operator`, remedy);
}

async function usersOf(setting: UsersSetting): Promise<readonly ConsoleUser[]> {
  return 'users' in setting ? setting.users : readUserFile(setting.file);
}

/** Asks the provider to describe itself, as an api does at the first login. */
async function checkProvider(config: Config): Promise<CheckResult | undefined> {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: secret } = config;
  if (issuer === undefined || clientId === undefined || secret === undefined) return undefined;
  const check = 'single-sign-on';
  const { host } = new URL(issuer);
  try {
    await discoverProvider({ issuer, clientId, clientSecret: secret });
    return ok(check, `${host} describes itself; whether it knows the client shows at a login`);
  } catch (error) {
    const fault = providerFault(error);
    return fault.kind === 'away'
      ? failed(
          check,
          `${host} does not answer`,
          'Check OIDC_ISSUER, and that this machine reaches it.',
        )
      : failed(
          check,
          `what ${host} says of itself cannot be used: ${fault.code}`,
          'Set OIDC_ISSUER to the issuer that stands in its /.well-known/openid-configuration.',
        );
  }
}
