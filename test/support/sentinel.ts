import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { findServerBinary } from '../../scripts/redis/serverBinary.mjs';
import { freePort } from './freePort.js';

export interface SentinelServer {
  address: string;
  stop(): Promise<void>;
}

export interface SentinelOptions {
  password?: string;
  quorum?: number;
  lines?: readonly string[];
}

/**
 * A Sentinel of its own in front of `masterPort`, which wants `password` of its clients; `lines` are
 * added to its configuration. The master is called `main`.
 */
export async function startSentinel(
  masterPort: number,
  { password, quorum = 1, lines: added = [] }: SentinelOptions = {},
): Promise<SentinelServer> {
  const binary = await findServerBinary(() => undefined);
  if (binary === undefined) throw new Error('no redis-server');
  const dir = mkdtempSync(path.join(tmpdir(), 'notifier-sentinel-'));
  const port = await freePort();
  const file = path.join(dir, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${dir}`,
    ...(password === undefined ? [] : [`requirepass ${password}`]),
    `sentinel monitor main 127.0.0.1 ${masterPort} ${quorum}`,
    ...added,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const child: ChildProcess = spawn(binary.command, [file, '--sentinel'], {
    stdio: 'ignore',
    env: { ...process.env, ...binary.env },
  });
  const ended = once(child, 'exit');
  const control = new Redis(port, '127.0.0.1', { password, retryStrategy: () => 50 });
  control.on('error', () => undefined);
  await control.ping();
  control.disconnect();
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
