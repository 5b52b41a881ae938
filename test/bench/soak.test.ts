import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { sampleFrom, slope } from '../../bench/soak/metricsPage.js';
import { testRedisUrl } from '../support/redis.js';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../scripts/bench.mjs', import.meta.url));

test('a soak of seconds shows memory, handles and keys, and leaves nothing behind', async () => {
  const { stdout } = await run(process.execPath, [SCRIPT, 'soak', '--minutes', '0.03'], {
    env: { ...process.env, REDIS_URL: testRedisUrl() },
  });
  for (const row of [/^ {4}api .*handles left ≤ 10: met$/m, /^ {4}worker .*: met$/m]) {
    expect(stdout).toMatch(row);
  }
  expect(stdout).toMatch(/^ {4}records +0 +≤ 0: met$/m);
  expect(stdout).toMatch(/^ {4}sent, more or fewer +0 +≤ 0: met$/m);
  const redis = new Redis(testRedisUrl());
  expect(await redis.keys('{b???????}:n:soak-*')).toEqual([]);
  await redis.quit();
});

test('a line through all values shows what grows, and the last value alone does not', () => {
  const steps = [0, 1, 2, 3, 4, 5, 6, 7];
  const leaking = steps.map((at) => ({ at, value: 100 + 3 * at + (at % 2 === 0 ? 5 : -5) }));
  const steady = steps.map((at) => ({ at, value: 100 + (at === 7 ? 20 : 0) }));
  expect(slope(leaking)).toBeGreaterThan(2);
  expect(slope(leaking)).toBeLessThan(4);
  expect(slope(steady)).toBeLessThan(2);
  expect(slope([{ at: 1, value: 7 }])).toBe(0);
});

test('a sample is read from the page of metrics, over all labels', () => {
  const page = [
    '# TYPE nodejs_active_handles gauge',
    'nodejs_active_handles{type="Socket"} 3',
    'nodejs_active_handles{type="Pipe",app="a"} 2',
    'nodejs_active_handles_other 9',
    'process_resident_memory_bytes 1.5e+8',
    'notifier_notifications_total{state="sent",channel="web",reason=""} 3',
    'notifier_notifications_total{state="sent",channel="email",reason=""} 4',
    'notifier_notifications_total{state="skipped",channel="",reason="no_history"} 2',
  ].join('\n');
  expect(sampleFrom(page, 4)).toEqual({
    at: 4,
    residentBytes: 150_000_000,
    handles: 5,
    steps: new Map([
      ['sent', 7],
      ['skipped no_history', 2],
    ]),
  });
});
