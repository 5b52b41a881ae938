import { findOnPath } from '../lib/path.mjs';
import { run } from '../lib/process.mjs';
import { debianServer } from './debianPackages.mjs';

/** The queue library warns below this one. */
const OLDEST = [6, 2];
const NAMES = ['redis-server', 'valkey-server'];

/**
 * Finds a Redis (or Valkey) server that can be started: on the PATH, or else from the packages of a
 * Debian-like distribution, unpacked into a cache folder.
 *
 * @param {(line: string) => void} log
 * @returns {Promise<{ command: string, env: Record<string, string>, source: string } | undefined>}
 */
export async function findServerBinary(log) {
  for (const command of NAMES.flatMap(findOnPath)) {
    const version = await versionOf(command, {});
    if (isRecent(version)) return { command, env: {}, source: `${command} (${version})` };
    log(
      `${command} is passed over: ${version ?? 'it does not run'}, ${OLDEST.join('.')} is needed.`,
    );
  }
  const unpacked = await debianServer(log);
  if (unpacked === undefined) return undefined;
  const version = await versionOf(unpacked.command, unpacked.env);
  if (isRecent(version)) return { ...unpacked, source: `${unpacked.command} (${version})` };
  log(`${unpacked.command} is passed over: ${version ?? 'it does not run; remove its folder'}.`);
  return undefined;
}

async function versionOf(command, env) {
  const { code, output } = await run(command, ['--version'], { env: { ...process.env, ...env } });
  return code === 0 ? /\bv=(\d+\.\d+\.\d+)/.exec(output)?.[1] : undefined;
}

function isRecent(version) {
  if (version === undefined) return false;
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
