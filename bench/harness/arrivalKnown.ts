import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { WorkerTask } from '../parts/worker.js';
import { campaignOf, type RunnableCampaign } from './campaign.js';
import type { Deployment } from './deployment.js';
import type { Customer, SandboxProcess } from './sandbox.js';
import type { Stage } from './stage.js';

const POLL_MS = 200;
const CAMPAIGN = 'bench';
/** Rows that lie in one value: see `src/prefetch/prefetchState.ts`. The first row of a file is number 2. */
const BLOCK_ROWS = 500;
const FIRST_ROW = 2;

export interface ArrivalKnown {
  requests: number;
  /** At which it ran: as many as the budget allows, unless the machine is too slow for the scaled minute. */
  messagesAMinute: number;
  byOperation: Record<string, number>;
  /** The most that lay in Redis at one time, by the rows that it was for. */
  bytesARow: number;
  /** Keys of the prefetch once the campaign has ended. */
  keysLeft: number;
}

export interface CampaignRun {
  sandbox: SandboxProcess;
  deployment: Deployment;
  customers: readonly Customer[];
  by: 'email' | 'contact id';
  template?: string;
  prefetch: 'auto' | 'off';
  minuteMs: number;
  processes: number;
  env: Record<string, string>;
}

/** Runs a campaign until it is known of each message if it arrived. */
export async function runCampaign(stage: Stage, run: CampaignRun): Promise<ArrivalKnown> {
  const { sandbox, deployment, customers } = run;
  const { campaign, stop } = await preparedCampaign(stage, run);
  await campaign.start();
  const startedAt = Date.now();
  let bytesARow = 0;
  while ((await campaign.left()) > 0) {
    bytesARow = Math.max(bytesARow, await prefetchedBytesARow(deployment, customers.length));
    await pause(POLL_MS);
  }
  const messagesAMinute = customers.length / ((Date.now() - startedAt) / run.minuteMs);
  await untilArrivalsKnown(deployment);
  const keysLeft = await untilNothingIsPrefetched(deployment);
  await stop();
  const byOperation = await sandbox.arrivalsByOperation();
  const requests = Object.values(byOperation).reduce((sum, count) => sum + count, 0);
  return { requests, messagesAMinute, byOperation, bytesARow, keysLeft };
}

/** The campaign, not started yet, and workers that wait for it. */
export async function preparedCampaign(
  stage: Stage,
  run: CampaignRun,
): Promise<{ campaign: RunnableCampaign; stop: () => Promise<void> }> {
  const { sandbox, deployment, customers, by, template = 'follow-up', prefetch } = run;
  const campaign = await campaignOf(
    deployment,
    { id: CAMPAIGN, template, prefetch: prefetch === 'off' ? prefetch : undefined },
    linesOf(customers, by),
  );
  await sandbox.forget();
  return { campaign, stop: await startWorkers(stage, run) };
}

async function startWorkers(
  stage: Stage,
  { deployment, sandbox, env, minuteMs, processes }: CampaignRun,
): Promise<() => Promise<void>> {
  const task: WorkerTask = {
    env: deployment.environment({ GENESYS_CLOUD_BASE_URL: sandbox.url, ...env }),
    budget: { minuteMs },
  };
  const workers = Array.from({ length: processes }, () => stage.part<'working'>('worker', task));
  await Promise.all(workers.map((worker) => worker.next()));
  return async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
  };
}

/** All that is due is done: what was sent has no check to come. */
export async function untilArrivalsKnown({ producer, redis }: Deployment): Promise<void> {
  const { due, awaited } = producer.store.ledger.keys;
  while ((await redis.zcard(due)) > 0 || (await redis.zcard(awaited)) > 0) await pause(POLL_MS);
}

function* linesOf(customers: readonly Customer[], by: 'email' | 'contact id'): Generator<string> {
  yield `${by === 'email' ? 'Email' : 'External Contact ID'},Name\n`;
  for (const { email, externalContactId } of customers) {
    yield `${by === 'email' ? email : externalContactId},Ada Example\n`;
  }
}

async function prefetchedBytesARow({ redis, prefix }: Deployment, rows: number): Promise<number> {
  const keys = await keysOf({ redis, prefix }, ':prefetch:*');
  let bytes = 0;
  let held = 0;
  for (const key of keys) {
    const block = Number(key.slice(key.lastIndexOf(':') + 1));
    const size = Number((await redis.call('MEMORY', 'USAGE', key)) ?? 0);
    bytes += size;
    if (size > 0 && !Number.isNaN(block)) held += rowsOf(block, rows);
  }
  return held === 0 ? 0 : bytes / held;
}

function rowsOf(block: number, rows: number): number {
  const first = Math.max(FIRST_ROW, block * BLOCK_ROWS);
  const last = Math.min(rows + FIRST_ROW - 1, (block + 1) * BLOCK_ROWS - 1);
  return Math.max(0, last - first + 1);
}

/** The process that prefetches looks about once a second; answers how many keys are left after a while. */
async function untilNothingIsPrefetched(deployment: Deployment): Promise<number> {
  for (let waited = 0; ; waited += POLL_MS) {
    const { length } = await keysOf(deployment, ':prefetch*');
    if (length === 0 || waited > 15_000) return length;
    await pause(POLL_MS);
  }
}

async function keysOf(
  { redis, prefix }: Pick<Deployment, 'redis' | 'prefix'>,
  ending: string,
): Promise<string[]> {
  const node = redis instanceof Redis ? redis : redis.nodes('master')[0];
  const found: string[] = [];
  // Braces mean nothing in a pattern of SCAN.
  for await (const keys of node?.scanStream({
    match: `${prefix}:*${CAMPAIGN}${ending}`,
    count: 1_000,
  }) ?? []) {
    found.push(...(keys as string[]));
  }
  return found;
}
