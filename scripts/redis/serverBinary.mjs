import { findOnPath } from '../lib/path.mjs';
import { run } from '../lib/process.mjs';
import { debianServer } from './debianPackages.mjs';
import { nextDebianServer } from './nextDebian.mjs';

/** The queue library warns below this one. */
const OLDEST = [6, 2];
const PROGRAMS = ['redis-server', 'valkey-server'];

/** The servers that can be asked for by name: program and major version. */
export const SERVER_NAMES = ['redis-7', 'redis-8', 'valkey-8'];

/**
 * Finds a Redis (or Valkey) server that can be started: on the PATH, or else from the packages of a
 * Debian-like distribution, unpacked into a cache folder.
 *
 * @param {(line: string) => void} log
 * @returns {Promise<{ command: string, env: Record<string, string>, source: string } | undefined>}
 */
export async function findServerBinary(log) {
  for await (const { version, ...binary } of knownServers(PROGRAMS, log)) {
    if (isRecent(version)) return binary;
    log(`${binary.command} is passed over: ${version}, ${OLDEST.join('.')} is needed.`);
  }
  return undefined;
}

/**
 * Finds the server of this name: on the PATH, from the distribution's packages, or from those of
 * Debian's next release. Undefined, with the reasons logged, where the machine cannot bring it.
 *
 * @param {string} name one of SERVER_NAMES
 * @param {(line: string) => void} log
 */
export async function findNamedServer(name, log) {
  const [kind, major] = name.split('-');
  const program = `${kind}-server`;
  for await (const { version, ...binary } of knownServers([program], log)) {
    if (binary.kind === kind && version.startsWith(`${major}.`)) return binary;
  }
  const unpacked = await nextDebianServer(program, log);
  const binary = unpacked && (await described(unpacked));
  if (binary?.version.startsWith(`${major}.`)) return binary;
  if (binary !== undefined) log(`Debian's next release has ${binary.source}.`);
  return undefined;
}

/** Servers that are here or come from this very distribution; one that does not run is logged. */
async function* knownServers(programs, log) {
  for (const command of programs.flatMap(findOnPath)) {
    const found = await described({ command, env: {} });
    if (found === undefined) log(`${command} is passed over: it does not run.`);
    else yield found;
  }
  const unpacked = await debianServer(log);
  if (unpacked === undefined) return;
  const found = await described(unpacked);
  if (found !== undefined) yield found;
  else log(`${unpacked.command} is passed over: it does not run; remove its folder.`);
}

/** With what the server says of itself: `Redis server v=7.0.15 …`, `Valkey server v=8.1.1 …`. */
async function described(binary) {
  const env = { ...process.env, ...binary.env };
  const { code, output } = await run(binary.command, ['--version'], { env });
  const [, kind, version] = /^(Redis|Valkey) server v=(\d+\.\d+\.\d+)/m.exec(output) ?? [];
  if (code !== 0 || kind === undefined) return undefined;
  const source = `${binary.command} (${version})`;
  return { ...binary, kind: kind.toLowerCase(), version, source };
}

function isRecent(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
