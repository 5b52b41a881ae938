import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { ensureNode } from './lib/node.mjs';
import { endWithNpm } from './lib/npm.mjs';
import { logLine, projectRoot, runScript, ScriptError } from './lib/script.mjs';
import { findRedis } from './redis.mjs';

/*
 * What is measured is the built product: the benchmarks import it from dist, by the name #product of
 * package.json. They themselves only lose their types, which takes milliseconds. Their output lies
 * inside the project, or neither #product nor the packages would be found from there.
 */
const SOURCES = path.join(projectRoot, 'bench');
const CACHE = path.join(projectRoot, '.cache');

await runScript(async () => {
  endWithNpm();
  ensureNode();
  await ensureInstalled();
  await buildIfStale();
  mkdirSync(CACHE, { recursive: true });
  const output = mkdtempSync(path.join(CACHE, 'bench-'));
  try {
    await transpileInto(output);
    const { runBenchmarks } = await import(pathToFileURL(path.join(output, 'main.js')).href);
    await runBenchmarks(process.argv.slice(2), () => findRedis({ log: logLine }), interruption());
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
});

/** Aborted by Ctrl-C, so that whatever was started is stopped; a second one does not wait for that. */
function interruption() {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      if (interrupted.signal.aborted) process.exit(1);
      interrupted.abort(new ScriptError('Interrupted.'));
    });
  }
  return interrupted.signal;
}

async function transpileInto(output) {
  const { transformSync } = await import('@swc/core');
  for (const file of readdirSync(SOURCES, { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const source = path.join(SOURCES, file);
    const { code } = transformSync(readFileSync(source, 'utf8'), {
      filename: source,
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    });
    const target = path.join(output, file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}
