import { pino } from 'pino';
import { type Config, loadConfig, missing } from '../config.js';
import { DncImports } from '../consent/dncImports.js';
import type { Limiter } from '../genesys/call.js';
import type { Channel } from '../notification/state.js';
import {
  type Probe,
  prefetchProbes,
  probesFor,
  summaryProbes,
} from '../pipeline/permissionProbes.js';
import { Budget } from '../ratelimit/budget.js';
import { redisClock } from '../redis/clock.js';
import { connectForProducing, disconnect, type RedisClient } from '../redis/redisClient.js';
import type { CompiledTemplate } from '../templates/compile.js';
import { channelsOff } from '../templates/lint.js';
import {
  type LoadedTemplate,
  loadTemplates,
  quotingOf,
  templatesDir,
} from '../templates/loadTemplates.js';
import { TemplateError } from '../templates/templateProblems.js';
import { DNC_REQUESTS } from './dncCheck.js';
import { exploreRequests } from './explore.js';
import { type CheckResult, failed, ok, skipped, warning } from './finding.js';
import { checkFlow } from './flow.js';
import { checkLogins } from './logins.js';
import { checkPlatform, type DncKnown, senderChecks } from './platform.js';
import { checkRedis } from './redis.js';
import type { TrialPace } from './trial.js';

/** package.json, `engines`. */
const LEAST = [20, 19] as const;

/** `version` as `process.versions.node` has it: 20.19.0. */
export function checkNode(version: string): CheckResult {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor))
    return ok('node', version);
  return failed('node', version, `Install Node.js ${LEAST.join('.')} or newer.`);
}

/** Reads every template, as an api or worker does when it starts. */
async function checkTemplates(
  config: Config,
): Promise<{ findings: CheckResult[]; loaded: LoadedTemplate[] }> {
  let loaded: LoadedTemplate[];
  try {
    loaded = await loadTemplates(templatesDir(config), quotingOf(config));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const lines = error.message.split('\n');
    const findings = lines.map((line) =>
      failed('templates', line, 'Correct it; notifier templates check looks again.'),
    );
    return { findings, loaded: [] };
  }
  const names = loaded.map(({ compiled }) => compiled.name).join(', ');
  const findings = loaded.flatMap(({ source, compiled }) => {
    const has = config.NOTIFY_CHANNELS.filter((channel) => compiled.channels.includes(channel));
    const off = channelsOff(source, compiled)
      .filter(({ channel }) => config.NOTIFY_CHANNELS.includes(channel))
      .map(({ channel, message }) =>
        warning('templates', `${compiled.name}: ${channel} ${message}`, 'Add the part.'),
      );
    if (has.length > 0) return off;
    const detail = `${compiled.name} has no part for ${config.NOTIFY_CHANNELS.join(' or ')}`;
    return [warning('templates', detail, 'Add one, or name channels in each request for it.')];
  });
  return { findings: [ok('templates', names), ...findings], loaded };
}

/** The organisation's limits are one request. */
const RATE_LIMIT_REQUESTS = 1;

/** What an examination will ask of the platform, said before it does. */
export interface Cost {
  requests: number;
  /** How many more it may take to try what the documents leave open. */
  explore?: number;
  /** Of this many a minute. */
  allowance: number;
}

export interface DoctorRun {
  findings: CheckResult[];
  /** Nothing at all when the configuration is too wrong to ask. */
  cost: Cost | undefined;
}

/**
 * Looks at everything a deployment needs. It changes nothing, anywhere, and can reach no customer;
 * `announce` is called before the first request to the platform. With a `pace` it also explores:
 * that starts an export, a job and a batch, each of one contact or conversation.
 */
export async function runDoctor(
  env: Record<string, string | undefined>,
  announce: (cost: Cost) => void,
  { pace }: { pace?: TrialPace } = {},
): Promise<DoctorRun> {
  const node = checkNode(process.versions.node);
  const loaded = loadConfig(env, 'all');
  if (!loaded.ok) {
    const wrong = loaded.problems.map(({ name, expected }) =>
      failed('configuration', name, `Set it to: ${expected}.`),
    );
    return { findings: [node, ...wrong], cost: undefined };
  }
  return examine(loaded.config, announce, { pace });
}

/**
 * The same for a configuration that is in force. A role that needs no access to Genesys Cloud may have
 * none: what is there is looked at, and of the platform it is said that nothing has looked.
 */
