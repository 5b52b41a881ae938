import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type PrivateRedis, startPrivateRedis } from '../support/redis.js';
import { launch, numberedRows } from './support/campaigns.js';
import { type Feeding, openFeeding } from './support/feeding.js';

const OVER_MS = 3_000;

describe('what feeders cost Redis', () => {
  let server: PrivateRedis;
  let feeding: Feeding;
  let watcher: Redis;

  beforeAll(async () => {
    server = await startPrivateRedis();
    feeding = openFeeding(server.url);
    watcher = new Redis(server.url);
    await Promise.all([feeding.redis.ping(), watcher.ping()]);
  });
  afterAll(async () => {
    await feeding.close();
    await watcher.quit();
    await server.stop();
  });

  /** Commands a second, by what Redis itself has counted, those within scripts apart. */
  async function commandsPerSecond(): Promise<{ sent: number; withinScripts: number }> {
    const monitor = await watcher.monitor();
    let sent = 0;
    let withinScripts = 0;
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (source === 'lua') withinScripts += 1;
      else if (args[0] !== 'info') sent += 1;
    });
    await delay(OVER_MS);
    monitor.disconnect();
    const seconds = OVER_MS / 1_000;
    return { sent: sent / seconds, withinScripts: withinScripts / seconds };
  }

  test('with nothing to do, two commands a second each; while a campaign runs, a dozen, however many rows it has', async () => {
    const feeders = [feeding.feeder(), feeding.feeder()];
    for (const feeder of feeders) feeder.start();
    const idle = await commandsPerSecond();

    await launch(feeding.campaigns, feeding.rows, numberedRows(2_000));
    while ((await feeding.campaigns.cursor.released('spring')) === 0) await delay(20);
    const running = await commandsPerSecond();
    for (const feeder of feeders) await feeder.stop();
    process.stdout.write(`feeders, commands/s: ${JSON.stringify({ idle, running })}\n`);

    expect(idle.sent).toBeGreaterThan(0);
    expect(idle.sent).toBeLessThanOrEqual(2 * 2 + 1);
    // Once in ten seconds the clock is compared with Redis'.
    expect(idle.withinScripts).toBeLessThanOrEqual(2 / (OVER_MS / 1_000));
    expect(running.sent).toBeLessThanOrEqual(16);
    expect(running.withinScripts).toBeLessThanOrEqual(10);
  });
});
