import { ScriptError } from './lib/script.mjs';
import { startDockerRedis } from './redis/dockerRedis.mjs';
import { waitForPong } from './redis/ping.mjs';
import { startServer } from './redis/privateServer.mjs';
import { findServerBinary } from './redis/serverBinary.mjs';

const GIVEN_URL_MS = 3_000;

/**
 * Finds a Redis, or starts one: the URL given (`REDIS_URL`), Docker, a server on the PATH, a server
 * from the distribution's packages. Throws a ScriptError with one sentence when there is none.
 *
 * @param {{ log: (line: string) => void, allowDocker?: boolean }} options
 * @returns {Promise<{ url: string, source: string, stop(): Promise<void> }>} `stop` ends only what
 *   was started here
 */
export async function findRedis({ log, allowDocker = true }) {
  const given = process.env.REDIS_URL;
  if (given) return givenRedis(given);
  const container = allowDocker ? await startDockerRedis(log) : undefined;
  if (container !== undefined) return container;
  const binary = await serverBinary(log);
  const server = await startServer(binary);
  return { url: server.url, source: binary.source, stop: server.stop };
}

/**
 * Starts a server of the caller's own on 127.0.0.1, which it may kill, stop and restart.
 *
 * @param {{ port?: number, dir?: string, args?: string[] }} [options] `args` go to the server
 *   after the defaults (nothing persisted, noeviction) and win over them
 */
export async function startPrivateRedis(options) {
  const reasons = [];
  const binary = await serverBinary((line) => reasons.push(line));
  return startServer(binary, options);
}

async function serverBinary(log) {
  const binary = await findServerBinary(log);
  if (binary !== undefined) return binary;
  throw new ScriptError(
    'No Redis to be found: install redis-server (or valkey-server) so that it is on the PATH, start Docker, or set REDIS_URL.',
  );
}

/** Several URLs, separated by commas, are nodes of one cluster: one that answers is enough. */
async function givenRedis(given) {
  const problems = [];
  for (const node of given.split(',').map((part) => part.trim())) {
    const problem = URL.canParse(node)
      ? await waitForPong(node, GIVEN_URL_MS)
      : 'this is not a URL like redis://host:6379';
    if (problem === undefined) return { url: given, source: 'REDIS_URL', stop: async () => {} };
    problems.push(`${URL.canParse(node) ? new URL(node).host : 'REDIS_URL'}: ${problem}`);
  }
  throw new ScriptError(`The Redis that REDIS_URL names cannot be used. ${problems.join('; ')}.`);
}
