import { setTimeout as pause } from 'node:timers/promises';
import type { NotificationRequest } from '#product/notification/request.js';
import { startOurs, startSequence } from '../baselines/contenders.js';
import {
  type ArrivalKnown,
  preparedCampaign,
  runCampaign,
  untilArrivalsKnown,
} from '../harness/arrivalKnown.js';
import type { Benchmark } from '../harness/benchmark.js';
import { Results, type Table } from '../harness/results.js';
import type { Customer, SandboxProcess } from '../harness/sandbox.js';
import type { Stage } from '../harness/stage.js';
import { talkOf } from '../harness/talk.js';

const BUDGET = 300;
/** A request every 20 ms: slower than the machine, as the real budget is. */
const MINUTE_MS = 6_000;
/** At the limit. */
const SLOW_MINUTE_MS = 12_000;
const CONCURRENCY = 50;
/** The fewest rows that are prefetched. */
const FEWEST_ROWS = 1_000;
/** Customers of those whose costs do not depend on how many they are. */
const ONE_BY_ONE = 200;
/** Of a full run's transactional ones, which share the two requests that listening costs. */
const ONE_AFTER_ANOTHER = 1_000;

const OURS = 'ours';
const TODAY = 'without prefetch and shared checks';
const NAIVE = '(a) one after the other';
type Column = typeof OURS | typeof TODAY | typeof NAIVE;

interface Case {
  what: string;
  by: 'email' | 'contact id';
  transcript: 'messages' | 'recordings' | 'summaries';
  template?: string;
  atMost: number;
  /** All rows of a full run; the others make do with less. */
  isLarge?: true;
}

const CAMPAIGNS: readonly Case[] = [
  {
    what: 'campaign by email, transcript by recordings',
    by: 'email',
    transcript: 'recordings',
    atMost: 1.1,
    isLarge: true,
  },
  {
    what: 'campaign by email, by messages',
    by: 'email',
    transcript: 'messages',
    atMost: 3.05,
  },
  {
    what: 'campaign by email, by summaries',
    by: 'email',
    transcript: 'summaries',
    template: 'by-summary',
    atMost: 2.05,
  },
  {
    what: 'campaign by contact id, by recordings',
    by: 'contact id',
    transcript: 'recordings',
    atMost: 1.08,
  },
];

const TRANSACTIONAL = 'transactional by email, by messages';
const AT_THE_LIMIT = 'campaign at the limit';
const BYTES = 'prefetched bytes of Redis a row, at most';
const SHARE = 'share of the budget used, %';
const REFUSED = '429s';
const A_MINUTE = 'messages a minute';
const FIRST = 'minutes until the first message';
const LEFT = 'keys of the prefetch when the campaign has ended';

/** What a message costs until it is known if it arrived. */
export const benchmark: Benchmark = {
  about: 'requests to the platform for one message, until it is known if it arrived',
  async run(stage) {
    const many = stage.quick ? FEWEST_ROWS : 10_000;
    const some = stage.quick ? FEWEST_ROWS : 2_000;
    const results = new Results<Column>('requests a message, arrival known', [OURS, TODAY, NAIVE]);
    const memory = new Results<typeof OURS>('what is prefetched', [OURS]);
    for (const each of CAMPAIGNS.filter(({ what }) => stage.isWanted(what))) {
      const rows = each.isLarge ? many : some;
      results.goal(each.what, { column: OURS, atMost: each.atMost });
      const ours = await ofCampaign(stage, each, rows, 'auto');
      results.note(each.what, OURS, ours.requests / rows);
      const pace = `${ours.messagesAMinute.toFixed(0)} messages a minute`;
      stage.say(`${each.what}: ${pace}, ${JSON.stringify(ours.byOperation)}`);
      const today = await ofCampaign(stage, each, ONE_BY_ONE, 'off');
      results.note(each.what, TODAY, today.requests / ONE_BY_ONE);
      results.note(each.what, NAIVE, await naively(stage, each.by));
      memory.note(BYTES, OURS, ours.bytesARow);
      memory.note(LEFT, OURS, ours.keysLeft);
    }
    memory.goal(BYTES, { atMost: 400 });
    memory.goal(LEFT, { atMost: 0 });
    const limit = stage.isWanted(AT_THE_LIMIT) ? [await atTheLimit(stage)] : [];
    if (stage.isWanted(TRANSACTIONAL)) {
      const customers = stage.quick ? ONE_BY_ONE : ONE_AFTER_ANOTHER;
      results.goal(TRANSACTIONAL, { column: OURS, atMost: 4.05 });
      results.note(TRANSACTIONAL, OURS, await transactional(stage, customers, {}));
      const today = await transactional(stage, ONE_BY_ONE, { DELIVERY_EVENTS: 'off' });
      results.note(TRANSACTIONAL, TODAY, today);
      results.note(TRANSACTIONAL, NAIVE, await naively(stage, 'email'));
    }
    return {
      settings: {
        rows: `${many} by email with recordings, else ${some}; ${ONE_BY_ONE} where nothing is prefetched: the cost of one does not depend on their number`,
        customers: 'each with one web conversation of its own text; none twice',
        budget: `${BUDGET} requests a minute, a minute scaled to ${MINUTE_MS / 1_000} s, and with it how often jobs are asked for, and when arrival is known`,
        'jobs, exports and batches': 'the sandbox takes 0.3 s each',
        'without prefetch and shared checks': 'prefetch: off, DELIVERY_EVENTS=off',
      },
      tables: [results.table(), memory.table(), ...limit],
    };
  },
};

