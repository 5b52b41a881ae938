import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Benchmark } from '../harness/benchmark.js';
import { campaignOf } from '../harness/campaign.js';
import { writeRecipientFile } from '../harness/recipientFile.js';
import { Results } from '../harness/results.js';
import type { Customer } from '../harness/sandbox.js';
import { ascending, quantile } from '../harness/spread.js';
import type { Stage } from '../harness/stage.js';
import {
  BUDGET,
  handOver,
  INTERVAL_MS,
  MINUTE_MS,
  REQUESTS,
  type Sample,
  sampleUrgent,
} from '../harness/urgent.js';
import type { WorkerTask } from '../parts/worker.js';

const LATENCY_MS = 100;
const PROCESSES = 2;
const CONCURRENCY = 25;
const SMALL = 40;
const TEMPLATE = 'follow-up';
/** More than are written to while it is measured; the sandbox does not know the rest of the big campaign. */
const KNOWN = 1_500;

type Column = 'p50' | 'p99' | 'most';

/** A big campaign is under way at the full budget; what of it do others feel? */
export const benchmark: Benchmark = {
  about: 'urgent notifications, and a small campaign, beside one of a million rows',
  async run(stage) {
    const rows = stage.quick ? 20_000 : 1_000_000;
    const samples = stage.quick ? 3 : 40;
    const folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-bench-'));
    try {
      return await measure(stage, { rows, samples, folder });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  stage: Stage,
  { rows, samples, folder }: { rows: number; samples: number; folder: string },
) {
  const sandbox = await stage.sandbox();
  await sandbox.set({ latencyMs: LATENCY_MS });
  const deployment = await stage.deployment();
  const task: WorkerTask = {
    env: deployment.environment({
      GENESYS_CLOUD_BASE_URL: sandbox.url,
      WORKER_CONCURRENCY: String(CONCURRENCY),
      GENESYS_REQUESTS_PER_MINUTE: String(BUDGET),
    }),
    budget: { minuteMs: MINUTE_MS },
  };
  const workers = Array.from({ length: PROCESSES }, () => stage.part<'working'>('worker', task));
  await Promise.all(workers.map((worker) => worker.next()));

  // The first call of a process loads the SDK and logs in.
  for (const customer of await sandbox.addCustomers(4 * PROCESSES)) {
    await handOver(deployment, sandbox, customer);
  }
  const idle = await sampleUrgent(stage, {
    deployment,
    sandbox,
    customers: await sandbox.addCustomers(samples),
  });

  stage.say(`importing ${rows} rows`);
  const filler = path.join(folder, 'filler.csv');
  await writeRecipientFile({ path: filler, rows: rows - KNOWN });
  const big = await campaignOf(
    deployment,
    { id: 'big', template: TEMPLATE, prefetch: 'off' },
    linesOf(await sandbox.addCustomers(KNOWN), filler),
  );
  const small = await campaignOf(
    deployment,
    { id: 'small', template: TEMPLATE },
    linesOf(await sandbox.addCustomers(SMALL)),
  );
  const urgent = await sandbox.addCustomers(samples);
  await sandbox.forget();
  await big.start();
  await sandbox.untilArrived('agentless-message', 3);
  const beside = await sampleUrgent(stage, { deployment, sandbox, customers: urgent });
  stage.say('a small campaign beside the big one');
  const smallTook = await small.runToItsEnd();
  const bigEnded = rows - (await big.left());

  for (const worker of workers) await worker.stop();
  await sandbox.stop();
  await deployment.remove();
  return {
    settings: {
      budget: `${BUDGET} requests a minute, the clock is not scaled: a slot every ${INTERVAL_MS.toFixed(0)} ms`,
      big: `${rows} rows, ${rows - bigEnded} of them left when the small campaign had ended`,
      small: `${SMALL} rows, started while the big one ran`,
      urgent: `${samples} one after the other, ${REQUESTS} requests each; answers take ${LATENCY_MS} ms`,
      processes: `${PROCESSES} workers of concurrency ${CONCURRENCY} on each lane`,
    },
    tables: [urgentTable(idle, beside), smallTable(smallTook, rows)],
  };
}

function urgentTable(idle: readonly Sample[], beside: readonly Sample[]) {
  const results = new Results<Column>('ms after an urgent notification was handed over', [
    'p50',
    'p99',
    'most',
  ]);
  const note = (what: string, values: readonly number[]) => {
    const sorted = ascending([...values]);
    results.note(what, 'p50', quantile(sorted, 0.5));
    results.note(what, 'p99', quantile(sorted, 0.99));
    results.note(what, 'most', quantile(sorted, 1));
  };
  const sentIdle = idle.map(({ sent }) => sent);
  const sentBeside = beside.map(({ sent }) => sent);
  note(
    'its first request, nothing else to do',
    idle.map(({ firstRequest }) => firstRequest),
  );
  note(
    'its first request, beside',
    beside.map(({ firstRequest }) => firstRequest),
  );
  note('sent, nothing else to do', sentIdle);
  note('sent, beside', sentBeside);
  const allowed = quantile(ascending([...sentIdle]), 0.5) + REQUESTS * INTERVAL_MS;
  results.goal('sent, beside', { column: 'p50', atMost: Math.round(allowed) });
  return results.table();
}

function smallTable(seconds: number, rows: number) {
  const results = new Results<'value'>('a small campaign beside a big one', ['value']);
  const took = `seconds until the small one of ${SMALL} rows had ended`;
  results.note(took, 'value', seconds);
  // Alone, each row takes three requests and a name; half of the budget is the big one's.
  results.goal(took, { atMost: Math.round((2.5 * SMALL * 4 * INTERVAL_MS) / 1_000) + 30 });
  const hours = (rows * 4 * INTERVAL_MS) / 3_600_000;
  results.note('hours that the big one takes at this budget, foreseen', 'value', hours);
  return results.table();
}

/** Those who are known come first. */
async function* linesOf(customers: readonly Customer[], filler?: string) {
  yield 'Email,External Contact ID,Order number,Status\n';
  for (const { email, externalContactId } of customers) {
    yield `${email},${externalContactId},A-1,On its way\n`;
  }
  if (filler === undefined) return;
  let header = true;
  for await (const piece of createReadStream(filler, 'utf8')) {
    const text = String(piece);
    yield header ? text.slice(text.indexOf('\n') + 1) : text;
    header = false;
  }
}
