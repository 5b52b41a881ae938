import { randomUUID } from 'node:crypto';
import {
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScriptError } from './script.mjs';

const POLL_MS = 100;
const HEARTBEAT_MS = 2_000;
const SILENT_OWNER_MS = 30_000;
const BREAKER_MS = 10_000;

/*
 * A lock between processes, made of one file that names its owner.
 *
 * - Taken by link(2) from a finished file, so that a lock is never seen without its owner.
 * - Stale when its owner's process is gone (same host), or when the owner has not touched the file
 *   for SILENT_OWNER_MS (another host or container, or a process id in use again).
 * - Removed, when stale, only by the holder of a second lock, who looks again first. Otherwise two
 *   waiters could judge the same dead owner, and the slower one would remove the lock the quicker
 *   one has just taken. That second lock is held for microseconds, so its age alone makes it stale.
 */

/**
 * Runs `body` while no other process holds the lock `file`; waits for it as long as `waitMs`.
 * The lock is given up whatever `body` does.
 */
export async function withLock(file, body, waitMs = 600_000) {
  mkdirSync(path.dirname(file), { recursive: true });
  const giveUpAt = Date.now() + waitMs;
  while (!take(file)) {
    if (isStale(file)) removeStale(file);
    else if (Date.now() > giveUpAt) {
      throw new ScriptError(
        `Another process has held ${file} for too long; if none runs, remove it.`,
      );
    } else await sleep(POLL_MS);
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  try {
    return await body();
  } finally {
    clearInterval(heartbeat);
    rmSync(file, { force: true });
  }
}

function take(file) {
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, JSON.stringify({ pid: process.pid, host: hostname() }));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

function isStale(file) {
  try {
    const owner = JSON.parse(readFileSync(file, 'utf8'));
    if (owner.host === hostname() && !isAlive(owner.pid)) return true;
    return ageOf(file) > SILENT_OWNER_MS;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

function removeStale(file) {
  const breaker = `${file}.breaker`;
  if (!take(breaker)) {
    if (ageOf(breaker) > BREAKER_MS) rmSync(breaker, { force: true });
    return;
  }
  try {
    if (isStale(file)) rmSync(file, { force: true });
  } finally {
    rmSync(breaker, { force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function ageOf(file) {
  return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

function touch(file) {
  try {
    const now = new Date();
    utimesSync(file, now, now);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
