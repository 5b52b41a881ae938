import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withLock } from '../../scripts/lib/lock.mjs';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-lock-'));
  file = path.join(folder, 'held.lock');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a lock between processes', () => {
  test('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const enter = () =>
      withLock(file, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setTimeout(resolve, 10));
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter(), enter()]);
    expect(most).toBe(1);
  });

  test('is given up when the work throws', async () => {
    const fails = withLock(file, () => Promise.reject(new Error('the work failed')));
    await expect(fails).rejects.toThrow('the work failed');
    expect(existsSync(file)).toBe(false);
  });

  test('is taken over from a process that was killed, by one of those who wait', async () => {
    const owner = spawn(process.execPath, ['-e', '']);
    await once(owner, 'exit');
    writeFileSync(file, JSON.stringify({ pid: owner.pid, host: hostname() }));
    let inside = 0;
    const enter = () =>
      withLock(file, async () => {
        inside += 1;
        expect(inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 10));
        inside -= 1;
      });
    await Promise.all([enter(), enter(), enter()]);
  });

  test('of another host is respected while its owner shows life, and not after', async () => {
    writeFileSync(file, JSON.stringify({ pid: 1, host: 'another-host' }));
    await expect(withLock(file, () => 'in', 200)).rejects.toThrow('held.lock for too long');
    const aMinuteAgo = new Date(Date.now() - 60_000);
    utimesSync(file, aMinuteAgo, aMinuteAgo);
    expect(await withLock(file, () => 'in')).toBe('in');
  });
});
