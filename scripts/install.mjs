import { readFileSync } from 'node:fs';
import path from 'node:path';
import { withLock } from './lib/lock.mjs';
import { run } from './lib/process.mjs';
import { isProgram, logLine, projectRoot, runScript, ScriptError } from './lib/script.mjs';

/**
 * Installs the packages of package-lock.json, unless node_modules holds just these. Processes that
 * call this at the same time wait for the one that installs.
 */
export async function ensureInstalled({ root = projectRoot, log = logLine } = {}) {
  if (isInstalled(root)) return;
  await withLock(path.join(root, '.cache/install.lock'), async () => {
    if (isInstalled(root)) return;
    log('Installing packages …');
    const { code, output } = await npm(root, [
      // Not npm ci: it empties node_modules first, under the feet of whatever runs from here, and
      // it refuses a lock file that lacks optional packages of other platforms. This keeps to the
      // versions of the lock file just the same, and does not write to it.
      ...['install', '--no-save', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'],
    ]);
    if (code !== 0) throw new ScriptError(`npm install failed:\n${output.trim()}`);
  });
}

/**
 * npm writes down what it installed, as its last step. The entries are compared, not the times of
 * the files: a checkout and npm itself set those in either order. A package that is missing may be
 * one for other platforms; only optional ones may. The workspaces, and the links to them, are this
 * project's own folders.
 */
export function isInstalled(root) {
  const installed = readPackages(path.join(root, 'node_modules/.package-lock.json'));
  if (installed === undefined) return false;
  const wanted = readPackages(path.join(root, 'package-lock.json')) ?? {};
  return Object.entries(wanted).every(([location, entry]) => {
    if (entry.link || !location.includes('node_modules/')) return true;
    const present = installed[location];
    if (present === undefined) return entry.optional === true || entry.devOptional === true;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The npm that runs us, if one does; the one on the PATH may be another. */
function npm(root, args) {
  const parent = process.env.npm_execpath;
  return parent?.endsWith('npm-cli.js')
    ? run(process.execPath, [parent, ...args], { cwd: root })
    : run('npm', args, { cwd: root });
}

if (isProgram(import.meta.url)) await runScript(() => ensureInstalled());
