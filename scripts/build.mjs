import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { ensureInstalled } from './install.mjs';
import { withLock } from './lib/lock.mjs';
import { ensureNode } from './lib/node.mjs';
import { run } from './lib/process.mjs';
import { isProgram, logLine, projectRoot, runScript, ScriptError } from './lib/script.mjs';

const INPUTS = [
  ...['src', 'sandbox', 'chaos', 'bench/harness'],
  ...['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'],
];
const STAMP = '.built-from';

/*
 * The build is made in a folder beside dist and takes its place by rename when it is complete: a
 * build that fails, or is killed, leaves the old dist as it was. dist holds the digest of what it
 * was made from, so no clock decides whether it is up to date.
 */

/** Builds dist, unless it was made from exactly what lies here now. */
export async function buildIfStale({ root = projectRoot, log = logLine } = {}) {
  if (isFresh(root)) return;
  await underLock(root, async () => {
    // The process that had the lock before us may have built just this.
    if (isFresh(root)) return;
    log('Building …');
    await build(root);
  });
}

/** Builds dist whatever its state. Throws a ScriptError with the compiler's messages. */
export async function buildAlways({ root = projectRoot } = {}) {
  await underLock(root, () => build(root));
}

function underLock(root, body) {
  return withLock(path.join(root, '.cache/build.lock'), body);
}

function isFresh(root) {
  const stamp = path.join(root, 'dist', STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === digestInputs(root);
}

function digestInputs(root) {
  const digest = createHash('sha256');
  for (const file of INPUTS.flatMap((input) => filesUnder(root, input))) {
    digest
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  }
  return digest.digest('hex');
}

function filesUnder(root, relative) {
  if (!statSync(path.join(root, relative)).isDirectory()) return [relative];
  return readdirSync(path.join(root, relative))
    .sort()
    .flatMap((name) => filesUnder(root, path.join(relative, name)));
}

async function build(root) {
  removeLeftovers(root);
  const before = digestInputs(root);
  const output = mkdtempSync(path.join(root, 'dist.new-'));
  try {
    const compiler = path.join(root, 'node_modules/.bin/tsc');
    const compiled = await run(compiler, ['-p', 'tsconfig.build.json', '--outDir', output], {
      cwd: root,
    });
    if (compiled.code !== 0) throw new ScriptError(`The build failed:\n${compiled.output.trim()}`);
    // The entry is dist/main.js, so what was made of src moves up; the sandbox lies beside it, as the
    // import `#sandbox/*` of package.json has it, and so does chaos with what it takes from bench.
    for (const entry of readdirSync(path.join(output, 'src'))) {
      renameSync(path.join(output, 'src', entry), path.join(output, entry));
    }
    rmSync(path.join(output, 'src'), { recursive: true });
    // What is read at run time beside the code that reads it: scripts for Redis, and what pages load.
    for (const file of filesUnder(root, 'src').filter((name) => /\.(lua|css|js)$/.test(name))) {
      cpSync(path.join(root, file), path.join(output, path.relative('src', file)));
    }
    // mkdtemp makes it readable by its owner alone.
    chmodSync(output, 0o755);
    chmodSync(path.join(output, 'main.js'), 0o755);
    writeFileSync(path.join(output, STAMP), before);
    replaceDist(root, output);
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

function replaceDist(root, output) {
  const dist = path.join(root, 'dist');
  const old = path.join(root, `dist.old-${process.pid}`);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(output, dist);
  rmSync(old, { recursive: true, force: true });
}

/** What a killed build left behind. Safe under the lock: no other process builds now. */
function removeLeftovers(root) {
  for (const name of readdirSync(root).filter((entry) => /^dist\.(new|old)-/.test(entry))) {
    rmSync(path.join(root, name), { recursive: true, force: true });
  }
}

if (isProgram(import.meta.url)) {
  await runScript(async () => {
    ensureNode();
    await ensureInstalled();
    await buildAlways();
  });
}
