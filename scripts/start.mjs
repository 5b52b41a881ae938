import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { ensureNode } from './lib/node.mjs';
import { endWithNpm } from './lib/npm.mjs';
import { projectRoot, runScript } from './lib/script.mjs';

/*
 * The product runs in this very process. A child would need every signal passed on, and a kill -9
 * would hit the wrapper and leave the worker running. npm itself is such a wrapper, with a shell in
 * between: see endWithNpm.
 */
await runScript(async () => {
  endWithNpm();
  ensureNode();
  await ensureInstalled();
  await buildIfStale();
  const entry = path.join(projectRoot, 'dist/main.js');
  const { main } = await import(pathToFileURL(entry).href);
  // Only now: a module that finds itself to be the program's entry runs by itself.
  process.argv[1] = entry;
  await main(process.argv);
});
