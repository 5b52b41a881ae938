import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from './lib/process.mjs';
import { isProgram, logLine, projectRoot, runScript, ScriptError } from './lib/script.mjs';

/**
 * The locations in a lock file of packages without an `integrity`: npm installs those unchecked.
 * npm leaves it out for optional packages of other platforms, when a lock file is made where the
 * registry does not hand them out. The project and its workspaces lie outside node_modules.
 */
export function unverifiedPackages({ packages }) {
  return Object.entries(packages)
    .filter(
      ([location, entry]) => location.includes('node_modules/') && !entry.link && !entry.integrity,
    )
    .map(([location]) => location);
}

/** Asks the registry for each `integrity` that package-lock.json lacks, and adds it. No version changes. */
async function completeLockFile() {
  const file = path.join(projectRoot, 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const locations = unverifiedPackages(lock);
  for (const location of locations) {
    const entry = lock.packages[location];
    const name = location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const { code, output } = await run('npm', [
      'view',
      `${name}@${entry.version}`,
      'dist.integrity',
    ]);
    const integrity = output.trim();
    if (code !== 0 || !/^sha512-\S+$/.test(integrity)) {
      throw new ScriptError(
        `The registry gives no integrity for ${name}@${entry.version}. Run this where the whole npm registry is reachable.`,
      );
    }
    // As npm orders it: after the version.
    const { version, resolved, ...rest } = entry;
    lock.packages[location] = { version, ...(resolved && { resolved }), integrity, ...rest };
  }
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  logLine(`package-lock.json: ${locations.length} packages completed.`);
}

if (isProgram(import.meta.url)) await runScript(completeLockFile);