export async function examine(
  config: Config,
  announce: (cost: Cost) => void,
  { pace }: { pace?: TrialPace } = {},
): Promise<DoctorRun> {
  const node = checkNode(process.versions.node);
  const templates = await checkTemplates(config);
  const logins = await checkLogins(config);
  const unset = unsetForPlatform(config);
  const { probes, cost } = planOf(config, templates.loaded, pace);
  announce(cost);
  const redis = connectForProducing(config.REDIS_URL);
  redis.on('error', () => undefined);
  try {
    const about = await checkRedis(redis, config.QUEUE_PREFIX, config.INTENT_DURABILITY);
    const answers = !about.some(({ check, status }) => check === 'redis' && status === 'failed');
    const admission = answers ? budgetOf(redis, config) : UNHINDERED;
    const flow = answers ? await checkFlow(redis, config) : FLOW_UNKNOWN;
    const dnc = answers ? await dncKnown(redis, config) : { now: Date.now() };
    const platform =
      unset.length === 0
        ? await checkPlatform(config, probes, admission, dnc, pace)
        : [skipped('region', `not looked at: this process has no ${unset.join(', ')}`)];
    const configured = ok('configuration', describeTarget(config));
    return {
      findings: [
        ...[node, configured, ...templates.findings, ...logins],
        ...[...about, ...flow, ...platform],
      ],
      cost,
    };
  } finally {
    disconnect(redis);
  }
}

/** What an examination of a configuration that is in force will cost. */
export function costOf(config: Config, loaded: readonly LoadedTemplate[]): Cost {
  return planOf(config, loaded).cost;
}

/** The settings without which the platform cannot be asked, as far as they are missing. */
function unsetForPlatform(config: Config): string[] {
  return missing(config, 'worker')
    .map(({ name }) => name)
    .filter((name) => name.startsWith('GENESYS_CLOUD_'));
}

function planOf(
  config: Config,
  loaded: readonly LoadedTemplate[],
  pace?: TrialPace,
): { probes: Probe[]; cost: Cost } {
  const allowance = config.GENESYS_REQUESTS_PER_MINUTE;
  if (unsetForPlatform(config).length > 0) return { probes: [], cost: { requests: 0, allowance } };
  const isUsed = (uses: (template: CompiledTemplate, channel: Channel) => boolean) =>
    loaded.some(({ compiled }) => compiled.channels.some((channel) => uses(compiled, channel)));
  const readsText =
    loaded.length === 0 || isUsed((template, channel) => template.usesMessageText(channel));
  const probes = [
    ...probesFor(config, readsText),
    ...summaryProbes(
      config,
      isUsed((template, channel) => template.usesSummary(channel)),
    ),
    ...prefetchProbes(readsText),
  ];
  const cost = {
    requests: probes.length + senderChecks(config).length + RATE_LIMIT_REQUESTS + DNC_REQUESTS,
    explore: pace && exploreRequests(pace),
    allowance,
  };
  return { probes, cost };
}

const FLOW_UNKNOWN: readonly CheckResult[] = (['workers', 'flow'] as const).map((check) =>
  skipped(check, 'Redis does not answer'),
);

/** A worker waits for its slot as long as Redis takes no writes (it is full, say); a person does not. */
const SLOT_WITHIN_MS = 5_000;

/** The probes take their slots from the same budget as the workers' requests, where it can be written. */
function budgetOf(redis: RedisClient, config: Config): Limiter {
  const requestsPerMinute = config.GENESYS_REQUESTS_PER_MINUTE;
  const log = pino({ level: 'silent' });
  const budget = Budget.open(redis, config.QUEUE_PREFIX, { requestsPerMinute }, { log });
  let patienceMs = SLOT_WITHIN_MS + Math.ceil(120_000 / requestsPerMinute);
  return {
    rateLimited: budget.rateLimited,
    async acquire(request) {
      const ticket = await budget.acquire({ ...request, signal: AbortSignal.timeout(patienceMs) });
      if (ticket.admitted || ticket.because !== 'aborted') return ticket;
      // No slot is given to any process, so there is no worker to be considerate of.
      patienceMs = 1;
      return { admitted: true };
    },
  };
}

/** A Redis that answers pings and not this is looked at elsewhere. */
async function dncKnown(redis: RedisClient, config: Config): Promise<DncKnown> {
  const now = redisClock(redis, config.QUEUE_PREFIX).now();
  const imports = await new DncImports(redis, config.QUEUE_PREFIX).all().catch(() => undefined);
  return { imports, now };
}

/** Without a Redis there are no workers to be considerate of. */
const UNHINDERED: Limiter = {
  acquire: async () => ({ admitted: true }),
  rateLimited: async () => undefined,
};

function describeTarget({ NOTIFY_CHANNELS, NOTIFY_ONLY_TO }: Config): string {
  const only = NOTIFY_ONLY_TO === undefined ? 'all recipients' : 'NOTIFY_ONLY_TO only';
  return `channels ${NOTIFY_CHANNELS.join(', ')}; to ${only}`;
}
