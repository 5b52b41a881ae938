import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { testRedisUrl } from '../support/redis.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
let redis: Redis;

beforeAll(() => {
  redis = new Redis(testRedisUrl());
});

afterAll(async () => {
  await redis.quit();
});

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-bench-test-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function bench(...args: string[]) {
  return run(process.execPath, [path.join(root, 'scripts/bench.mjs'), ...args], {
    env: { ...process.env, REDIS_URL: testRedisUrl() },
  });
}

describe('npm run bench', () => {
  test('prints conditions and a table, writes the same as JSON, and takes its keys away', async () => {
    const file = path.join(folder, 'bench.json');
    const { stdout } = await bench('enqueue', '--quick', '--json', file);
    expect(stdout).toMatch(/^conditions\n {2}date: \d{4}-/);
    expect(stdout).toMatch(/^ {4}sendMany, ledger and jobs +\d+/m);
    expect(stdout).toMatch(/^ {4}sendMany ÷ addBulk +[\d.]+ .*a second ≥ 0.6: (met|MISSED)$/m);

    const { conditions, benchmarks } = JSON.parse(readFileSync(file, 'utf8'));
    expect(conditions).toMatchObject({ node: process.version, runs: 'quick' });
    expect(conditions.redis).toMatch(/^\d+\.\d+\.\d+, REDIS_URL, noeviction/);
    expect(benchmarks).toHaveLength(1);
    const [{ name, tables }] = benchmarks;
    expect(name).toBe('enqueue');
    const rate = { median: expect.any(Number), min: expect.any(Number), max: expect.any(Number) };
    expect(tables[0].rows).toContainEqual({
      what: 'sendMany ÷ addBulk',
      values: { 'a second': { ...rate, runs: 1 } },
      goal: { column: 'a second', atLeast: 0.6, met: expect.any(Boolean) },
    });
    expect(await redis.keys('{b???????}:*')).toEqual([]);
  });

  test('knows its benchmarks by name, and each of them says in README what it measures', async () => {
    const failed = await bench('speed').catch((error: { code: number; stderr: string }) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no benchmark speed'),
    });
    const readme = readFileSync(path.join(root, 'bench/README.md'), 'utf8');
    const names = readdirSync(path.join(root, 'bench/benchmarks')).map((file) =>
      path.basename(file, '.ts'),
    );
    expect(names.length).toBeGreaterThan(6);
    expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
