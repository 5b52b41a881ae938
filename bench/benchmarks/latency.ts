import { startOurs } from '../baselines/contenders.js';
import type { Benchmark } from '../harness/benchmark.js';
import { Results } from '../harness/results.js';
import { ascending, quantile } from '../harness/spread.js';
import type { Stage } from '../harness/stage.js';
import {
  BUDGET,
  handOver,
  INTERVAL_MS,
  MINUTE_MS,
  REQUESTS,
  requestTo,
  type Sample,
  sampleUrgent,
} from '../harness/urgent.js';

const LATENCY_MS = 100;
const PROCESSES = 2;
const CONCURRENCY = 25;

const COLUMNS = ['p50', 'p99', 'most'] as const;
type Column = (typeof COLUMNS)[number];

export const benchmark: Benchmark = {
  about: 'an urgent notification while a campaign takes all of the budget it can get',
  async run(stage) {
    const alone = await measure(stage, 0, stage.quick ? 2 : 10);
    const beside = await measure(stage, 2_000, stage.quick ? 4 : 60);
    const results = new Results<Column>('ms after it was handed over', COLUMNS);
    const note = (what: string, values: number[]) => {
      const sorted = ascending(values);
      results.note(what, 'p50', quantile(sorted, 0.5));
      results.note(what, 'p99', quantile(sorted, 0.99));
      results.note(what, 'most', quantile(sorted, 1));
    };
    const first = 'its first request arrives, beside a campaign';
    note(
      'its first request arrives, nothing else to do',
      alone.map(({ firstRequest }) => firstRequest),
    );
    note(
      first,
      beside.map(({ firstRequest }) => firstRequest),
    );
    results.goal(first, { column: 'p99', atMost: 300 });
    note(
      'it is sent, nothing else to do',
      alone.map(({ sent }) => sent),
    );
    note(
      'it is sent, beside a campaign',
      beside.map(({ sent }) => sent),
    );
    return {
      settings: {
        budget: `${BUDGET} requests a minute, the clock is not scaled: a slot every ${INTERVAL_MS.toFixed(0)} ms`,
        requests: `${REQUESTS} a notification: ${REQUESTS - 1} more intervals are ${((REQUESTS - 1) * INTERVAL_MS).toFixed(0)} ms, answers take ${REQUESTS * LATENCY_MS} ms`,
        samples: `${beside.length} beside a campaign, one after the other; ${alone.length} alone`,
        processes: `${PROCESSES} workers of concurrency ${CONCURRENCY} on each lane`,
      },
      tables: [results.table()],
    };
  },
};

async function measure(stage: Stage, campaignSize: number, samples: number): Promise<Sample[]> {
  const sandbox = await stage.sandbox();
  const rows = await sandbox.addCustomers(campaignSize);
  const urgent = await sandbox.addCustomers(samples);
  const warmUp = await sandbox.addCustomers(4 * PROCESSES);
  await sandbox.set({ latencyMs: LATENCY_MS });
  await sandbox.forget();
  const deployment = await stage.deployment();
  const team = await startOurs(
    stage,
    {
      deployment,
      sandbox,
      customers: rows,
      by: 'contact id',
      concurrency: CONCURRENCY,
      processes: PROCESSES,
    },
    {
      requestTo: (customer) => requestTo(customer, 'campaign'),
      budget: { minuteMs: MINUTE_MS },
      env: { GENESYS_REQUESTS_PER_MINUTE: String(BUDGET) },
    },
  );
  if (campaignSize > 0) await sandbox.untilArrived('agentless-message', 3);
  // The first call of a process loads the SDK and logs in.
  else await Promise.all(warmUp.map((customer) => handOver(deployment, sandbox, customer)));
  const measured = await sampleUrgent(stage, { deployment, sandbox, customers: urgent });
  await team.stop();
  await sandbox.stop();
  await deployment.remove();
  return measured;
}
