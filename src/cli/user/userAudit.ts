import type { Act } from '../../audit/auditEntry.js';
import { loadConfig } from '../../config.js';
import { NotificationProducer } from '../../queue/producer.js';
import { withTimeout } from '../../queue/timeout.js';
import { redisFaultOf } from '../../redis/redisFault.js';
import { untilRedisAnswers } from '../deploymentCommand.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { type Output, operator } from '../output.js';

/**
 * Changes the users between two entries in the audit of the deployment that the environment names. A file of
 * users may be written where no Redis can be reached: then it is changed all the same, and that is said.
 */
export async function betweenEntries(
  act: Act,
  output: Output,
  work: () => Promise<ExitCode>,
): Promise<ExitCode> {
  const loaded = loadConfig(
    { ...process.env, API_HOST: undefined, CONSOLE_USERS: undefined },
    'api',
  );
  if (!loaded.ok) {
    const [first] = loaded.problems;
    output.remark(`The audit gets no entry of this: ${first?.name}: expected ${first?.expected}`);
    return work();
  }
  const { REDIS_URL: redisUrl, QUEUE_PREFIX: prefix, NOTIFIER_SECRET: secret } = loaded.config;
  const auditRetentionMs = loaded.config.AUDIT_RETENTION;
  const producer = new NotificationProducer({ redisUrl, prefix, secret, auditRetentionMs });
  try {
    const begun = await begin(producer, act);
    if (begun !== undefined) {
      return await producer.audit.follow(begun, work, (code) => ({
        outcome: code === EXIT.ok ? 'done' : 'refused',
      }));
    }
    output.remark('The audit gets no entry of this: Redis does not answer.');
    return await work();
  } finally {
    await producer.close();
  }
}

async function begin(producer: NotificationProducer, act: Act): Promise<number | undefined> {
  if (!(await untilRedisAnswers(() => producer.ping()))) return undefined;
  try {
    return await withTimeout(producer.audit.begin(operator(), act));
  } catch (error) {
    if (redisFaultOf(error) === undefined) throw error;
    return undefined;
  }
}
