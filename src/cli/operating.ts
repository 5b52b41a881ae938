import { UnreadableRecordError } from '../notification/unreadableRecord.js';
import type { Operations } from '../queue/operations.js';
import { NotificationProducer } from '../queue/producer.js';
import { configurationFor } from './configuration.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { untilRedisAnswers } from './redisAnswers.js';
import { reportRedisFault } from './redisFailure.js';
import { type Output, outputFor } from './send/output.js';

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
    ...(config.NOTIFIER_SECRET !== undefined && { secret: config.NOTIFIER_SECRET }),
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
