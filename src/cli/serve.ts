import type { Logger } from 'pino';
import type { RunningRole } from '../app/apiApp.js';
import type { Config, Role } from '../config.js';
import type { Readiness } from '../ops/healthServer.js';
import { createLogger, redactedError } from '../ops/logger.js';
import { Metrics } from '../ops/metrics.js';
import { RedisUnusableError } from '../redis/start.js';
import { configurationFor } from './deploymentCommand.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { stopOnSignals } from './signals.js';

/**
 * How each setting may be shown. A new setting does not compile before it is decided: what
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

type Part = Exclude<Role, 'all'>;

/** Starts the parts of a role in this process; they run until a signal ends them. */
export async function runRoles(role: Role, parts: readonly Part[]): Promise<ExitCode> {
  const config = configurationFor(role);
  if (config === undefined) return EXIT.configuration;
  const log = await createLogger(config.LOG_LEVEL, role);
  endOnBugs(log);

  const metrics = new Metrics();
  const running = new Map<Part, RunningRole>();
  let stopped = false;
  const stop = async () => {
    stopped = true;
    // In the order of `parts`: nothing more is accepted before the work is ended.
    for (const part of parts) await running.get(part)?.stop();
    // A part that still waits for Redis has taken nothing and has nothing to finish.
    if (running.size < parts.length) process.exit(EXIT.ok);
  };
  stopOnSignals(stop, log);
  const starting = async (): Promise<Readiness> => ({ ready: false, because: ['starting'] });
  const beside = parts.includes('worker')
    ? () => (running.get('worker')?.readiness ?? starting)()
    : undefined;
  log.info({ config: effectiveConfig(config) }, 'configuration');
  try {
    await Promise.all(
      parts.map(async (part) => {
        const partLog = await createLogger(config.LOG_LEVEL, part);
        const started = await start(part, config, partLog, metrics, beside);
        running.set(part, started);
        if (stopped) await started.stop();
        else log.info({ part, url: started.url, ...started.pages }, 'ready');
      }),
    );
    return EXIT.ok;
  } catch (error) {
    // What can go wrong here is the set-up's: no customer has been heard of yet.
    process.stderr.write(`notifier ${role} could not start: ${messageOf(error)}\n`);
    for (const part of parts) await running.get(part)?.stop();
    process.exit(error instanceof RedisUnusableError ? EXIT.configuration : EXIT.other);
  }
}

async function start(
  part: Part,
  config: Config,
  log: Logger,
  metrics: Metrics,
  beside: (() => Promise<Readiness>) | undefined,
): Promise<RunningRole> {
  switch (part) {
    case 'api':
      return (await import('../app/apiApp.js')).startApi(config, log, metrics, beside);
    case 'worker':
      return (await import('../app/workerApp.js')).startWorker(config, log, { metrics });
    default:
      return part satisfies never;
  }
}

function messageOf(error: unknown): string {
  const { message, code } = error as { message?: unknown; code?: unknown };
  if (typeof message !== 'string') return 'for an unknown reason';
  return code === 'EADDRINUSE' ? `${message} (API_PORT, HEALTH_PORT)` : message;
}

/** The default would print the whole error, which may quote a customer, before it ends the process. */
function endOnBugs(log: Logger): void {
  process.on('uncaughtException', (error: unknown) => {
    log.fatal({ error: redactedError(error) }, 'unexpected error');
    process.exit(EXIT.other);
  });
}
