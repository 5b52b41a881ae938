import { setTimeout as pause } from 'node:timers/promises';
import type { Report } from '../harness/benchmark.js';
import { urlWhenReady } from '../harness/command.js';
import type { Deployment } from '../harness/deployment.js';
import { Results } from '../harness/results.js';
import type { Stage } from '../harness/stage.js';
import { redisUsedBytes } from '../harness/usage.js';
import { keepBusy } from './load.js';
import { type Sample, sampleFrom, slope } from './metricsPage.js';
import { isOther, keysByKind, keysOfNotifications } from './redisKeys.js';

const API_KEY = 'soak-key-0123456789';
const CUSTOMERS = 500;
const CONCURRENCY = '50';
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The first third fills caches and compiles code; what grows after it grows for ever. */
const WARM_AFTER = 1 / 3;
/** Below this the collector of garbage moves more than a leak would. */
const SLOPE_SAYS_SOMETHING_MS = 10 * MINUTE_MS;
/** Of resident memory, in the measured two thirds of 20 minutes: 12 MB. */
const MB_AN_HOUR_AT_MOST = 54;
/** Connections that stay open for the next request. */
const HANDLES_LEFT_AT_MOST = 10;
/**
 * Eight minutes have a count of requests each, two hours their counts of what flowed, and seven jobs of the
 * fleet (sweeper, reconciler and the like) a key each.
 */
const OTHER_KEYS_AT_MOST = 20;
/** Two queues keep their last 10,000 jobs each, and have some keys of their own. */
const JOB_KEYS_AT_MOST = 20_100;
const EXPIRED_WITHIN_MS = 120_000;
const QUIET_WITHIN_MS = 60_000;

type Growth = 'MB at first' | 'MB at last' | 'MB an hour' | 'handles before' | 'handles left';

/**
 * An api and a worker at full speed for so long. What grows with the number of notifications shows as a
 * slope of memory, as handles that stay open, or as keys that Redis still has when all has expired.
 */
export async function soak(stage: Stage, minutes: number): Promise<Report> {
  const forMs = minutes * MINUTE_MS;
  const keptSeconds = Math.round(Math.min(30, Math.max(2, minutes * 6)));
  const sandbox = await stage.sandbox();
  await sandbox.set({ indexingLagMs: 200 });
  const customers = await sandbox.addCustomers(CUSTOMERS);
  const deployment = await stage.deployment();
  const env = deployment.environment({
    GENESYS_CLOUD_BASE_URL: sandbox.url,
    GENESYS_REQUESTS_PER_MINUTE: '1000000',
    WORKER_CONCURRENCY: CONCURRENCY,
    DELIVERY_CHECK_AFTER: '1s',
    LEDGER_RETENTION: `${keptSeconds}s`,
    REQUEST_RETENTION: `${keptSeconds}s`,
    SEARCH_RETENTION: '0s',
    EVENTS_MAX: '1000',
    CONTEXT_CACHE_FOR: `${keptSeconds}s`,
    IDENTITY_CACHE_FOR: `${keptSeconds}s`,
    API_PORT: '0',
    HEALTH_PORT: '0',
    API_KEYS: `soak:${API_KEY}`,
    API_REQUESTS_PER_MINUTE: '0',
  });
  const [apiUrl, workerUrl] = await Promise.all(
    ['api', 'worker'].map((role) => stage.command([role], env).find(urlWhenReady)),
  );
  if (apiUrl === undefined || workerUrl === undefined) throw new Error('no role was started');
  const watched = { api: new Watched(apiUrl), worker: new Watched(workerUrl) };
  const all = Object.values(watched);
  const before = await Promise.all(all.map((each) => each.look()));
  const usedBefore = await redisUsedBytes(deployment.redis);
  const keysBefore = await keysByKind(deployment);

  stage.say(`${minutes} minutes at full speed`);
  const stopWatching = watch(all, forMs / 100, (left) => stage.say(left));
  const startedAt = performance.now();
  for (const each of all) each.begin();
  const say = (line: string) => stage.say(line);
  const accepted = await keepBusy({ apiUrl, apiKey: API_KEY, sandbox, customers, forMs, say });
  const seconds = (performance.now() - startedAt) / 1_000;
  await stopWatching();

  stage.say('the load is over; what was kept expires');
  await untilExpired(deployment);
  const after = await lookWhenQuiet(all, before);
  const { 'agentless-message': sent = 0 } = await sandbox.arrivalsByOperation();

  const growth = new Results<Growth>('memory and handles of each process', [
    'MB at first',
    'MB at last',
    'MB an hour',
    'handles before',
    'handles left',
  ]);
  for (const [at, [name, { samples }]] of Object.entries(watched).entries()) {
    const warm = samples.filter((sample) => sample.at >= forMs * WARM_AFTER);
    growth.note(name, 'MB at first', (warm[0]?.residentBytes ?? Number.NaN) / 1e6);
    growth.note(name, 'MB at last', (warm.at(-1)?.residentBytes ?? Number.NaN) / 1e6);
    growth.note(name, 'MB an hour', (residentSlope(warm) * HOUR_MS) / 1e6);
    const handles = before[at]?.handles ?? Number.NaN;
    growth.note(name, 'handles before', handles);
    growth.note(name, 'handles left', (after[at]?.handles ?? Number.NaN) - handles);
    growth.goal(
      name,
      forMs < SLOPE_SAYS_SOMETHING_MS
        ? { column: 'handles left', atMost: HANDLES_LEFT_AT_MOST }
        : { column: 'MB an hour', atMost: MB_AN_HOUR_AT_MOST },
    );
  }
  return {
    settings: {
      minutes,
      notifications: `${accepted}, half of them with the history, a tenth urgent`,
      concurrency: `${CONCURRENCY} in one worker process`,
      kept: `${keptSeconds} s after the end`,
    },
    tables: [
      growth.table(),
      await keysTable(deployment, keysBefore, usedBefore),
      outcomeTable({ accepted, sent, seconds }),
      stepsTable(after[1]?.steps ?? new Map()),
    ],
  };
}

