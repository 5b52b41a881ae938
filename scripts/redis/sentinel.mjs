import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ScriptError } from '../lib/script.mjs';
import { waitForPong } from './ping.mjs';
import { freePort, startGuard } from './privateServer.mjs';
import { findServerBinary } from './serverBinary.mjs';

const START_MS = 10_000;

/**
 * Starts a Sentinel on 127.0.0.1, which ends with this process, however that ends.
 *
 * @param {readonly string[]} lines of its configuration, such as `sentinel monitor main 127.0.0.1 7001 2`
 * @returns {Promise<{ port: number, stop(): Promise<void> }>}
 */
export async function startSentinel(lines) {
  const binary = await findServerBinary(() => {});
  if (binary === undefined) throw new ScriptError('No Redis to be found that can be a Sentinel.');
  const dir = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-sentinel-'));
  const port = await freePort();
  const file = path.join(dir, 'sentinel.conf');
  writeFileSync(file, `${[`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`, ...lines].join('\n')}\n`);
  const child = spawn(binary.command, [file, '--sentinel'], {
    detached: true,
    stdio: 'ignore',
    env: { ...process.env, ...binary.env },
  });
  child.on('error', () => {});
  const ended = once(child, 'exit');
  const guard = startGuard(child.pid ?? 0, dir);
  const problem = await waitForPong(`redis://127.0.0.1:${port}`, START_MS);
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
    guard.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  };
  if (problem === undefined) return { port, stop };
  await stop();
  throw new ScriptError(`A Sentinel did not start (${problem}).`);
}
