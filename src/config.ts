import { z } from 'zod';
import { isLoopbackHost } from './http/requestOrigin.js';
import { settingsOf } from './notification/channelFacts.js';
import { Keyring } from './notification/keyring.js';
import type { Channel } from './notification/state.js';
import type { UnknownPolicies } from './notification/unknownPolicy.js';
import { ROLES_EXPECTED } from './people/ssoRoles.js';
import { DURABILITIES } from './redis/durability.js';
import { isLoopbackUrl } from './redis/redisClient.js';
import {
  allowedRecipients,
  apiKeys,
  channels,
  consoleUsers,
  country,
  credential,
  duration,
  durations,
  email,
  frequencyCaps,
  holidayFile,
  httpUrl,
  keyring,
  oidcIssuer,
  phone,
  publicUrl,
  quietHours,
  recentConversation,
  redisUrl,
  region,
  roleByClaim,
  share,
  timeZone,
  UNITS,
  unknownPolicy,
  wholeNumber,
} from './settingKinds.js';

/** A search reads a list of Redis for each day. */
const SEARCHED_AT_MOST = 90 * UNITS.d;

/**
 * Whether a setting is a secret, or an address of the deployment or its users: then a start says only
 * that it is set. `credentials`: a URL, secret but for its host.
 */
type Secrecy = boolean | 'credentials';

declare module 'zod' {
  interface GlobalMeta {
    secret?: Secrecy;
  }
}

/**
 * Every setting, under its own name. What is left out gets the default written here. A text or a list
 * is printed at start only if its outermost schema says `secret: false`.
 */
