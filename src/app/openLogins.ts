import type { Logger } from 'pino';
import { type Config, keyringOf } from '../config.js';
import { Accounts } from '../dashboard/people/accounts.js';
import type { Logins } from '../dashboard/people/guard.js';
import { LoginAudit } from '../dashboard/people/loginAudit.js';
import { EndedSessions, Sessions } from '../dashboard/people/loginSessions.js';
import { SingleSignOn } from '../dashboard/people/singleSignOn.js';
import type { NotificationProducer } from '../queue/producer.js';

/**
 * The people with a password.
 *
 * @throws ConsoleUsersError when CONSOLE_USERS cannot be used
 */
export function openAccounts(config: Config, log: Logger): Promise<Accounts> {
  const { DASHBOARD_USER: user, DASHBOARD_PASSWORD: password, CONSOLE_USERS: users } = config;
  const login = user === undefined || password === undefined ? undefined : { user, password };
  return Accounts.open({ login, users }, log);
}

/** How people log in; undefined on loopback alone, elsewhere the configuration demands a way. */
export function openLogins(
  config: Config,
  accounts: Accounts,
  { store, audit }: NotificationProducer,
  log: Logger,
): Logins | undefined {
  const sso = openSingleSignOn(config, log);
  if (accounts.isEmpty && sso === undefined) return undefined;
  const { redis, prefix } = store;
  return {
    accounts,
    sso,
    audit: new LoginAudit(redis, audit),
    sessions: new Sessions(accounts, keyringOf(config), sso?.facts),
    ended: new EndedSessions(redis, prefix),
  };
}

/** The configuration has it as a whole or not at all. */
function openSingleSignOn(config: Config, log: Logger): SingleSignOn | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: secret } = config;
  const { OIDC_ROLES: roles, PUBLIC_URL: publicUrl } = config;
  if (
    issuer === undefined ||
    clientId === undefined ||
    secret === undefined ||
    roles === undefined ||
    publicUrl === undefined
  ) {
    return undefined;
  }
  const settings = {
    issuer,
    clientId,
    clientSecret: secret,
    roles,
    publicUrl,
    roleClaim: config.OIDC_ROLE_CLAIM,
    scopes: config.OIDC_SCOPES,
  };
  return new SingleSignOn(settings, keyringOf(config), log);
}
