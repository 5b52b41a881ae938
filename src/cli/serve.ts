import type { Logger } from 'pino';
import type { RunningRole } from '../app/apiApp.js';
import type { Config, Role } from '../config.js';
import { effectiveConfig } from '../effectiveSettings.js';
import type { Readiness } from '../metrics/healthServer.js';
import { Metrics } from '../metrics/metrics.js';
import { createLogger, redactedError } from '../ops/logger.js';
import { ConsoleUsersError } from '../people/consoleUsers.js';
import { RedisUnusableError } from '../redis/start.js';
import { configurationFor } from './deploymentCommand.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { stopOnSignals } from './signals.js';

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
    process.exit(isSetUp(error) ? EXIT.configuration : EXIT.other);
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

/** What no second start can put right. */
function isSetUp(error: unknown): boolean {
  return error instanceof RedisUnusableError || error instanceof ConsoleUsersError;
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
