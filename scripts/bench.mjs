import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { interruption } from './lib/interruption.mjs';
import { ensureNode } from './lib/node.mjs';
import { endWithNpm } from './lib/npm.mjs';
import { logLine, projectRoot, runScript } from './lib/script.mjs';
import { transpile } from './lib/transpile.mjs';
import { findRedis } from './redis.mjs';

/*
 * What is measured is the built product: the benchmarks import it from dist, by the name #product of
 * package.json. They themselves only lose their types, which takes milliseconds. Their output lies
 * inside the project, or neither #product nor the packages would be found from there.
 */
const CACHE = path.join(projectRoot, '.cache');

await runScript(async () => {
  endWithNpm();
  ensureNode();
  await ensureInstalled();
  await buildIfStale();
  mkdirSync(CACHE, { recursive: true });
  const output = mkdtempSync(path.join(CACHE, 'bench-'));
  try {
    await transpile('bench', output);
    const { runBenchmarks } = await import(pathToFileURL(path.join(output, 'main.js')).href);
    await runBenchmarks(process.argv.slice(2), () => findRedis({ log: logLine }), interruption());
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
});
