import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { WorkerRegistry, type WorkerReport } from '../../src/queue/workerRegistry.js';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';

const REPORT: WorkerReport = {
  host: 'host-1',
  pid: 4242,
  version: '0.1.0',
  since: 1_000,
  concurrency: 10,
  jobs: { transactional: 1, campaign: 2 },
};

/** Sets back when a worker was seen, as if its heartbeats had stopped then. */
async function silentFor(redis: Redis, id: string, ms: number): Promise<void> {
  await redis.zincrby('{r}:workers:seen', -ms, id);
}

describe('the registry of workers', () => {
  let server: PrivateRedis;
  let redis: Redis;
  let registry: WorkerRegistry;

  beforeEach(async () => {
    server = await startPrivateRedis();
    redis = new Redis(server.url);
    registry = new WorkerRegistry(redis, '{r}');
  });
  afterEach(async () => {
    redis.disconnect();
    await server.stop();
  });

  test('knows a worker with what it says of itself, by the time of Redis', async () => {
    expect(await registry.read()).toMatchObject({ alive: [], vanished: [] });
    expect((await registry.read()).lastSeenAt).toBeUndefined();
    const now = await registry.beat('w1', REPORT);
    const seen = await registry.read();
    expect(seen).toMatchObject({ vanished: [], lastSeenAt: now });
    expect(seen.alive).toEqual([{ ...REPORT, id: 'w1', seenAt: now }]);
    expect(seen.now).toBeGreaterThanOrEqual(now);
  });

  test('takes one whose heartbeats stop for gone within ten seconds, and remembers it for an hour', async () => {
    await registry.beat('w1', REPORT);
    await silentFor(redis, 'w1', 9_000);
    expect((await registry.read()).alive).toHaveLength(1);
    await silentFor(redis, 'w1', 2_000);
    const seen = await registry.read();
    expect(seen.alive).toEqual([]);
    expect(seen.vanished).toMatchObject([{ id: 'w1', jobs: { transactional: 1, campaign: 2 } }]);
    expect(seen.lastSeenAt).toBe(seen.vanished[0]?.seenAt);
    await silentFor(redis, 'w1', 3_600_000);
    await registry.beat('w2', REPORT);
    expect(await registry.read()).toMatchObject({ alive: [{ id: 'w2' }], vanished: [] });
    expect(await redis.hkeys('{r}:workers')).toEqual(['w2']);
  });

  test('forgets at once one that leaves, but not when it was seen', async () => {
    const before = await registry.beat('w1', REPORT);
    await registry.leave('w1');
    const seen = await registry.read();
    expect(seen).toMatchObject({ alive: [], vanished: [] });
    expect(seen.lastSeenAt).toBeGreaterThanOrEqual(before);
  });

  test('keeps a worker alive while Redis has no room for anything else', async () => {
    await registry.beat('w1', REPORT);
    await redis.config('SET', 'maxmemory', '1');
    await expect(redis.set('more', 'x')).rejects.toThrow(/OOM/);
    await silentFor(redis, 'w1', 9_000).catch(() => undefined);
    const now = await registry.beat('w1', { ...REPORT, notReady: ['no room'] });
    expect((await registry.read()).alive).toMatchObject([{ seenAt: now, notReady: ['no room'] }]);
  });
});
