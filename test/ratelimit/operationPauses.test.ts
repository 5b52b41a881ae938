import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import type { Operation } from '../../src/genesys/call.js';
import type { GenesysClient } from '../../src/genesys/genesysClient.js';
import { Gate } from '../../src/queue/rateLimitGate.js';
import { Budget } from '../../src/ratelimit/budget.js';
import { OperationPauses } from '../../src/ratelimit/operationPauses.js';
import { GO, LANE, startClient, WEB_MESSAGE } from '../genesys/support/client.js';
import { json, type Platform, startPlatform } from '../genesys/support/platform.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const JOBS = 'details.jobs.concurrent.access.max';
const TOKEN = 'client.credentials.token.rate.per.minute';
const QUERY = { interval: '2026-11-01T00:00:00.000Z/2026-11-02T00:00:00.000Z' };

const redis = new Redis(testRedisUrl());
const prefixes: string[] = [];
const clients: GenesysClient[] = [];
let platform: Platform;
let prefix: string;

beforeEach(async () => {
  prefix = freshPrefix();
  prefixes.push(prefix);
  platform = await startPlatform();
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await platform.close();
});

afterAll(async () => {
  for (const used of prefixes) await flushPrefix(used);
  await redis.quit();
});

function openBudget(): Budget {
  const settings = { requestsPerMinute: 6_000 };
  return Budget.open(redis, prefix, settings, { log: pino({ level: 'silent' }) });
}

/** A process of the deployment, with a budget of its own over the same Redis. */
async function startProcess(): Promise<GenesysClient> {
  const { client } = await startClient({ baseUrl: platform.url }, openBudget());
  clients.push(client);
  return client;
}

function answer429(limit: string | undefined): void {
  platform.handler = (_request, response) =>
    json(
      response,
      429,
      {
        code: 'too.many.requests.retry.after',
        limit: limit === undefined ? undefined : { key: limit, namespace: 'analytics', value: 5 },
      },
      { 'Retry-After': '60' },
    );
}

const gateClosedForMs = () => new Gate(redis, prefix).closedForMs();

describe('A 429 that names a limit of a job', () => {
  test('pauses that operation for the whole fleet, and nothing else', async () => {
    const [one, other] = [await startProcess(), await startProcess()];
    answer429(JOBS);
    expect(await one.startConversationJob(QUERY, LANE)).toMatchObject({
      failure: { kind: 'http', status: 429, limit: JOBS, retryAfterMs: 60_000 },
    });
    expect(await gateClosedForMs()).toBe(0);

    platform.handler = (_request, response) => json(response, 200, { id: 'm-1', state: 'QUEUED' });
    const paused = await other.startConversationJob(QUERY, LANE);
    expect(paused).toMatchObject({
      failure: { kind: 'not_issued', reason: 'operation_paused', retryAfterMs: expect.any(Number) },
    });
    expect(platform.requests).toHaveLength(1);
    expect(await other.getConversationJob('j-1', LANE)).toMatchObject({ ok: true });
    expect(await other.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toMatchObject({ ok: true });
  });

  test('does not slow down what is sent', async () => {
    const client = await startProcess();
    answer429('export.concurrent.max');
    await client.startContactExport(LANE);
    expect(await openBudget().pace()).toBe(1);
  });

  test('closes the gate where it answers a send', async () => {
    const client = await startProcess();
    answer429(JOBS);
    await client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE);
    expect(await gateClosedForMs()).toBeGreaterThan(0);
  });
});

describe('A 429 to a job', () => {
  test.each([
    ['counts requests', TOKEN],
    ['is not named', undefined],
  ])('closes the gate when its limit %s', async (_what, limit) => {
    const client = await startProcess();
    answer429(limit);
    await client.startConversationJob(QUERY, LANE);
    expect(await gateClosedForMs()).toBeGreaterThan(0);
    expect(await client.getContact('c-1', LANE)).toMatchObject({
      failure: { kind: 'gate_closed' },
    });
  });
});

describe('the pause of an operation', () => {
  const OPERATION: Operation = 'recording-batch-start';
  const pausedForMs = () => new OperationPauses(redis, prefix).pausedForMs(OPERATION);

  test('is only ever extended', async () => {
    const pauses = new OperationPauses(redis, prefix);
    await pauses.pause({ operation: OPERATION, retryAfterMs: 60_000 });
    await pauses.pause({ operation: OPERATION, retryAfterMs: 1_000 });
    expect(await pausedForMs()).toBeGreaterThan(30_000);
    await pauses.pause({ operation: OPERATION, retryAfterMs: 120_000 });
    expect(await pausedForMs()).toBeGreaterThan(60_000);
  });

  test('ends by itself', async () => {
    const pauses = new OperationPauses(redis, prefix);
    await pauses.pause({ operation: OPERATION, retryAfterMs: 20 });
    const startedAt = performance.now();
    while ((await pausedForMs()) > 0) expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