const environmentSchema = z.object({
  REDIS_URL: redisUrl.default('redis://127.0.0.1:6379').meta({ secret: 'credentials' }),
  QUEUE_PREFIX: z
    .string()
    .regex(
      /^[A-Za-z0-9_-]*\{[A-Za-z0-9_-]+\}[A-Za-z0-9_-]*$/,
      'a name with a {hash-tag}, such as {notifier}',
    )
    .default('{notifier}')
    .meta({ secret: false }),
  GENESYS_CLOUD_REGION: region.optional().meta({ secret: false }),
  GENESYS_CLOUD_CLIENT_ID: credential.optional().meta({ secret: true }),
  GENESYS_CLOUD_CLIENT_SECRET: credential.optional().meta({ secret: true }),
  GENESYS_CLOUD_BASE_URL: httpUrl.optional().meta({ secret: false }),
  GENESYS_ENGAGE_URL: httpUrl.optional().meta({ secret: false }),
  GENESYS_REQUESTS_PER_MINUTE: wholeNumber(1, 1_000_000).default(300),
  GENESYS_WEB_DEPLOYMENT_ID: z.string().optional().meta({ secret: false }),
  GENESYS_EMAIL_FROM: email.optional().meta({ secret: true }),
  GENESYS_EMAIL_FROM_NAME: z
    .string()
    .max(200, 'at most 200 characters')
    .optional()
    .meta({ secret: true }),
  GENESYS_EMAIL_REPLY_TO: email.optional().meta({ secret: true }),
  GENESYS_SMS_FROM: phone.optional().meta({ secret: true }),
  NOTIFY_CHANNELS: channels.default(['web', 'email'] satisfies Channel[]).meta({ secret: false }),
  DEFAULT_COUNTRY: country.optional().meta({ secret: false }),
  NOTIFY_ONLY_TO: allowedRecipients.optional().meta({ secret: true }),
  FREQUENCY_CAP: frequencyCaps.optional().meta({ secret: false }),
  PLUS_ADDRESSES: z
    .enum(['distinct', 'same'], { error: 'distinct or same' })
    .default('distinct')
    .meta({ secret: false }),
  NOTIFIER_SECRET: keyring.optional().meta({ secret: true }),
  DELIVERY_CHECK_AFTER: duration().default(60_000),
  DELIVERY_EVENTS: z
    .enum(['auto', 'off'], { error: 'auto or off' })
    .default('auto')
    .meta({ secret: false }),
  UNKNOWN_POLICY: unknownPolicy
    .default({ transactional: 'hold', campaign: 'hold' } satisfies UnknownPolicies)
    .meta({ secret: false }),
  RECONCILE_AFTER: durations
    .default([20_000, 2 * UNITS.m, 10 * UNITS.m, UNITS.h])
    .meta({ secret: false }),
  ACTIVE_CONVERSATION: z
    .enum(['defer', 'next-channel'], { error: 'defer or next-channel' })
    .default('defer')
    .meta({ secret: false }),
  INTENT_DURABILITY: z
    .enum(DURABILITIES, { error: 'fsync, replica or none' })
    .optional()
    .meta({ secret: false }),
  QUIET_HOURS: quietHours.optional().meta({ secret: false }),
  QUIET_HOLIDAYS: holidayFile.optional().meta({ secret: false }),
  QUIET_TIME_ZONE: timeZone.optional().meta({ secret: false }),
  QUIET_HOURS_FOR: z
    .enum(['campaign', 'all'], { error: 'campaign or all' })
    .default('campaign')
    .meta({ secret: false }),
  QUIET_HOURS_PAST_DEADLINE: z
    .enum(['expire', 'send'], { error: 'expire or send' })
    .default('expire')
    .meta({ secret: false }),
  RECENT_CONVERSATION: recentConversation.optional().meta({ secret: false }),
  BAD_ENDING: z
    .enum(['skip', 'off'], { error: 'skip or off' })
    .default('off')
    .meta({ secret: false }),
  CHECKPOINT_MAX_AGE: duration(UNITS.s).default(UNITS.h),
  IDENTITY_CACHE_FOR: duration().default(10 * UNITS.m),
  CONTEXT_CACHE_FOR: duration().default(5 * UNITS.m),
  LEDGER_RETENTION: duration(UNITS.s).default(30 * UNITS.d),
  REQUEST_RETENTION: duration(UNITS.s).default(7 * UNITS.d),
  SEARCH_RETENTION: duration(0, SEARCHED_AT_MOST).default(7 * UNITS.d),
  EVENTS_RETENTION: duration(UNITS.h, 90 * UNITS.d).default(7 * UNITS.d),
  EVENTS_MAX: wholeNumber(1_000, 100_000_000).default(2_000_000).meta({ secret: false }),
  BACKLOG_MAX: wholeNumber(1, 100_000_000).default(100_000),
  CAMPAIGN_RETENTION: duration(UNITS.s).default(30 * UNITS.d),
  CAMPAIGN_MAX_FAILURE_SHARE: share.default(0.5),
  CAMPAIGN_MAX_UNKNOWN: wholeNumber(1, 100_000_000).default(20),
  CAMPAIGN_INBOX_DIR: z.string().optional().meta({ secret: false }),
  HISTORY_LOOKBACK_DAYS: wholeNumber(1, 366).default(31),
  HISTORY_TRANSCRIPT_SOURCE: z
    .enum(['messages', 'recordings', 'summaries'], { error: 'messages, recordings or summaries' })
    .default('messages')
    .meta({ secret: false }),
  WORKER_CONCURRENCY: wholeNumber(1, 1_000).default(50),
  API_HOST: z.string().default('127.0.0.1').meta({ secret: false }),
  API_PORT: wholeNumber(0, 65_535).default(3_000),
  API_KEYS: apiKeys.default([]).meta({ secret: true }),
  UNSUBSCRIBE_PORT: wholeNumber(0, 65_535).optional(),
  WEBHOOKS_ALLOW_PRIVATE: z
    .enum(['off', 'on'], { error: 'off or on' })
    .default('off')
    .meta({ secret: false }),
  API_REQUESTS_PER_MINUTE: wholeNumber(0, 1_000_000).default(6_000),
  DASHBOARD_USER: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,32}$/, 'a name of up to 32 letters, digits, dots, _ and -')
    .optional()
    .meta({ secret: true }),
  DASHBOARD_PASSWORD: z
    .string()
    .min(12, 'at least 12 characters')
    .regex(/^\S(.*\S)?$/, 'at least 12 characters, without blanks at the ends')
    .optional()
    .meta({ secret: true }),
  CONSOLE_USERS: consoleUsers.optional().meta({ secret: true }),
  PUBLIC_URL: publicUrl.optional().meta({ secret: false }),
  OIDC_ISSUER: oidcIssuer.optional().meta({ secret: false }),
  OIDC_CLIENT_ID: credential.optional().meta({ secret: false }),
  OIDC_CLIENT_SECRET: credential.optional().meta({ secret: true }),
  OIDC_SCOPES: z
    .string()
    .regex(/^openid( [\x21-\x7e]+)*$/, 'openid, and further scopes with blanks between them')
    .default('openid profile')
    .meta({ secret: false }),
  OIDC_ROLE_CLAIM: z.string().default('roles').meta({ secret: false }),
  OIDC_ROLES: roleByClaim.optional().meta({ secret: false }),
  AUDIT_RETENTION: duration(UNITS.d).default(400 * UNITS.d),
  DASHBOARD_ACTIONS: z
    .enum(['off', 'on'], { error: 'off or on' })
    .default('off')
    .meta({ secret: false }),
  HEALTH_PORT: wholeNumber(0, 65_535).optional(),
  QUOTE_CUSTOMERS: z
    .enum(['on', 'off'], { error: 'on or off' })
    .default('on')
    .meta({ secret: false }),
  TEMPLATES_DIR: z.string().optional().meta({ secret: false }),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'fatal, error, warn, info, debug, trace or silent',
    })
    .default('info')
    .meta({ secret: false }),
});

