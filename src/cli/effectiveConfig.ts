import type { Config } from '../config.js';

/**
 * How each setting may be shown. A new setting does not compile before somebody has decided: what
 * could be a secret, or an address, is only said to be there.
 */
const SHOWN = {
  REDIS_URL: 'without credentials',
  QUEUE_PREFIX: 'as it is',
  GENESYS_CLOUD_REGION: 'as it is',
  GENESYS_CLOUD_CLIENT_ID: 'set',
  GENESYS_CLOUD_CLIENT_SECRET: 'set',
  GENESYS_CLOUD_BASE_URL: 'as it is',
  GENESYS_ENGAGE_URL: 'as it is',
  GENESYS_REQUESTS_PER_MINUTE: 'as it is',
  GENESYS_WEB_DEPLOYMENT_ID: 'as it is',
  GENESYS_EMAIL_FROM: 'set',
  GENESYS_EMAIL_FROM_NAME: 'set',
  GENESYS_EMAIL_REPLY_TO: 'set',
  GENESYS_SMS_FROM: 'set',
  NOTIFY_CHANNELS: 'as it is',
  DEFAULT_COUNTRY: 'as it is',
  NOTIFY_ONLY_TO: 'how many',
  NOTIFIER_SECRET: 'set',
  DELIVERY_CHECK_AFTER: 'as it is',
  ACTIVE_CONVERSATION: 'as it is',
  CHECKPOINT_MAX_AGE: 'as it is',
  IDENTITY_CACHE_FOR: 'as it is',
  CONTEXT_CACHE_FOR: 'as it is',
  LEDGER_RETENTION: 'as it is',
  REQUEST_RETENTION: 'as it is',
  BACKLOG_MAX: 'as it is',
  CAMPAIGN_RETENTION: 'as it is',
  CAMPAIGN_MAX_FAILURE_SHARE: 'as it is',
  CAMPAIGN_MAX_UNKNOWN: 'as it is',
  CAMPAIGN_INBOX_DIR: 'as it is',
  HISTORY_LOOKBACK_DAYS: 'as it is',
  HISTORY_TRANSCRIPT_SOURCE: 'as it is',
  WORKER_CONCURRENCY: 'as it is',
  API_HOST: 'as it is',
  API_PORT: 'as it is',
  API_KEYS: 'how many',
  API_REQUESTS_PER_MINUTE: 'as it is',
  DASHBOARD_USER: 'set',
  DASHBOARD_PASSWORD: 'set',
  DASHBOARD_ACTIONS: 'as it is',
  HEALTH_PORT: 'as it is',
  TEMPLATES_DIR: 'as it is',
  LOG_LEVEL: 'as it is',
} as const satisfies Record<keyof Config, 'as it is' | 'set' | 'how many' | 'without credentials'>;

/** The configuration in force, defaults included, fit for a log: durations in milliseconds. */
export function effectiveConfig(config: Config): Record<string, unknown> {
  const names = Object.keys(SHOWN) as (keyof Config)[];
  return Object.fromEntries(
    names
      .filter((name) => config[name] !== undefined)
      .map((name) => [name, shown(name, config[name])]),
  );
}

function shown(name: keyof Config, value: Config[keyof Config]): unknown {
  switch (SHOWN[name]) {
    case 'as it is':
      return value;
    case 'set':
      return 'set';
    case 'how many':
      return Array.isArray(value) ? `${value.length} set` : 'set';
    case 'without credentials':
      return withoutCredentials(String(value));
    default:
      return SHOWN[name] satisfies never;
  }
}

/** A password may stand before the host, and in the query, where the client takes options from. */
function withoutCredentials(urls: string): string {
  return urls.replace(/\/\/[^,]*@/g, '//').replace(/\?[^,]*/g, '');
}
