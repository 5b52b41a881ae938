import { once } from 'node:events';
import { ensureNode } from './lib/node.mjs';
import { endWithNpm } from './lib/npm.mjs';
import { logLine, runScript } from './lib/script.mjs';
import { findRedis } from './redis.mjs';

/*
 * A Redis to try the product with, until Ctrl-C. It keeps nothing. A deployment needs one of its own:
 * docs/deployment.md.
 */
await runScript(async () => {
  endWithNpm();
  ensureNode();
  const redis = await findRedis({ log: logLine });
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
