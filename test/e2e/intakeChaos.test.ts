import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { type Deployment, deploy, type WorkerProcess } from '../support/deployment.js';
import { testRedisUrl } from '../support/redis.js';

/** `INTAKE_JOBS=10000 INTAKE_KILLS=8` is the long version. */
const JOBS = Number(process.env['INTAKE_JOBS'] ?? 1_000);
const KILLS = Number(process.env['INTAKE_KILLS'] ?? 2);
const CHUNK = 1_000;

describe(`${JOBS} raw jobs in the intake queue`, () => {
  let deployment: Deployment;
  let redis: Redis;
  let intake: Queue;

  beforeAll(async () => {
    deployment = await deploy({ sandbox: { keepAll: true } });
    redis = new Redis(testRedisUrl(), { maxRetriesPerRequest: null });
    intake = new Queue('intake', { connection: redis, prefix: deployment.prefix });
  });
  afterAll(async () => {
    await intake.close();
    redis.disconnect();
    await deployment.stop();
  });

  const completed = () => redis.zcard(`${deployment.prefix}:intake:completed`);

  async function acceptedIds(): Promise<string[]> {
    const ids: string[] = [];
    for await (const keys of redis.scanStream({ match: `${deployment.prefix}:n:*`, count: 1_000 }))
      ids.push(...(keys as string[]));
    return ids;
  }

  test('with workers killed in between: each is accepted once, none is lost, each is sent once', async () => {
    const { producer, sandbox, prefix } = deployment;
    // Acceptance goes on; the sends begin when no worker is killed any more.
    await producer.operations.pause({ reason: 'a test' });
    for (let from = 0; from < JOBS; from += CHUNK) {
      await intake.addBulk(
        Array.from({ length: Math.min(CHUNK, JOBS - from) }, (_, n) => ({
          name: 'notification',
          data: {
            recipient: { email: `raw${from + n}@example.net` },
            template: 'follow-up',
            channels: ['email'],
            history: { required: false },
          },
          // As jobs are without options, but for what may be kept: all of them are looked at.
          opts: {},
        })),
      );
    }
    const startedAt = Date.now();
    let worker: WorkerProcess = await deployment.spawnWorker();
    const killedAt: number[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const wanted = Math.floor((JOBS * kill) / (KILLS + 2));
      while ((await completed()) < wanted) await pause(1);
      worker.kill('SIGKILL');
      await worker.exited;
      killedAt.push(await completed());
      worker = await deployment.spawnWorker();
    }
    while ((await completed()) < JOBS) await pause(100);
    const seconds = (Date.now() - startedAt) / 1_000;

    const counts = await intake.getJobCounts();
    expect(counts).toMatchObject({ completed: JOBS, failed: 0, waiting: 0, active: 0, delayed: 0 });
    expect(await acceptedIds()).toHaveLength(JOBS);
    const restarted = (await intake.getJobs(['completed'])).filter(
      ({ attemptsStarted }) => attemptsStarted > 1,
    );

    await producer.operations.resume();
    while ((await redis.zcard(`${prefix}:due`)) > 0) await pause(250);
    const received = sandbox.deliveries.list().map(({ to }) => to);
    process.stdout.write(
      `intake: ${JOBS} jobs, ${KILLS} kills (after ${killedAt.join(', ')} completed), all accepted ` +
        `after ${seconds.toFixed(1)} s, ${restarted.length} jobs taken up again, ` +
        `${received.length} messages to ${new Set(received).size} customers\n`,
    );
    expect(received).toHaveLength(JOBS);
    expect(new Set(received).size).toBe(JOBS);
    const sample = restarted[0];
    if (sample !== undefined) expect(sample.data).toMatchObject({ ofJob: sample.id });
  }, 600_000);
});
