import type { NotificationRequest } from '#product/notification/request.js';
import { startOurs } from '../baselines/contenders.js';
import type { Benchmark } from '../harness/benchmark.js';
import type { Deployment } from '../harness/deployment.js';
import { Results } from '../harness/results.js';
import type { Customer, SandboxProcess } from '../harness/sandbox.js';
import type { Stage } from '../harness/stage.js';
import { cpuSecondsOf, redisCpuSeconds } from '../harness/usage.js';
import type { BareLoopTask } from '../parts/bareLoop.js';
import type { NoopWorkerTask } from '../parts/noopWorker.js';

const CONCURRENCY = 50;
const QUEUE = 'noop';

const COLUMNS = ['a second', 'worker', 'sandbox', 'redis'] as const;
type Column = (typeof COLUMNS)[number];

const OURS = 'ours';
const NOOP = 'BullMQ, jobs that do nothing';
const BARE = 'bare loop of the same calls';
const RATIO = 'ours ÷ the smaller of the two';

/** One contender at work, between two counts of notifications that have left. */
interface Race {
  from: number;
  to: number;
  note: (column: Column, value: number) => void;
}

export const benchmark: Benchmark = {
  about:
    'what one worker process gets done when no budget slows it and the platform answers at once',
  async run(stage) {
    const count = stage.quick ? 300 : 2_000;
    const runs = stage.quick ? 1 : 5;
    const results = new Results<Column>(
      'notifications a second; CPU of each process, ms a notification',
      COLUMNS,
    );
    const requests = new Results('requests a notification, ours', ['requests']);
    results.goal(RATIO, { column: 'a second', atLeast: 0.7 });
    const sandbox = await stage.sandbox();
    for (let run = 1; run <= runs; run += 1) {
      stage.say(`run ${run} of ${runs}`);
      const rates = new Map<string, number>();
      const race = (what: string): Race => ({
        from: Math.ceil(count / 5),
        to: count - CONCURRENCY,
        note: (column, value) => {
          results.note(what, column, value);
          if (column === 'a second') rates.set(what, value);
        },
      });
      const counts = await raceOurs(stage, sandbox, count, race(OURS));
      for (const [operation, arrived] of Object.entries(counts)) {
        requests.note(operation, 'requests', arrived / count);
      }
      const queryFor = Math.max(1, Math.round(count / (counts['details-query'] ?? count)));
      await raceBareLoop(stage, sandbox, count, queryFor, race(BARE));
      await raceNoop(stage, sandbox, count * 5, { ...race(NOOP), from: count, to: count * 5 });
      const [ours = 0, ...others] = [OURS, BARE, NOOP].map((what) => rates.get(what) ?? 0);
      results.note(RATIO, 'a second', ours / Math.min(...others));
    }
    return {
      settings: {
        notifications: `${count} a run, transcript by messages, by contact id; five times as many jobs that do nothing`,
        concurrency: `${CONCURRENCY} in one worker process, on one lane`,
        counted: 'from when a fifth has left until the last 50 are under way',
      },
      tables: [results.table(), requests.table()],
    };
  },
};

async function raceOurs(
  stage: Stage,
  sandbox: SandboxProcess,
  count: number,
  race: Race,
): Promise<Record<string, number>> {
  const customers = await sandbox.addCustomers(count);
  await sandbox.forget();
  const deployment = await stage.deployment();
  const team = await startOurs(
    stage,
    { deployment, sandbox, customers, by: 'contact id', concurrency: CONCURRENCY, processes: 1 },
    { requestTo, budget: 'off' },
  );
  await time(race, deployment, sandbox, team.pids[0] ?? Number.NaN, (left) =>
    sandbox.untilArrived('agentless-message', left),
  );
  await sandbox.untilArrived('agentless-message', count);
  await team.stop();
  await deployment.remove();
  return sandbox.arrivalsByOperation();
}

async function raceBareLoop(
  stage: Stage,
  sandbox: SandboxProcess,
  count: number,
  queryFor: number,
  race: Race,
): Promise<void> {
  const customers = await sandbox.addCustomers(count);
  await sandbox.forget();
  const deployment = await stage.deployment();
  const task: BareLoopTask = {
    sandboxUrl: sandbox.url,
    customers,
    concurrency: CONCURRENCY,
    queryFor,
  };
  const part = stage.part('bareLoop', task);
  await time(race, deployment, sandbox, part.pid, (left) =>
    sandbox.untilArrived('agentless-message', left),
  );
  await sandbox.untilArrived('agentless-message', count);
  await part.stop();
  await deployment.remove();
}

async function raceNoop(
  stage: Stage,
  sandbox: SandboxProcess,
  count: number,
  race: Race,
): Promise<void> {
  const deployment = await stage.deployment();
  await deployment.addPlainJobs(
    QUEUE,
    Array.from({ length: count }, () => ({})),
  );
  const task: NoopWorkerTask = {
    redisUrl: deployment.redisUrl,
    prefix: deployment.prefix,
    queue: QUEUE,
    concurrency: CONCURRENCY,
    from: race.from,
    to: race.to,
  };
  const part = stage.part<'from' | 'to'>('noopWorker', task);
  await time(race, deployment, sandbox, part.pid, async () => {
    await part.next();
  });
  await part.stop();
  await deployment.remove();
}

/** Waits for both counts and notes what lies between them. */
async function time(
  { from, to, note }: Race,
  { redis }: Deployment,
  sandbox: SandboxProcess,
  worker: number,
  untilLeft: (count: number) => Promise<void>,
): Promise<void> {
  const read = async () => ({
    worker: cpuSecondsOf(worker),
    sandbox: cpuSecondsOf(sandbox.pid),
    redis: await redisCpuSeconds(redis),
  });
  await untilLeft(from);
  const startedAt = performance.now();
  const before = await read();
  await untilLeft(to);
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = await read();
  note('a second', (to - from) / seconds);
  for (const process of ['worker', 'sandbox', 'redis'] as const) {
    const [start, end] = [before[process], after[process]];
    if (start === undefined || end === undefined) continue;
    note(process, ((end - start) * 1_000) / (to - from));
  }
}

function requestTo({ externalContactId }: Customer): NotificationRequest {
  return {
    recipient: { externalContactId, name: 'Ada Example' },
    template: 'follow-up',
    priority: 'campaign',
  };
}