export type Config = z.output<typeof environmentSchema>;

export const SETTING_NAMES = Object.keys(environmentSchema.shape) as (keyof Config)[];

/** What a setting's schema says of its secrecy; undefined for numbers and durations. */
export function secrecyOf(name: keyof Config): Secrecy | undefined {
  return environmentSchema.shape[name].meta()?.secret;
}

/** Names under these prefixes are ours: one that is unknown is a typing error. */
const OWN_PREFIXES = /^(GENESYS_|NOTIFY_)/;

export type Role = 'api' | 'worker' | 'all';

export type LoadedConfig =
  | { ok: true; config: Config }
  | { ok: false; problems: { name: string; expected: string }[] };

/**
 * Reads the configuration of a role from the environment. All problems are reported at once, each
 * with the variable's name and what was expected; values are never repeated, since a mistyped
 * secret is still a secret. An empty value counts as left out.
 */
export function loadConfig(env: Record<string, string | undefined>, role: Role): LoadedConfig {
  const given = givenValues(env);
  const unknown = unknownNames(given);
  const damaged = damagedNames(given);
  const parsed = environmentSchema.safeParse(given);
  if (parsed.success && damaged.length === 0) {
    const problems = [...unknown, ...missing(parsed.data, role)];
    return problems.length > 0 ? { ok: false, problems } : { ok: true, config: parsed.data };
  }
  const issues = parsed.success ? [] : parsed.error.issues;
  const wrong = new Map([
    ...issues.map((issue): [string, string] => [String(issue.path[0] ?? ''), issue.message]),
    ...damaged.map((name): [string, string] => [name, WITHOUT_CONTROL_CHARACTERS]),
  ]);
  const problems = [...wrong].map(([name, expected]) => ({ name, expected }));
  return { ok: false, problems: [...unknown, ...problems, ...missingBeside(wrong, given, role)] };
}

const WITHOUT_CONTROL_CHARACTERS = 'one line, without tabs or other control characters';

/** A value that comes from a file ends with a line end; that is no part of it. */
function givenValues(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => {
      const trimmed = value?.replace(/^[\r\n]+|[\r\n]+$/g, '') ?? '';
      return trimmed === '' ? [] : [[name, trimmed]];
    }),
  );
}

/** Settings whose value has a line end or another control character within. */
function damagedNames(given: Record<string, string>): string[] {
  return SETTING_NAMES.filter((name) => /\p{Cc}/u.test(given[name] ?? ''));
}

/**
 * What is missing beside values that are wrong, so that one start reports it all. A wrong value is
 * not missing; and which senders a wrong list of channels would need is not guessed at.
 */
function missingBeside(
  wrong: ReadonlyMap<string, string>,
  given: Record<string, string | undefined>,
  role: Role,
) {
  const usable = Object.entries(given).filter(([name]) => !wrong.has(name));
  const config = environmentSchema.parse(Object.fromEntries(usable));
  const channelsKnown = !wrong.has('NOTIFY_CHANNELS');
  return missing(channelsKnown ? config : { ...config, NOTIFY_CHANNELS: [] }, role).filter(
    ({ name }) => !wrong.has(name),
  );
}

function unknownNames(env: Record<string, string | undefined>) {
  return Object.keys(env)
    .filter((name) => OWN_PREFIXES.test(name) && !Object.hasOwn(environmentSchema.shape, name))
    .map((name) => ({ name, expected: 'no such setting; see the configuration table' }));
}

const QUIET_TIME_ZONE_NEEDED =
  'the IANA time zone of recipients whose own is not known, such as Europe/Berlin, since there are quiet hours';

