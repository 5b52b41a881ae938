import { pino } from 'pino';
import { openDryRunLookups } from '../app/dryRunLookups.js';
import { openConsentFacts } from '../app/openConsentFacts.js';
import type { Config } from '../config.js';
import type { Limiter } from '../genesys/call.js';
import {
  type FieldProblem,
  type NotificationRequest,
  timeProblems,
} from '../notification/request.js';
import type { DryRunResult } from '../pipeline/dryRun.js';
import { NO_FACTS } from '../policy/rule.js';
import { Budget } from '../ratelimit/budget.js';
import { redisClock } from '../redis/clock.js';
import { connectForProducing, disconnect } from '../redis/redisClient.js';
import { describeRedisFault, type RedisFault, redisFaultOf } from '../redis/redisFault.js';
import type { Consent } from '../suppression/consent.js';
import type { CompiledTemplate } from '../templates/compile.js';
import { untilRedisAnswers } from './deploymentCommand.js';
import type { Output } from './output.js';

export type DryRunOnce =
  | { ok: true; result: DryRunResult }
  | { ok: false; problems: FieldProblem[] };

/**
 * Does a dry run of one request with parts of its own, made for it and ended after it. Its times are judged
 * by Redis' clock, as at acceptance; by this machine's where no Redis answers.
 */
export function dryRunOnce(
  request: NotificationRequest,
  template: CompiledTemplate,
  config: Config,
  output: Output,
): Promise<DryRunOnce> {
  return withAdmission(config, output, async (admission, consent, now) => {
    const problems = timeProblems(request, now);
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, result: await dryRunWith(request, template, config, admission, consent) };
  });
}

async function dryRunWith(
  request: NotificationRequest,
  template: CompiledTemplate,
  config: Config,
  admission: Limiter,
  consent: Pick<Consent, 'facts'>,
): Promise<DryRunResult> {
  const lookups = await openDryRunLookups(config, admission, consent);
  try {
    return await lookups.dryRun(request, template, 'transactional');
  } finally {
    await lookups.close();
  }
}

/**
 * The lookups count against the same allowance as the workers' requests, so they take their slots
 * from the same budget. Without a Redis there are no workers to be considerate of.
 */
async function withAdmission<T>(
  config: Config,
  output: Output,
  work: (admission: Limiter, consent: Pick<Consent, 'facts'>, now: number) => Promise<T>,
): Promise<T> {
  const redis = connectForProducing(config.REDIS_URL);
  let fault: RedisFault | undefined;
  redis.on('error', (error: unknown) => {
    fault = redisFaultOf(error) ?? fault;
  });
  try {
    const clock = redisClock(redis, config.QUEUE_PREFIX);
    if (await untilRedisAnswers(() => clock.measure())) {
      const requestsPerMinute = config.GENESYS_REQUESTS_PER_MINUTE;
      const log = pino({ level: 'silent' });
      const budget = Budget.open(redis, config.QUEUE_PREFIX, { requestsPerMinute }, { log });
      return await work(budget, openConsentFacts(config, redis), clock.now());
    }
    output.remark(
      `${fault === undefined ? 'Redis does not answer.' : describeRedisFault(fault)} Going on without it, and without the suppression list.`,
    );
    const unlimited: Limiter = {
      acquire: async () => ({ admitted: true }),
      rateLimited: async () => undefined,
    };
    return await work(unlimited, { facts: async () => NO_FACTS }, clock.now());
  } finally {
    disconnect(redis);
  }
}
