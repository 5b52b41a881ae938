import { pino } from 'pino';
import { Budget } from '../budget/budget.js';
import type { Config } from '../config.js';
import type { Admission } from '../genesys/admission.js';
import { createGenesysClient } from '../genesys/client.js';
import type { NotificationRequest } from '../notification/request.js';
import { ConversationLoader } from '../pipeline/conversationLoader.js';
import { IdentityLookup } from '../pipeline/identity.js';
import { type Rehearsal, rehearse } from '../pipeline/rehearsal.js';
import { onlyTo } from '../policy/allowedRecipients.js';
import { connectForProducing, disconnect } from '../queue/connection.js';
import { channelDrivers, genesysSettings } from '../roles/workerRole.js';
import type { CompiledTemplate } from '../templates/compile.js';
import { untilRedisAnswers } from './redisAnswers.js';
import type { Output } from './send/output.js';

/** Rehearses one request with parts of its own, made for it and ended after it. */
export function rehearseOnce(
  request: NotificationRequest,
  template: CompiledTemplate,
  config: Config,
  output: Output,
): Promise<Rehearsal> {
  return withAdmission(config, output, (admission) =>
    rehearseWith(request, template, config, admission),
  );
}

async function rehearseWith(
  request: NotificationRequest,
  template: CompiledTemplate,
  config: Config,
  admission: Admission,
): Promise<Rehearsal> {
  const log = pino({ level: 'silent' });
  const client = await createGenesysClient(genesysSettings(config), { admission, log });
  try {
    const parts = {
      client,
      conversations: new ConversationLoader(client, log),
      identities: new IdentityLookup(client),
      drivers: channelDrivers(client, config),
      policy: onlyTo(config.NOTIFY_ONLY_TO),
      defaultChannels: config.NOTIFY_CHANNELS,
      defaultLookbackDays: config.HISTORY_LOOKBACK_DAYS,
      transcriptSource: config.HISTORY_TRANSCRIPT_SOURCE,
    };
    return await rehearse(request, template, parts, { lane: 'transactional' });
  } finally {
    await client.close();
  }
}

/**
 * The lookups count against the same allowance as the workers' requests, so they take their slots
 * from the same budget. Without a Redis there are no workers to be considerate of.
 */
async function withAdmission<T>(
  config: Config,
  output: Output,
  work: (admission: Admission) => Promise<T>,
): Promise<T> {
  const redis = connectForProducing(config.REDIS_URL);
  redis.on('error', () => undefined);
  try {
    if (await untilRedisAnswers(() => redis.ping())) {
      const requestsPerMinute = config.GENESYS_REQUESTS_PER_MINUTE;
      const log = pino({ level: 'silent' });
      return await work(Budget.open(redis, config.QUEUE_PREFIX, { requestsPerMinute }, { log }));
    }
    output.remark('Redis does not answer; going on without it.');
    return await work({
      admit: async () => ({ admitted: true }),
      rateLimited: async () => undefined,
    });
  } finally {
    disconnect(redis);
  }
}