async function ofCampaign(
  stage: Stage,
  { what, by, transcript, template }: Case,
  rows: number,
  prefetch: 'auto' | 'off',
): Promise<ArrivalKnown> {
  stage.say(`${what}: ${rows} rows, prefetch ${prefetch}`);
  const sandbox = await stage.sandbox();
  const customers = await sandbox.addCustomers(rows, talkOf);
  if (transcript === 'summaries') await sandbox.set({ summaries: 'on' });
  const deployment = await stage.deployment();
  try {
    return await runCampaign(stage, {
      sandbox,
      deployment,
      customers,
      by,
      template,
      prefetch,
      minuteMs: MINUTE_MS,
      processes: 1,
      env: {
        ...environment(prefetch === 'off' ? 'off' : 'auto', MINUTE_MS),
        HISTORY_TRANSCRIPT_SOURCE: transcript,
      },
    });
  } finally {
    await deployment.remove();
    await sandbox.stop();
  }
}

function environment(events: 'auto' | 'off', minuteMs: number): Record<string, string> {
  return {
    GENESYS_REQUESTS_PER_MINUTE: String(BUDGET),
    WORKER_CONCURRENCY: String(CONCURRENCY),
    // The defaults, a minute and five.
    DELIVERY_CHECK_AFTER: `${minuteMs}ms`,
    CONTEXT_CACHE_FOR: `${5 * minuteMs}ms`,
    DELIVERY_EVENTS: events,
  };
}

/** The first case again, against the platform's limit; watched from the first message on. */
async function atTheLimit(stage: Stage): Promise<Table> {
  const minutes = stage.quick ? 1 : 3;
  stage.say(`at the limit: ${minutes} minutes of ${SLOW_MINUTE_MS / 1_000} s`);
  const sandbox = await stage.sandbox();
  const customers = await sandbox.addCustomers((minutes + 1) * BUDGET + FEWEST_ROWS / 2, talkOf);
  await sandbox.set({ requestsPerMinute: BUDGET, rateLimitWindowMs: SLOW_MINUTE_MS });
  const deployment = await stage.deployment();
  const { campaign, stop } = await preparedCampaign(stage, {
    sandbox,
    deployment,
    customers,
    by: 'email',
    prefetch: 'auto',
    minuteMs: SLOW_MINUTE_MS,
    processes: 2,
    env: { ...environment('auto', SLOW_MINUTE_MS), HISTORY_TRANSCRIPT_SOURCE: 'recordings' },
  });
  const startedAt = Date.now();
  await campaign.start();
  await sandbox.untilArrived('agentless-message', 1);
  await pause((minutes + 0.1) * SLOW_MINUTE_MS);
  const all = await sandbox.arrivals();
  await stop();
  await deployment.remove();
  await sandbox.stop();
  const first = all.find(({ operation }) => operation === 'agentless-message')?.at ?? Number.NaN;
  const watched = all.filter(({ at }) => at >= first && at < first + minutes * SLOW_MINUTE_MS);
  const served = watched.filter(({ status }) => status !== 429);
  const sent = served.filter(({ operation }) => operation === 'agentless-message');
  const results = new Results<typeof OURS>('that campaign at the limit', [OURS]);
  results.note(SHARE, OURS, (served.length / (minutes * BUDGET)) * 100);
  results.note(REFUSED, OURS, all.filter(({ status }) => status === 429).length);
  results.note(A_MINUTE, OURS, sent.length / minutes);
  results.note(FIRST, OURS, (first - startedAt) / SLOW_MINUTE_MS);
  results.goal(SHARE, { atLeast: 97 });
  results.goal(REFUSED, { atMost: 0 });
  results.goal(A_MINUTE, { atLeast: 265 });
  return results.table();
}

/** As they come in: one by one, nothing known of them before. */
async function transactional(
  stage: Stage,
  count: number,
  env: Record<string, string>,
): Promise<number> {
  stage.say(`${TRANSACTIONAL}: ${count} ${JSON.stringify(env)}`);
  const { sandbox, deployment, customers } = await prepared(stage, count);
  const team = await startOurs(
    stage,
    { deployment, sandbox, customers, by: 'email', concurrency: CONCURRENCY, processes: 1 },
    {
      requestTo,
      budget: { minuteMs: MINUTE_MS },
      env: { ...environment('auto', MINUTE_MS), ...env },
    },
  );
  await untilArrivalsKnown(deployment);
  await team.stop();
  stage.say(`${TRANSACTIONAL}: ${JSON.stringify(await sandbox.arrivalsByOperation())}`);
  return costOfEach(sandbox, count, () => deployment.remove());
}

async function naively(stage: Stage, by: 'email' | 'contact id'): Promise<number> {
  stage.say(`one after the other, by ${by}`);
  const { sandbox, deployment, customers } = await prepared(stage, ONE_BY_ONE);
  const team = await startSequence(
    stage,
    { deployment, sandbox, customers, by, concurrency: 1, processes: 1 },
    true,
  );
  await sandbox.untilArrived('message-details', ONE_BY_ONE);
  await team.stop();
  return costOfEach(sandbox, ONE_BY_ONE, () => deployment.remove());
}

async function prepared(stage: Stage, count: number) {
  const sandbox = await stage.sandbox();
  const customers = await sandbox.addCustomers(count, talkOf);
  await sandbox.forget();
  return { sandbox, customers, deployment: await stage.deployment() };
}

async function costOfEach(
  sandbox: SandboxProcess,
  count: number,
  remove: () => Promise<void>,
): Promise<number> {
  const counts = Object.values(await sandbox.arrivalsByOperation());
  await remove();
  await sandbox.stop();
  return counts.reduce((total, each) => total + each, 0) / count;
}

function requestTo({ email }: Customer): NotificationRequest {
  return { recipient: { email, name: 'Ada Example' }, template: 'follow-up' };
}