/** What a role cannot do without, and does not have. */
export function missing(config: Config, role: Role): { name: string; expected: string }[] {
  const problems: { name: string; expected: string }[] = [];
  const need = (name: keyof Config, expected: string) => {
    if (config[name] === undefined) problems.push({ name, expected });
  };
  const localApi = role === 'worker' || isLoopbackHost(config.API_HOST);
  if (!isLoopbackUrl(config.REDIS_URL) || !localApi) {
    need(
      'NOTIFIER_SECRET',
      'a secret of at least 16 characters, since others can reach this deployment',
    );
  }
  if (!localApi && config.API_KEYS.length === 0) {
    problems.push({ name: 'API_KEYS', expected: 'name:key pairs, since API_HOST is not loopback' });
  }
  problems.push(...missingForDashboard(config, localApi, role));
  if (config.QUIET_HOURS !== undefined || config.QUIET_HOLIDAYS !== undefined) {
    need('QUIET_TIME_ZONE', QUIET_TIME_ZONE_NEEDED);
  }
  if (role !== 'worker') problems.push(...missingForSso(config));
  if (role === 'api') return problems;
  if (config.GENESYS_CLOUD_BASE_URL === undefined) {
    need('GENESYS_CLOUD_REGION', 'the region of your organisation, such as us-east-1');
  }
  need('GENESYS_CLOUD_CLIENT_ID', 'the id of an OAuth client (client credentials)');
  need('GENESYS_CLOUD_CLIENT_SECRET', 'the secret of that OAuth client');
  for (const [name, expected] of settingsOf(config.NOTIFY_CHANNELS)) need(name, expected);
  return problems;
}

/** A person who reaches the api reaches its dashboard, which shows and settles every notification. */
function missingForDashboard(config: Config, localApi: boolean, role: Role) {
  const needed = { DASHBOARD_USER: 'a name', DASHBOARD_PASSWORD: 'at least 12 characters' };
  const names = ['DASHBOARD_USER', 'DASHBOARD_PASSWORD'] as const;
  const given = names.filter((name) => config[name] !== undefined);
  const others = config.CONSOLE_USERS !== undefined || config.OIDC_ISSUER !== undefined;
  if (role === 'worker' || (given.length === 0 && (localApi || others))) return [];
  const because = localApi ? `since ${given[0]} is set` : 'since API_HOST is not loopback';
  return names
    .filter((name) => config[name] === undefined)
    .map((name) => ({ name, expected: `${needed[name]}, ${because}` }));
}

/** OpenID Connect is configured as a whole or not at all. */
function missingForSso(config: Config): { name: string; expected: string }[] {
  const needed = {
    OIDC_ISSUER: 'the https URL of the provider',
    OIDC_CLIENT_ID: 'the id that the provider gave this console',
    OIDC_CLIENT_SECRET: 'the secret that belongs to OIDC_CLIENT_ID',
    OIDC_ROLES: ROLES_EXPECTED,
    PUBLIC_URL: 'where people reach this console, such as https://notifier.example.com',
  } as const;
  const names = Object.keys(needed) as (keyof typeof needed)[];
  const asking = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_ROLES'] as const;
  const given = asking.find((name) => config[name] !== undefined);
  if (given === undefined) return [];
  return names
    .filter((name) => config[name] === undefined)
    .map((name) => ({ name, expected: `${needed[name]}, since ${given} is set` }));
}

/** The problems as a person reads them, one line each. */
export function describeProblems(problems: { name: string; expected: string }[]): string {
  return problems.map(({ name, expected }) => `  ${name}: expected ${expected}`).join('\n');
}

/** How this deployment reaches Genesys Cloud. */
export function genesysSettings(config: Config) {
  return {
    clientId: config.GENESYS_CLOUD_CLIENT_ID ?? '',
    clientSecret: config.GENESYS_CLOUD_CLIENT_SECRET ?? '',
    region: config.GENESYS_CLOUD_REGION,
    baseUrl: config.GENESYS_CLOUD_BASE_URL,
    engageUrl: config.GENESYS_ENGAGE_URL,
  };
}

/**
 * Where links for customers lead: PUBLIC_URL, if customers can be sent there. Without TLS on this machine alone.
 */
export function linkBaseOf({ PUBLIC_URL: url }: Config): string | undefined {
  if (url === undefined) return undefined;
  return url.startsWith('https:') || isLoopbackUrl(url) ? url : undefined;
}

/** What customer data is sealed with. Without a secret, Redis is on this machine alone. */
export function keyringOf({ NOTIFIER_SECRET: secret }: Config): Keyring {
  return secret === undefined ? Keyring.forDevelopment() : Keyring.parse(secret);
}
