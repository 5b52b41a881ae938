import { pino } from 'pino';
import type { Config } from '../../config.js';
import type { Admission } from '../../genesys/admission.js';
import { createGenesysClient } from '../../genesys/client.js';
import type { NotificationRequest } from '../../notification/request.js';
import { IdentityLookup } from '../../pipeline/identity.js';
import { type Rehearsal, rehearse } from '../../pipeline/rehearsal.js';
import { onlyTo } from '../../policy/allowedRecipients.js';
import { connectForProducing, disconnect } from '../../queue/connection.js';
import { Gate } from '../../queue/gate.js';
import { channelDrivers, genesysSettings } from '../../roles/workerRole.js';
import { templateProblems } from '../../templates/catalogue.js';
import { TemplateError } from '../../templates/problems.js';
import {
  entryOf,
  type LoadedTemplate,
  loadTemplates,
  templatesDir,
} from '../../templates/publishTemplates.js';
import { gateAdmission } from '../../worker/gateAdmission.js';
import { configurationFor } from '../configuration.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { untilRedisAnswers } from '../redisAnswers.js';
import { describeRehearsal } from './describeRehearsal.js';
import { type Output, refuse } from './output.js';

/** Rehearses a request with the templates on disk; it needs no api or worker to have run before. */
export async function dryRun(request: NotificationRequest, output: Output): Promise<ExitCode> {
  const config = configurationFor('worker');
  if (config === undefined) return EXIT.configuration;
  const loaded = await templatesOf(config, output);
  if (loaded === undefined) return EXIT.configuration;
  const template = loaded.find(({ compiled }) => compiled.name === request.template);
  const names = loaded.map(({ compiled }) => compiled.name).join(', ');
  const problems =
    template === undefined
      ? [{ field: 'template', expected: `one of ${names}` }]
      : templateProblems(request, entryOf(template, config.NOTIFY_CHANNELS));
  if (template === undefined || problems.length > 0) {
    refuse(output, problems);
    return EXIT.invalid;
  }
  const rehearsal = await withAdmission(config, output, (admission) =>
    rehearseWith(request, template, config, admission),
  );
  output.result(describeRehearsal(rehearsal), rehearsal);
  return exitCodeOf(rehearsal);
}

async function templatesOf(config: Config, output: Output): Promise<LoadedTemplate[] | undefined> {
  try {
    return await loadTemplates(templatesDir(config));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    output.remark(`The templates cannot be used:\n${error.message}`);
    return undefined;
  }
}

async function rehearseWith(
  request: NotificationRequest,
  { compiled }: LoadedTemplate,
  config: Config,
  admission: Admission,
): Promise<Rehearsal> {
  const client = await createGenesysClient(genesysSettings(config), {
    admission,
    log: pino({ level: 'silent' }),
  });
  try {
    const parts = {
      client,
      identities: new IdentityLookup(client),
      drivers: channelDrivers(client, config),
      policy: onlyTo(config.NOTIFY_ONLY_TO),
      defaultChannels: config.NOTIFY_CHANNELS,
      defaultLookbackDays: config.HISTORY_LOOKBACK_DAYS,
    };
    return await rehearse(request, compiled, parts, { lane: 'transactional' });
  } finally {
    await client.close();
  }
}

/**
 * The lookups count against the same rate limit as the workers' requests, so they heed the same
 * gate. Without a Redis there are no workers to be considerate of.
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
      return await work(gateAdmission(new Gate(redis, config.QUEUE_PREFIX)));
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

function exitCodeOf({ would }: Rehearsal): ExitCode {
  switch (would) {
    case 'send':
      return EXIT.ok;
    case 'skip':
      return EXIT.skipped;
    case 'fail':
      return EXIT.failed;
    case 'not_know':
      return EXIT.other;
    default:
      return would satisfies never;
  }
}
