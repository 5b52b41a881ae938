import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Command } from '../cli/support/command.js';
import { testRedisUrl } from '../support/redis.js';

const script = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));
let folder: string;
let demo: Command;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'demo-test-'));
});

afterEach(async () => {
  demo.signal('SIGKILL');
  await demo.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Everything it starts inherits the folder for temporary files, by which it can be found. */
function start(args: string[] = [], redisUrl?: string): Command {
  demo = new Command(args, { TMPDIR: folder, REDIS_URL: redisUrl }, { program: script });
  return demo;
}

interface Running {
  pid: number;
  command: string;
}

function running(): Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const ours = environment.includes(`TMPDIR=${folder}`) && command !== '';
        return ours ? [{ pid: Number(name), command }] : [];
      } catch {
        return [];
      }
    });
}

async function untilNothingRuns(): Promise<Running[]> {
  const giveUpAt = Date.now() + 10_000;
  while (running().length > 0 && Date.now() < giveUpAt) await sleep(50);
  return running();
}

/** Where Docker runs, testcontainers keeps a lock there that all its users on the machine share. */
function leftBehind(): string[] {
  return readdirSync(folder).filter((name) => name !== 'testcontainers-node.lock');
}

describe('npm run demo', () => {
  test('shows every kind of outcome, and leaves nothing running', async () => {
    const command = start();
    expect(await command.end()).toBe(0);
    const shown = [
      /^ {2}customer@example\.com +delivered +web /m,
      /^ {2}offline@example\.com +sent +email +chat was closed/m,
      /^ {2}chatting@example\.com +sent +email +busy/m,
      /^ {2}newcomer@example\.com +skipped +no earlier conversation/m,
      /^ {2}no-domain +refused 422 +recipient\.email: expected/m,
      /refused 409/,
      /21 of 21 ended/,
      /16 messages arrived, none of them twice/,
      /57 recipients imported, 3 rows refused:\n {4}row 14, email: expected an email address/,
      /57 of 57 rows ended · completed/,
      /That makes 57; \d+ messages arrived, none of them twice/,
      /Hi Dana Whitfield,/,
      /Where to look/,
    ];
    for (const pattern of shown) expect(command.stdout).toMatch(pattern);
    for (const line of command.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(await untilNothingRuns()).toEqual([]);
    expect(leftBehind()).toEqual([]);
  });

  test('stops everything at Ctrl-C, and takes its keys out of a Redis that it was given', async () => {
    const command = start([], testRedisUrl());
    await command.says(/Handing 25/);
    command.signal('SIGINT');
    expect(await command.end()).toBe(130);
    expect(await untilNothingRuns()).toEqual([]);
    const redis = new Redis(testRedisUrl());
    const left = await redis.keys('{demo-*');
    redis.disconnect();
    expect(left).toEqual([]);
  });

  test('with --stay keeps everything up until Ctrl-C, which then is a success', async () => {
    const command = start(['--stay']);
    const [, url = ''] = await command.says(/One notification +(\S+)[\s\S]*Ctrl-C stops/);
    expect(await (await fetch(url)).json()).toMatchObject({ state: 'delivered' });
    command.signal('SIGINT');
    expect(await command.end()).toBe(0);
    expect(await untilNothingRuns()).toEqual([]);
  });

  test('leaves nothing running when it is killed', async () => {
    const command = start();
    await command.says(/Handing 25/);
    expect(running().length).toBeGreaterThan(4);
    command.signal('SIGKILL');
    expect(await untilNothingRuns()).toEqual([]);
  });

  test('fails with the end of the logs when one of its processes dies', async () => {
    const command = start(['--stay']);
    await command.says(/Ctrl-C stops/);
    const worker = running().find(({ command }) => command.includes('main.js worker'));
    if (worker === undefined) throw new Error('there is no worker');
    process.kill(worker.pid, 'SIGKILL');
    expect(await command.end()).toBe(1);
    expect(command.stderr).toMatch(/worker-\d ended by itself/);
    expect(command.stdout).toMatch(/── worker-1 ──\n\{/);
    expect(await untilNothingRuns()).toEqual([]);
  });

  test('says how it is used when it is used wrongly', async () => {
    const command = start(['--forever']);
    expect(await command.end()).toBe(2);
    expect(command.stdout).toContain('Usage: npm run demo');
  });
});
