import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { ensureNode } from './lib/node.mjs';
import { endWithNpm } from './lib/npm.mjs';
import { logLine, projectRoot, runScript } from './lib/script.mjs';
import { transpile } from './lib/transpile.mjs';
import { findRedis } from './redis.mjs';

/*
 * What is tried is the built product, as for the benchmarks: see bench.mjs. The children that chaos starts are
 * used here, too.
 */
const CACHE = path.join(projectRoot, '.cache');

await runScript(async () => {
  endWithNpm();
  ensureNode();
  await ensureInstalled();
  await buildIfStale();
  mkdirSync(CACHE, { recursive: true });
  const output = mkdtempSync(path.join(CACHE, 'fuzz-'));
  try {
    for (const folder of ['fuzz', 'chaos']) await transpile(folder, path.join(output, folder));
    const { runFuzz } = await import(pathToFileURL(path.join(output, 'fuzz/main.js')).href);
    await runFuzz(process.argv.slice(2), () => findRedis({ log: logLine }));
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
});
