import type { NotificationRequest } from '#product/notification/request.js';
import type { Benchmark } from '../harness/benchmark.js';
import type { Deployment } from '../harness/deployment.js';
import { Results } from '../harness/results.js';
import type { Customer, SandboxProcess } from '../harness/sandbox.js';
import type { Stage } from '../harness/stage.js';
import { redisUsedBytes } from '../harness/usage.js';
import type { WorkerTask } from '../parts/worker.js';

type Column = 'bytes each';

const WAITING = 'waiting, all in all';
const RECORD = 'ended: record (kept 30 days)';
const POLL_MS = 50;

/*
 * What Redis allocates, as differences of its used_memory over thousands: keys, values, tables and
 * all, which MEMORY USAGE of single keys would miss in part. What has ended is taken away kind by
 * kind, and the difference each time is what the kind had cost.
 */
export const benchmark: Benchmark = {
  about: 'what Redis holds for a notification that waits, and for one that has ended',
  async run(stage) {
    const count = stage.quick ? 1_000 : 4_000;
    const runs = stage.quick ? 1 : 3;
    const results = new Results<Column>('bytes of Redis memory a notification', ['bytes each']);
    results.goal(RECORD, { column: 'bytes each', atMost: 300 });
    const sandbox = await stage.sandbox();
    for (let run = 1; run <= runs; run += 1) {
      stage.say(`run ${run} of ${runs}`);
      await measure(stage, sandbox, count, (what, bytes) =>
        results.note(what, 'bytes each', bytes / count),
      );
    }
    return {
      settings: {
        notifications: count,
        request: `${Buffer.byteLength(JSON.stringify(requestTo(someone)))} bytes of JSON`,
      },
      tables: [results.table()],
    };
  },
};

async function measure(
  stage: Stage,
  sandbox: SandboxProcess,
  count: number,
  note: (what: string, bytes: number) => void,
): Promise<void> {
  const customers = await sandbox.addCustomers(count);
  const deployment = await stage.deployment();
  const { redis } = deployment;
  // A first one brings what all share: scripts, queues' own keys.
  await send(deployment, await sandbox.addCustomers(1));
  const empty = await redisUsedBytes(redis);
  await send(deployment, customers);
  note(WAITING, (await redisUsedBytes(redis)) - empty);

  const env = deployment.environment({
    GENESYS_CLOUD_BASE_URL: sandbox.url,
    DELIVERY_CHECK_AFTER: '1s',
    WORKER_CONCURRENCY: '50',
  });
  const worker = stage.part<'working'>('worker', { env, budget: 'off' } satisfies WorkerTask);
  await worker.next();
  await untilAllEnded(deployment);
  await worker.stop();

  let before = await redisUsedBytes(redis);
  for (const [what, pattern] of [
    ['ended: job (kept 1 h, the last 10,000)', 'transactional:*'],
    ['ended: request (kept 7 days)', 'r:*'],
    [RECORD, 'n:*'],
    ['ended: what it is found by (kept 7 days)', 's:*'],
    ['ended: its outcomes (kept 7 days, the last million)', 'events'],
    ['ended: its events in the feed (kept 7 days, the last two million)', 'feed'],
  ] as const) {
    await deployment.forget(pattern);
    const after = await redisUsedBytes(redis);
    note(what, before - after);
    before = after;
  }
  await deployment.remove();
}

const someone: Customer = {
  externalContactId: '00000000-0000-4000-8000-000000000000',
  email: '00000000-0000-4000-8000-000000000000@example.com',
};

/** Of ordinary size, and quick to send: its template uses nothing that has to be looked up. */
function requestTo({ externalContactId, email }: Customer): NotificationRequest {
  return {
    recipient: { externalContactId, email, name: 'Ada Example' },
    template: 'plain-notice',
    history: { required: false },
    metadata: { orderNumber: 'A-1001' },
  };
}

async function send({ producer }: Deployment, customers: readonly Customer[]): Promise<void> {
  for await (const { status } of producer.sendMany(customers.map(requestTo))) {
    if (status !== 'accepted') throw new Error(`a notification was not accepted: ${status}`);
  }
}

/** What needs no more looking after is noted nowhere as due. */
async function untilAllEnded({ producer, redis }: Deployment): Promise<void> {
  const { due } = producer.store.ledger.keys;
  while ((await redis.zcard(due)) > 0) await new Promise((next) => setTimeout(next, POLL_MS));
}
