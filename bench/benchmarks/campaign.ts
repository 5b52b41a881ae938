import type { NotificationRequest } from '#product/notification/request.js';
import { startOurs, startSequence } from '../baselines/contenders.js';
import { type ArrivalKnown, runCampaign, untilArrivalsKnown } from '../harness/arrivalKnown.js';
import type { Benchmark } from '../harness/benchmark.js';
import { Results } from '../harness/results.js';
import type { Customer, SandboxProcess } from '../harness/sandbox.js';
import type { Stage } from '../harness/stage.js';
import { talkOf } from '../harness/talk.js';

const BUDGET = 300;
/** A request every 10 ms: slower than the machine, as the real budget is. */
const MINUTE_MS = 3_000;
const CONCURRENCY = 50;
/** The fewest rows that are prefetched. */
const FEWEST_ROWS = 1_000;
/** Customers of those whose costs do not depend on how many they are. */
const ONE_BY_ONE = 200;

const OURS = 'ours';
const TODAY = 'without prefetch and shared checks';
const NAIVE = '(a) one after the other';
type Column = typeof OURS | typeof TODAY | typeof NAIVE;

interface Case {
  what: string;
  by: 'email' | 'contact id';
  transcript: 'messages' | 'recordings' | 'summaries';
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
    what: 'campaign by contact id, by recordings',
    by: 'contact id',
    transcript: 'recordings',
    atMost: 1.08,
  },
];

const TRANSACTIONAL = 'transactional by email, by messages';
const BYTES = 'prefetched bytes of Redis a row, at most';
const LEFT = 'keys of the prefetch when the campaign has ended';

/** What a message costs until it is known if it arrived. */
export const benchmark: Benchmark = {
  about: 'requests to the platform for one message, until it is known if it arrived',
  async run(stage) {
    const many = stage.quick ? FEWEST_ROWS : 10_000;
    const some = stage.quick ? FEWEST_ROWS : 2_000;
    const results = new Results<Column>('requests a message, arrival known', [OURS, TODAY, NAIVE]);
    const memory = new Results<typeof OURS>('what is prefetched', [OURS]);
    for (const each of CAMPAIGNS) {
      const rows = each.isLarge ? many : some;
      results.goal(each.what, { column: OURS, atMost: each.atMost });
      const ours = await ofCampaign(stage, each, rows, 'auto');
      results.note(each.what, OURS, ours.requests / rows);
      stage.say(`${each.what}: ${JSON.stringify(ours.byOperation)}`);
      const today = await ofCampaign(stage, each, ONE_BY_ONE, 'off');
      results.note(each.what, TODAY, today.requests / ONE_BY_ONE);
      results.note(each.what, NAIVE, await naively(stage, each.by));
      memory.note(BYTES, OURS, ours.bytesARow);
      memory.note(LEFT, OURS, ours.keysLeft);
    }
    memory.goal(BYTES, { atMost: 400 });
    memory.goal(LEFT, { atMost: 0 });
    results.goal(TRANSACTIONAL, { column: OURS, atMost: 4.05 });
    results.note(TRANSACTIONAL, OURS, await transactional(stage, {}));
    results.note(TRANSACTIONAL, TODAY, await transactional(stage, { DELIVERY_EVENTS: 'off' }));
    results.note(TRANSACTIONAL, NAIVE, await naively(stage, 'email'));
    return {
      settings: {
        rows: `${many} by email with recordings, else ${some}; ${ONE_BY_ONE} where nothing is prefetched: the cost of one does not depend on their number`,
        customers: 'each with one web conversation of its own text; none twice',
        budget: `${BUDGET} requests a minute, a minute scaled to ${MINUTE_MS / 1_000} s, and with it how often jobs are asked for, and when arrival is known`,
        'jobs, exports and batches': 'the sandbox takes 0.3 s each',
        'without prefetch and shared checks': 'prefetch: off, DELIVERY_EVENTS=off',
      },
      tables: [results.table(), memory.table()],
    };
  },
};

async function ofCampaign(
  stage: Stage,
  { what, by, transcript }: Case,
  rows: number,
  prefetch: 'auto' | 'off',
): Promise<ArrivalKnown> {
  stage.say(`${what}: ${rows} rows, prefetch ${prefetch}`);
  const sandbox = await stage.sandbox();
  const customers = await sandbox.addCustomers(rows, talkOf);
  const deployment = await stage.deployment();
  try {
    return await runCampaign(stage, {
      sandbox,
      deployment,
      customers,
      by,
      prefetch,
      minuteMs: MINUTE_MS,
      processes: 1,
      env: {
        ...environment(prefetch === 'off' ? 'off' : 'auto'),
        HISTORY_TRANSCRIPT_SOURCE: transcript,
      },
    });
  } finally {
    await deployment.remove();
    await sandbox.stop();
  }
}

function environment(events: 'auto' | 'off'): Record<string, string> {
  return {
    GENESYS_REQUESTS_PER_MINUTE: String(BUDGET),
    WORKER_CONCURRENCY: String(CONCURRENCY),
    // The default of a minute.
    DELIVERY_CHECK_AFTER: `${MINUTE_MS}ms`,
    DELIVERY_EVENTS: events,
  };
}

/** As they come in: one by one, nothing known of them before. */
async function transactional(stage: Stage, env: Record<string, string>): Promise<number> {
  stage.say(`${TRANSACTIONAL} ${JSON.stringify(env)}`);
  const { sandbox, deployment, customers } = await prepared(stage);
  const team = await startOurs(
    stage,
    { deployment, sandbox, customers, by: 'email', concurrency: CONCURRENCY, processes: 1 },
    { requestTo, budget: { minuteMs: MINUTE_MS }, env: { ...environment('auto'), ...env } },
  );
  await untilArrivalsKnown(deployment);
  await team.stop();
  return costOfEach(sandbox, () => deployment.remove());
}

async function naively(stage: Stage, by: 'email' | 'contact id'): Promise<number> {
  stage.say(`one after the other, by ${by}`);
  const { sandbox, deployment, customers } = await prepared(stage);
  const team = await startSequence(
    stage,
    { deployment, sandbox, customers, by, concurrency: 1, processes: 1 },
    true,
  );
  await sandbox.untilArrived('message-details', ONE_BY_ONE);
  await team.stop();
  return costOfEach(sandbox, () => deployment.remove());
}

async function prepared(stage: Stage) {
  const sandbox = await stage.sandbox();
  const customers = await sandbox.addCustomers(ONE_BY_ONE, talkOf);
  await sandbox.forget();
  return { sandbox, customers, deployment: await stage.deployment() };
}

async function costOfEach(sandbox: SandboxProcess, remove: () => Promise<void>): Promise<number> {
  const counts = Object.values(await sandbox.arrivalsByOperation());
  await remove();
  await sandbox.stop();
  return counts.reduce((total, count) => total + count, 0) / ONE_BY_ONE;
}

function requestTo({ email }: Customer): NotificationRequest {
  return { recipient: { email, name: 'Ada Example' }, template: 'follow-up' };
}
