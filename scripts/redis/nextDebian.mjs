import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { run } from '../lib/process.mjs';
import {
  debianSystem,
  fromCache,
  lastLine,
  libraryPath,
  packageSource,
  unpackDownloaded,
} from './debianPackages.mjs';

/** Debian's release that has Redis 8 and Valkey 8, by the release of the machine. */
const RELEASE_WITH_8 = { bookworm: 'trixie', trixie: 'trixie' };
const APT = '/etc/apt';
const LIBRARY_ROUNDS = 8;

/*
 * Servers that are newer than the distribution's own, from the packages of Debian's next release. apt
 * fetches them from the machine's mirrors and checks them against Debian's keys, as it does its own;
 * nothing is installed. They were built for a newer C library, so they come with all their libraries
 * and with the loader of that C library, and are started through it: a script beside them names both.
 * Like all in this cache, the folder appears by one rename, after the server in it has run once.
 */

/**
 * @param {'redis-server' | 'valkey-server'} program
 * @param {(line: string) => void} log takes the reason when there is none
 * @returns {Promise<{ command: string, env: Record<string, string> } | undefined>}
 */
export async function nextDebianServer(program, log) {
  const system = debianSystem();
  const release = RELEASE_WITH_8[system?.codename ?? ''];
  if (release === undefined) {
    log(`${program} of a newer release is fetched on Debian 12 and 13 only.`);
    return undefined;
  }
  const look = (folder) => {
    const command = path.join(folder, 'run', program);
    return existsSync(command) ? { command, env: {} } : undefined;
  };
  return fromCache(`${program}-${release}-${process.arch}`, look, async (folder, work) => {
    log(`Fetching ${program} from the packages of Debian ${release} (nothing is installed) …`);
    const root = path.join(work, 'root');
    const sources = sourcesOf(work, system.codename, release);
    const problem =
      (await unpackWithLibraries(packageSource(work, sources), work, root, program)) ??
      (await writeStarter(root, program));
    if (problem === undefined) renameSync(root, folder);
    else log(`No ${program} from the packages of Debian ${release}: ${problem}`);
  });
}

/** The machine's own sources, which name mirror and key, for another release. */
function sourcesOf(work, codename, release) {
  const sources = path.join(work, 'sources');
  mkdirSync(sources);
  const files = [path.join(APT, 'sources.list')];
  const parts = path.join(APT, 'sources.list.d');
  if (existsSync(parts)) files.push(...readdirSync(parts).map((name) => path.join(parts, name)));
  for (const file of files.filter((name) => /\.(list|sources)$/.test(name) && existsSync(name))) {
    const copy = path.join(sources, path.basename(file));
    if (codename === release) copyFileSync(file, copy);
    else writeFileSync(copy, readFileSync(file, 'utf8').replaceAll(codename, release));
  }
  return sources;
}

/** Every library, whether the machine has one of its name or not: two C libraries do not mix. */
async function unpackWithLibraries(apt, work, root, program) {
  const asked = new Set();
  let wanted = [program, program.replace('-server', '-tools'), 'libc6'];
  for (let round = 0; round < LIBRARY_ROUNDS && wanted.length > 0; round += 1) {
    const download = await apt.download(wanted);
    if (download.code !== 0) return lastLine(download.output);
    const { problem, depends } = await unpackDownloaded(work, root);
    if (problem !== undefined) return problem;
    for (const name of wanted) asked.add(name);
    wanted = [...new Set(depends)].filter((name) => !asked.has(name));
  }
  return wanted.length === 0 ? undefined : 'its libraries cannot be completed';
}

/** Writes the script that starts the server, and tries it. */
async function writeStarter(root, program) {
  const loader = findLoader(root);
  if (loader === undefined) return 'its C library has no loader';
  const here = (file) => `"$here/${path.relative(root, file)}"`;
  const libraries = libraryPath(root).split(':').map(here).join(':');
  const command = path.join(root, 'run', program);
  mkdirSync(path.dirname(command));
  const server = here(path.join(root, 'usr/bin', program));
  const lines = [
    '#!/bin/sh',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell expands it.
    'here=${0%/*}/..',
    `exec ${here(loader)} --inhibit-cache --library-path ${libraries} ${server} "$@"`,
  ];
  writeFileSync(command, `${lines.join('\n')}\n`);
  chmodSync(command, 0o755);
  const { code, output } = await run(command, ['--version']);
  return code === 0 ? undefined : lastLine(output);
}

function findLoader(root) {
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    const isLoader = entry.isFile() && /^ld-linux.*\.so\.\d+$/.test(entry.name);
    if (isLoader) return path.join(entry.parentPath, entry.name);
  }
  return undefined;
}
