import { ScriptError } from './lib/script.mjs';
import { startDockerRedis } from './redis/dockerRedis.mjs';
import { waitForPong } from './redis/ping.mjs';
import { startServer } from './redis/privateServer.mjs';
import { findNamedServer, findServerBinary, SERVER_NAMES } from './redis/serverBinary.mjs';

const GIVEN_URL_MS = 3_000;

/**
 * Finds a Redis, or starts one: the URL given (`REDIS_URL`), Docker, a server on the PATH, a server
 * from the distribution's packages. Throws a ScriptError with one sentence when there is none. With
 * `server`, one of SERVER_NAMES, it starts that one and asks for nothing else.
 *
 * @param {{ log: (line: string) => void, allowDocker?: boolean, server?: string }} options
 * @returns {Promise<{ url: string, source: string, stop(): Promise<void> }>} `stop` ends only what
 *   was started here
 */
export async function findRedis({ log, allowDocker = true, server }) {
  if (server !== undefined) return ownServer(log, server);
  const given = process.env.REDIS_URL;
  if (given) return givenRedis(given);
  const container = allowDocker ? await startDockerRedis(log) : undefined;
  if (container !== undefined) return container;
  return ownServer(log);
}

async function ownServer(log, name) {
  const binary = await serverBinary(log, name);
  const server = await startServer(binary);
  return { url: server.url, source: binary.source, stop: server.stop };
}

/**
 * Starts a server of the caller's own on 127.0.0.1, which it may kill, stop and restart.
 *
 * @param {{ server?: string, port?: number, dir?: string, args?: string[] }} [options] `server` is one
 *   of SERVER_NAMES, `redis-8` for example; `args` go to the server after the defaults (nothing
 *   persisted, noeviction) and win over them
 */
export async function startPrivateRedis({ server, ...options } = {}) {
  const binary = await serverBinary(() => undefined, server);
  return startServer(binary, options);
}

/**
 * Why this machine has no server of that name and cannot fetch it, in a sentence that names it;
 * undefined where it has.
 *
 * @param {string} server one of SERVER_NAMES
 * @returns {Promise<string | undefined>}
 */
export async function missingServer(server) {
  try {
    await serverBinary(() => undefined, server);
    return undefined;
  } catch (error) {
    if (error instanceof ScriptError) return error.message;
    throw error;
  }
}

async function serverBinary(log, server) {
  if (server !== undefined) return namedServer(log, server);
  const binary = await findServerBinary(log);
  if (binary !== undefined) return binary;
  throw new ScriptError(
    'No Redis to be found: install redis-server (or valkey-server) so that it is on the PATH, start Docker, or set REDIS_URL.',
  );
}

async function namedServer(log, name) {
  if (!SERVER_NAMES.includes(name)) {
    throw new ScriptError(`No server is called ${name}. There are ${SERVER_NAMES.join(', ')}.`);
  }
  const reasons = [];
  const binary = await findNamedServer(name, (line) => {
    reasons.push(line);
    log(line);
  });
  if (binary !== undefined) return binary;
  const reason = reasons.at(-1) ?? 'It is not on the PATH.';
  throw new ScriptError(`${name} cannot be had on this machine: ${reason}`);
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
