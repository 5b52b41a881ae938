import { pino } from 'pino';
import { Budget } from '../budget/budget.js';
import { type Config, loadConfig } from '../config.js';
import type { Admission } from '../genesys/admission.js';
import type { RedisClient } from '../notification/redisScripts.js';
import { probesFor } from '../pipeline/permissionProbes.js';
import { connectForProducing, disconnect } from '../queue/connection.js';
import { type Finding, failed, ok, skipped } from './finding.js';
import { checkFlow } from './flow.js';
import { checkNode } from './node.js';
import { checkPlatform } from './platform.js';
import { checkRedis } from './redis.js';
import { senderChecks } from './senders.js';
import { checkTemplates } from './templates.js';

/** What an examination will ask of the platform, told before it does. */
export interface Cost {
  requests: number;
  /** Of this many a minute. */
  allowance: number;
}

export interface Examination {
  findings: Finding[];
  /** Nothing at all when the configuration is too wrong to ask. */
  cost: Cost | undefined;
}

/**
 * Looks at everything a deployment needs. It changes nothing, anywhere, and can reach no customer;
 * `announce` is called before the first request to the platform.
 */
export async function examine(
  env: Record<string, string | undefined>,
  announce: (cost: Cost) => void,
): Promise<Examination> {
  const node = checkNode(process.versions.node);
  const loaded = loadConfig(env, 'all');
  if (!loaded.ok) {
    const wrong = loaded.problems.map(({ name, expected }) =>
      failed('configuration', name, `Set it to: ${expected}.`),
    );
    return { findings: [node, ...wrong], cost: undefined };
  }
  const { config } = loaded;
  const templates = await checkTemplates(config);
  const readsText =
    templates.loaded.length === 0 ||
    templates.loaded.some(({ compiled }) =>
      compiled.channels.some((channel) => compiled.usesMessageText(channel)),
    );
  const probes = probesFor(config, readsText);
  const cost = {
    requests: probes.length + senderChecks(config).length,
    allowance: config.GENESYS_REQUESTS_PER_MINUTE,
  };
  announce(cost);
  const redis = connectForProducing(config.REDIS_URL);
  redis.on('error', () => undefined);
  try {
    const about = await checkRedis(redis, config.QUEUE_PREFIX);
    const answers = !about.some(({ check, status }) => check === 'redis' && status === 'failed');
    const admission = answers ? budgetOf(redis, config) : UNHINDERED;
    const flow = answers ? await checkFlow(redis, config) : FLOW_UNKNOWN;
    const platform = await checkPlatform(config, probes, admission);
    const configured = ok('configuration', describeTarget(config));
    return {
      findings: [node, configured, ...templates.findings, ...about, ...flow, ...platform],
      cost,
    };
  } finally {
    disconnect(redis);
  }
}

const FLOW_UNKNOWN: readonly Finding[] = (['workers', 'flow'] as const).map((check) =>
  skipped(check, 'Redis does not answer'),
);

/** A worker waits for its slot as long as Redis takes no writes (it is full, say); a person does not. */
const SLOT_WITHIN_MS = 5_000;

/** The probes take their slots from the same budget as the workers' requests, where it can be written. */
function budgetOf(redis: RedisClient, config: Config): Admission {
  const requestsPerMinute = config.GENESYS_REQUESTS_PER_MINUTE;
  const log = pino({ level: 'silent' });
  const budget = Budget.open(redis, config.QUEUE_PREFIX, { requestsPerMinute }, { log });
  let patienceMs = SLOT_WITHIN_MS + Math.ceil(120_000 / requestsPerMinute);
  return {
    rateLimited: budget.rateLimited,
    async admit(request) {
      const ticket = await budget.admit({ ...request, signal: AbortSignal.timeout(patienceMs) });
      if (ticket.admitted || ticket.because !== 'aborted') return ticket;
      // No slot is given to any process, so there is no worker to be considerate of.
      patienceMs = 1;
      return { admitted: true };
    },
  };
}

/** Without a Redis there are no workers to be considerate of. */
const UNHINDERED: Admission = {
  admit: async () => ({ admitted: true }),
  rateLimited: async () => undefined,
};

function describeTarget({ NOTIFY_CHANNELS, NOTIFY_ONLY_TO }: Config): string {
  const only = NOTIFY_ONLY_TO === undefined ? 'everybody' : 'NOTIFY_ONLY_TO only';
  return `channels ${NOTIFY_CHANNELS.join(', ')}; to ${only}`;
}
