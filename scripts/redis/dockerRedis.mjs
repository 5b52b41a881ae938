import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { projectRoot } from '../lib/script.mjs';
import { waitForPong } from './ping.mjs';

const IMAGE = 'redis:7-alpine';
const KEEPER = fileURLToPath(new URL('dockerKeeper.mjs', import.meta.url));
const ANSWER_MS = 10_000;

/**
 * Starts a Redis container, when Docker runs here. It is removed by `stop`, or when this process
 * ends in any way.
 *
 * @param {(line: string) => void} log
 * @returns {Promise<{ url: string, source: string, stop(): Promise<void> } | undefined>} undefined,
 *   with the reason logged, when Docker does not answer or does not get the image in time
 */
export async function startDockerRedis(log) {
  if (!existsSync(path.join(projectRoot, 'node_modules/testcontainers'))) return undefined;
  const keeper = spawn(process.execPath, [KEEPER, IMAGE], {
    cwd: projectRoot,
    // Not to be reached by a Ctrl-C that is meant for us: Redis goes after those who use it.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = once(keeper, 'close');
  const stop = async () => {
    keeper.ref();
    keeper.stdin.end();
    await ended;
  };
  const { url, problem } = await answerOf(keeper);
  if (url === undefined) {
    log(`${problem}, going on without it.`);
    release(keeper);
    keeper.stdin.end();
    return undefined;
  }
  const unreachable = await waitForPong(url, ANSWER_MS);
  if (unreachable !== undefined) {
    log(`The Redis in Docker cannot be reached (${unreachable}), going on without it.`);
    await stop();
    return undefined;
  }
  release(keeper);
  return { url, source: `Docker (${IMAGE})`, stop };
}

/** The keeper ends after us, by our end; it must not be what keeps us. */
function release(keeper) {
  keeper.unref();
  keeper.stdin.unref();
  keeper.stdout.unref();
}

async function answerOf(keeper) {
  for await (const line of createInterface(keeper.stdout)) return JSON.parse(line);
  return { problem: 'Docker cannot be asked' };
}
