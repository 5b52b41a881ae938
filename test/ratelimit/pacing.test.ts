import { setMaxListeners } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import axios from 'axios';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import type { RequestLane } from '../../src/genesys/call.js';
import { Budget } from '../../src/ratelimit/budget.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

/*
 * The pacing as a property, judged where the platform judges it: on arrivals, at a server. Random
 * numbers of processes (each with its own connection and lines), lanes, bursts, pauses and latencies,
 * and processes that die with requests in their lines. A minute lasts ten seconds here, so all times
 * are a sixth of the real ones. Latencies are spread over a quarter of the 2 % that are kept free for
 * that: the rest is for the slots' own lateness, and for a machine that is busy with other tests.
 * Where it was so busy that even this was exceeded, what was measured of it is allowed for, by the
 * formula that stands above `Slots`; on a machine at rest that adds nothing.
 */
const MINUTE_MS = 10_000;
const SPREAD_MS = MINUTE_MS * 0.005;
const RUN_MS = 1.6 * MINUTE_MS;
const SCENARIOS = 8;
/** What this machine may be late by, beside the interval that the promise allows. */
const MACHINE_MS = 150;

interface Scenario {
  requestsPerMinute: number;
  processes: { bursts: Burst[]; diesAfterMs: number | null }[];
}

interface Burst {
  afterMs: number;
  lane: RequestLane;
  requests: number;
  latencyMs: number;
}

const burst = fc.record({
  afterMs: fc.integer({ min: 0, max: Math.floor(RUN_MS / 3) }),
  lane: fc.constantFrom<RequestLane>('transactional', 'campaign', 'campaign'),
  requests: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 40 })),
  latencyMs: fc.integer({ min: 0, max: SPREAD_MS }),
});

const scenario: fc.Arbitrary<Scenario> = fc.record({
  requestsPerMinute: fc.integer({ min: 10, max: 60 }),
  processes: fc.array(
    fc.record({
      bursts: fc.array(burst, { minLength: 1, maxLength: 4 }),
      diesAfterMs: fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.integer({ min: 100, max: RUN_MS / 2 }) },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

const arrivals = new Map<string, number[]>();
let server: http.Server;
let url: string;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    arrivals.get(request.url ?? '')?.push(performance.now());
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('no minute of arrivals, however aligned, holds more than the budget, and no due slot stays unused for more than an interval while work waits', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const scenarios = fc.sample(scenario, { numRuns: SCENARIOS, seed });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  const outcomes = await Promise.all(scenarios.map((each, n) => run(each, `/${n}`)));
  delay.disable();
  const machineLateMs = delay.max / 1e6;
  for (const [n, outcome] of outcomes.entries()) {
    const { requestsPerMinute } = scenarios[n] as Scenario;
    const intervalMs = MINUTE_MS / (0.98 * requestsPerMinute);
    const inMinute = fullestMinute(outcome.arrived);
    const idleMs = outcome.longestIdleMs;
    const idleAtMost = 2 * intervalMs + MACHINE_MS + machineLateMs;
    const spreadMs = Math.max(...outcome.latencies) + machineLateMs;
    const latenessMs = Math.min(intervalMs / 2, (MINUTE_MS * (1 / 0.98 - 1)) / 4);
    const explained = Math.floor((MINUTE_MS + latenessMs + spreadMs) / intervalMs) + 1;
    if (inMinute > Math.max(requestsPerMinute, explained) || idleMs > idleAtMost) {
      const found = JSON.stringify({ seed, n, inMinute, idleMs, idleAtMost, spreadMs });
      throw new Error(`${found} in ${JSON.stringify(scenarios[n])}`);
    }
  }
  expect(outcomes.flatMap(({ arrived }) => arrived).length).toBeGreaterThan(10 * SCENARIOS);
});

/** Runs all processes of a scenario; answers with the arrivals and the longest time between two grants while work waited. */
async function run({ requestsPerMinute, processes }: Scenario, path: string) {
  const prefix = freshPrefix();
  const arrived: number[] = [];
  const latencies: number[] = [0];
  arrivals.set(path, arrived);
  const end = performance.now() + RUN_MS;
  let waiting = 0;
  let lastMove = performance.now();
  let longestIdleMs = 0;
  const moved = () => {
    longestIdleMs = Math.max(longestIdleMs, performance.now() - lastMove);
    lastMove = performance.now();
  };

  const runProcess = async ({ bursts, diesAfterMs }: Scenario['processes'][number]) => {
    const redis = new Redis(testRedisUrl());
    const death = new AbortController();
    setMaxListeners(0, death.signal);
    let alive = true;
    let mine = 0;
    const budget = Budget.open(
      redis,
      prefix,
      { requestsPerMinute, minuteMs: MINUTE_MS },
      { log: pino({ level: 'silent' }) },
    );
    const request = async ({ lane, latencyMs }: Burst) => {
      if (waiting === 0) lastMove = performance.now();
      waiting += 1;
      mine += 1;
      const { signal } = death;
      const ticket = await budget.acquire({ operation: 'messages', lane, signal });
      if (!alive) return;
      waiting -= 1;
      mine -= 1;
      if (!ticket.admitted) return;
      moved();
      const grantedAt = performance.now();
      await pause(Math.random() * latencyMs);
      await axios.get(url + path);
      latencies.push(performance.now() - grantedAt);
    };
    const send = async (each: Burst) => {
      await pause(each.afterMs);
      if (!alive) return;
      await Promise.all(Array.from({ length: each.requests }, () => request(each)));
    };
    const dies = pause(diesAfterMs ?? end - performance.now()).then(() => {
      // It leaves without deregistering: its effect on the others must wear off.
      alive = false;
      waiting -= mine;
      redis.disconnect();
      death.abort();
    });
    await Promise.all([...bursts.map(send), dies]);
  };
  await Promise.all(processes.map(runProcess));
  await flushPrefix(prefix);
  return { arrived, latencies, longestIdleMs };
}

/** The most arrivals within any span of a minute. */
function fullestMinute(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let fullest = 0;
  let from = 0;
  for (const [at, time] of sorted.entries()) {
    while (time - (sorted[from] ?? time) >= MINUTE_MS) from += 1;
    fullest = Math.max(fullest, at - from + 1);
  }
  return fullest;
}
