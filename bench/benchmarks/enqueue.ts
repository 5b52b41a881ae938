import { randomUUID } from 'node:crypto';
import { newRecord } from '#product/notification/record.js';
import type { NotificationRequest } from '#product/notification/request.js';
import { jobFor } from '#product/queue/jobs.js';
import type { Benchmark } from '../harness/benchmark.js';
import { urlWhenReady } from '../harness/command.js';
import type { Deployment } from '../harness/deployment.js';
import { postsPerSecond } from '../harness/httpLoad.js';
import { Results } from '../harness/results.js';
import type { Stage } from '../harness/stage.js';
import { redisCpuSeconds } from '../harness/usage.js';

const CONNECTIONS = 16;
const BULK = 1_000;
const API_KEY = 'bench-key-0123456789';
const RATIO = 'sendMany ÷ addBulk';

type Column = 'a second' | 'CPU here, µs each' | 'CPU of Redis, µs each';

export const benchmark: Benchmark = {
  about:
    'taking notifications in: sendMany beside BullMQ’s addBulk of the same jobs, and the HTTP API',
  async run(stage) {
    const count = stage.quick ? 2_000 : 30_000;
    const posts = stage.quick ? 500 : 10_000;
    const runs = stage.quick ? 1 : 5;
    const results = new Results<Column>('notifications taken in', [
      'a second',
      'CPU here, µs each',
      'CPU of Redis, µs each',
    ]);
    results.goal(RATIO, { column: 'a second', atLeast: 0.6 });
    for (let run = 1; run <= runs; run += 1) {
      stage.say(`run ${run} of ${runs}`);
      // The first run also warms up; the contenders take turns at going first.
      const contenders = [
        { what: 'addBulk(1000), jobs only', load: addBulk },
        { what: 'sendMany, ledger and jobs', load: sendMany },
      ];
      if (run % 2 === 0) contenders.reverse();
      const rates = new Map<unknown, number>();
      for (const { what, load } of contenders) {
        const { aSecond, cpuHere, cpuOfRedis } = await timed(stage, count, load);
        rates.set(load, aSecond);
        results.note(what, 'a second', aSecond);
        results.note(what, 'CPU here, µs each', cpuHere);
        results.note(what, 'CPU of Redis, µs each', cpuOfRedis);
      }
      results.note(RATIO, 'a second', (rates.get(sendMany) ?? 0) / (rates.get(addBulk) ?? 0));
      results.note('POST /v1/notifications', 'a second', await overHttp(stage, posts));
    }
    return {
      settings: {
        notifications: `${count} a run, no ids given; ${posts} over HTTP`,
        'HTTP connections': `${CONNECTIONS}, kept alive`,
      },
      tables: [results.table()],
    };
  },
};

async function timed(
  stage: Stage,
  count: number,
  load: (deployment: Deployment, count: number) => Promise<void>,
): Promise<{ aSecond: number; cpuHere: number; cpuOfRedis: number }> {
  const deployment = await stage.deployment();
  await load(deployment, BULK);
  const cpu = process.cpuUsage();
  const redisCpu = await redisCpuSeconds(deployment.redis);
  const startedAt = performance.now();
  await load(deployment, count);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const redisSeconds = (await redisCpuSeconds(deployment.redis)) - redisCpu;
  await deployment.remove();
  return {
    aSecond: count / seconds,
    cpuHere: (user + system) / count,
    cpuOfRedis: (redisSeconds * 1e6) / count,
  };
}

async function sendMany({ producer }: Deployment, count: number): Promise<void> {
  for await (const { status } of producer.sendMany(requests(count))) {
    if (status !== 'accepted') throw new Error(`a notification was not accepted: ${status}`);
  }
}

/** The very jobs that sendMany would add, on the same connection and with the same options. */
async function addBulk({ producer }: Deployment, count: number): Promise<void> {
  const now = Date.now();
  for (let from = 0; from < count; from += BULK) {
    const jobs = Array.from(requests(Math.min(BULK, count - from)), (request) =>
      jobFor(newRecord(randomUUID(), request, '', now), now),
    );
    await producer.store.queues.transactional.addBulk(jobs);
  }
}

function* requests(count: number): Generator<NotificationRequest> {
  for (let number = 1; number <= count; number += 1) yield requestOf(number);
}

function requestOf(number: number): NotificationRequest {
  return {
    recipient: { email: `customer.${number}@example.com`, name: 'Ada Example' },
    template: 'follow-up',
    variables: { companyName: 'Northwind Outfitters' },
    metadata: { orderNumber: `A-${number}` },
  };
}

async function overHttp(stage: Stage, count: number): Promise<number> {
  const deployment = await stage.deployment();
  const api = stage.command(
    ['api'],
    deployment.environment({
      API_PORT: '0',
      API_KEYS: `bench:${API_KEY}`,
      API_REQUESTS_PER_MINUTE: '0',
    }),
  );
  const url = await api.find(urlWhenReady);
  const rate = await postsPerSecond({
    url: `${url}/v1/notifications`,
    headers: { authorization: `Bearer ${API_KEY}` },
    connections: CONNECTIONS,
    requests: count,
    bodyOf: (number) => JSON.stringify(requestOf(number)),
    expected: 202,
  });
  await api.stop();
  await deployment.remove();
  return rate;
}
