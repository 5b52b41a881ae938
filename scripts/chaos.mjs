import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { interruption } from './lib/interruption.mjs';
import { ensureNode } from './lib/node.mjs';
import { endWithNpm } from './lib/npm.mjs';
import { projectRoot, runScript } from './lib/script.mjs';
import { startSentinel } from './redis/sentinel.mjs';
import { startPrivateRedis } from './redis.mjs';

/*
 * The harness is built with the product, into dist/chaos: an image holds no sources, and can run it all the same.
 */
await runScript(async () => {
  endWithNpm();
  ensureNode();
  if (existsSync(path.join(projectRoot, 'src'))) {
    await ensureInstalled();
    await buildIfStale();
  }
  const entry = path.join(projectRoot, 'dist/chaos/main.js');
  const { runChaos } = await import(pathToFileURL(entry).href);
  await runChaos(
    process.argv.slice(2),
    { startRedis: startPrivateRedis, startSentinel },
    interruption(),
  );
});