/** One process, with what it has said of itself. */
class Watched {
  readonly samples: Sample[] = [];
  readonly #url: string;
  #begunAt = performance.now();

  constructor(url: string) {
    this.#url = url;
  }

  begin(): void {
    this.#begunAt = performance.now();
  }

  async look(): Promise<Sample> {
    const page = await (await fetch(`${this.#url}/metrics`)).text();
    return sampleFrom(page, performance.now() - this.#begunAt);
  }
}

/** Looks at all from time to time; what it returns ends that. */
function watch(
  all: readonly Watched[],
  everyMs: number,
  say: (line: string) => void,
): () => Promise<void> {
  const over = new AbortController();
  const watching = (async () => {
    for (let look = 1; !over.signal.aborted; look += 1) {
      const seen = await Promise.all(all.map((each) => each.look()));
      for (const [at, sample] of seen.entries()) all[at]?.samples.push(sample);
      if (look % 10 === 0) {
        const megabytes = seen.map(({ residentBytes }) => `${(residentBytes / 1e6).toFixed(0)} MB`);
        const sent = seen.at(-1)?.steps.get('sent') ?? 0;
        say(`${look} % of the time, ${megabytes.join(' and ')}, ${sent} sent`);
      }
      await pause(everyMs, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return () => {
    over.abort();
    return watching;
  };
}

function residentSlope(samples: readonly Sample[]): number {
  return slope(samples.map(({ at, residentBytes }) => ({ at, value: residentBytes })));
}

/** Once idle connections are closed; or what there is when they never are. */
async function lookWhenQuiet(
  all: readonly Watched[],
  before: readonly Sample[],
): Promise<Sample[]> {
  const giveUpAt = performance.now() + QUIET_WITHIN_MS;
  for (;;) {
    const seen = await Promise.all(all.map((each) => each.look()));
    const left = seen.map(({ handles }, at) => handles - (before[at]?.handles ?? 0));
    if (Math.max(...left) <= HANDLES_LEFT_AT_MOST || performance.now() > giveUpAt) return seen;
    await pause(1_000);
  }
}

async function untilExpired(deployment: Deployment): Promise<void> {
  const giveUpAt = performance.now() + EXPIRED_WITHIN_MS;
  while (keysOfNotifications(await keysByKind(deployment)) > 0) {
    if (performance.now() > giveUpAt) return;
    await pause(1_000);
  }
}

async function keysTable(
  deployment: Deployment,
  before: ReadonlyMap<string, number>,
  usedBefore: number,
) {
  const keys = new Results<'more'>('keys in Redis once all has expired, more than before', [
    'more',
  ]);
  const found = [...(await keysByKind(deployment))].sort();
  const grown = found.map(([name, count]) => ({ name, more: count - (before.get(name) ?? 0) }));
  const others = grown.filter(({ name, more }) => isOther(name) && more !== 0);
  for (const { name, more } of grown.filter(({ name }) => !isOther(name))) {
    keys.note(name, 'more', more);
    keys.goal(name, { atMost: 0 });
  }
  keys.goal('jobs and their queues', { atMost: JOB_KEYS_AT_MOST });
  keys.note(
    'all others',
    'more',
    others.reduce((sum, { more }) => sum + more, 0),
  );
  keys.goal('all others', { atMost: OTHER_KEYS_AT_MOST });
  for (const { name, more } of others) keys.note(`  ${name}`, 'more', more);
  const grownBy = (await redisUsedBytes(deployment.redis)) - usedBefore;
  keys.note('memory of Redis, MB', 'more', grownBy / 1e6);
  return keys.table();
}

/** Each step that the worker counted: what did not go out ended in one of them. */
function stepsTable(steps: ReadonlyMap<string, number>) {
  const table = new Results<'steps'>('what the worker did with them', ['steps']);
  for (const [step, count] of [...steps].sort()) table.note(step, 'steps', count);
  return table.table();
}

function outcomeTable(counts: { accepted: number; sent: number; seconds: number }) {
  const outcome = new Results<'notifications'>('what went out', ['notifications']);
  outcome.note('accepted', 'notifications', counts.accepted);
  outcome.note('sent, more or fewer', 'notifications', Math.abs(counts.sent - counts.accepted));
  outcome.goal('sent, more or fewer', { atMost: 0 });
  outcome.note('a second', 'notifications', counts.accepted / counts.seconds);
  return outcome.table();
}
