import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, describeProblems, loadConfig, type Role } from '../config.js';
import { UnreadableRecordError } from '../notification/codec.js';
import { RedisUnavailableError } from '../queue/notifierErrors.js';
import type { Operations } from '../queue/operations.js';
import { NotificationProducer } from '../queue/producer.js';
import { describeRedisFault, type RedisFaultKind, redisFaultOf } from '../redis/redisFault.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { type Output, outputFor } from './output.js';

/** The configuration of a command, or undefined once everything wrong with it has been printed. */
export function configurationFor(
  role: Role,
  env: NodeJS.ProcessEnv = process.env,
): Config | undefined {
  const loaded = loadConfig(env, role);
  if (loaded.ok) return loaded.config;
  process.stderr.write(`The configuration is wrong:\n${describeProblems(loaded.problems)}\n`);
  return undefined;
}

const PATIENCE_MS = 2_000;
const ASK_EVERY_MS = 20;

/**
 * Whether Redis answers, once the connection that was just opened has had time to be made. Producers
 * fail at once while there is no connection, which is right for a service and wrong for a command
 * that has only begun.
 */
export async function untilRedisAnswers(ping: () => Promise<unknown>): Promise<boolean> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    const answered = await ping().then(
      () => true,
      () => false,
    );
    if (answered) return true;
    await sleep(ASK_EVERY_MS);
  }
  return false;
}

/** With these, no command was ever carried out. */
const NEVER_CONNECTED: ReadonlySet<RedisFaultKind> = new Set([
  'credentials',
  'sentinel_credentials',
  'certificate',
  'no_such_database',
]);

/**
 * The one place where a Redis that fails becomes a sentence and an exit code, for every command.
 * Undefined when the error is none of Redis'.
 */
export function reportRedisFault(error: unknown, output: Output): ExitCode | undefined {
  const fault = redisFaultOf(error);
  if (fault === undefined) return undefined;
  output.remark(`Redis is unavailable: ${describeRedisFault(fault)}`);
  if (NEVER_CONNECTED.has(fault.kind)) output.remark('Nothing was done.');
  else if (error instanceof RedisUnavailableError && error.mayBeDone) {
    output.remark('It is not known whether this was done.');
  }
  output.result('', { error: 'redis_unavailable', redis: fault.kind });
  return EXIT.redisUnavailable;
}

/** Runs a command that operates the deployment which the environment names. */
export async function operate(
  options: { json?: boolean },
  command: (operations: Operations, output: Output) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withProducer(options, ({ operations }, output) => command(operations, output));
}

/** Runs a command on the notifications of the deployment which the environment names. */
export async function withProducer(
  options: { json?: boolean },
  command: (producer: NotificationProducer, output: Output) => Promise<ExitCode>,
): Promise<ExitCode> {
  const output = outputFor(options.json === true);
  // Whether the HTTP API could start with this configuration does not matter here.
  const config = configurationFor('api', { ...process.env, API_HOST: undefined });
  if (config === undefined) return EXIT.configuration;
  const producer = new NotificationProducer({
    redisUrl: config.REDIS_URL,
    prefix: config.QUEUE_PREFIX,
    secret: config.NOTIFIER_SECRET,
  });
  try {
    await untilRedisAnswers(() => producer.ping());
    return await command(producer, output);
  } catch (error) {
    if (error instanceof UnreadableRecordError) {
      output.remark(error.message);
      output.result('', { error: 'notification_unreadable', id: error.id });
      return EXIT.other;
    }
    const code = reportRedisFault(error, output);
    if (code === undefined) throw error;
    return code;
  } finally {
    await producer.close();
  }
}
