import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { ensureNode } from './lib/node.mjs';
import { endWithNpm } from './lib/npm.mjs';
import { logLine, runScript, ScriptError } from './lib/script.mjs';
import { findRedis } from './redis.mjs';

/*
 * A Redis to try the product with, until Ctrl-C. It keeps nothing. A deployment needs one of its own:
 * docs/deployment.md. `--server redis-8` starts that one: redis-7, redis-8 or valkey-8.
 */
await runScript(async () => {
  endWithNpm();
  ensureNode();
  const redis = await findRedis({ log: logLine, server: askedFor() });
  // Before anything is printed: who reads it may end this process at once.
  const ended = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.stdout.write(
    `Redis runs (${redis.source}) until Ctrl-C.\n\nTo use it, set:\n  REDIS_URL=${redis.url}\n`,
  );
  const awake = setInterval(() => {}, 60_000);
  await ended;
  clearInterval(awake);
  await redis.stop();
});

function askedFor() {
  try {
    return parseArgs({ options: { server: { type: 'string' } } }).values.server;
  } catch (error) {
    throw new ScriptError(error.message);
  }
}
