import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { withLock } from '../lib/lock.mjs';
import { findOnPath } from '../lib/path.mjs';
import { run } from '../lib/process.mjs';

/** Debian splits the server over two packages: the server is a link to a binary in the tools. */
const SERVERS = [
  { name: 'redis-server', packages: ['redis-server', 'redis-tools'] },
  { name: 'valkey-server', packages: ['valkey-server', 'valkey-tools'] },
];
const TOOLS = ['apt-get', 'dpkg-deb', 'dpkg-query', 'ldd'];
const LIBRARY_ROUNDS = 4;

/*
 * On Debian and Ubuntu the distribution itself is the safest source of a Redis: its packages are
 * signed and were built for this very system. They are downloaded and unpacked into a folder of the
 * user's cache, so nothing is installed and root is not needed; the libraries that the system does
 * not have come along and are found through LD_LIBRARY_PATH. The folder appears by one rename, when
 * the server in it has shown that it has all its libraries.
 */

/**
 * @param {(line: string) => void} log
 * @returns {Promise<{ command: string, env: Record<string, string> } | undefined>} undefined where
 *   this is no Debian-like system, or the packages cannot be had (the reason is logged)
 */
export async function debianServer(log) {
  const system = debianSystem();
  if (system === undefined) return undefined;
  return fromCache(`redis-${system.name}`, unpackedServer, (folder, work) =>
    unpackInto(folder, work, log),
  );
}

/**
 * What `look` finds in a folder of the cache; if it finds nothing, `fill` gets the folder's path and a
 * working folder beside it, which is removed again. One process at a time fills it.
 */
export async function fromCache(name, look, fill) {
  const cache = path.join(
    process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'),
    'proactive-notifier',
  );
  const folder = path.join(cache, name);
  return (
    look(folder) ??
    (await withLock(`${folder}.lock`, async () => {
      const found = look(folder);
      if (found !== undefined) return found;
      mkdirSync(cache, { recursive: true });
      const work = mkdtempSync(path.join(cache, 'unpacking-'));
      try {
        await fill(folder, work);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
      return look(folder);
    }))
  );
}

/**
 * Undefined where this is no Debian-like system. `name` holds distribution, release and architecture:
 * a cache folder may be shared with another system.
 */
export function debianSystem() {
  if (TOOLS.some((tool) => findOnPath(tool).length === 0)) return undefined;
  const fields = new Map();
  for (const line of readFileSync('/etc/os-release', 'utf8').split('\n')) {
    const [, key, value] = /^(\w+)="?([\w.-]*)"?/.exec(line) ?? [];
    if (key !== undefined) fields.set(key, value);
  }
  const name = `${fields.get('ID')}-${fields.get('VERSION_ID') ?? 'rolling'}-${process.arch}`;
  return { name, codename: fields.get('VERSION_CODENAME') ?? '' };
}

function unpackedServer(folder) {
  for (const { name } of SERVERS) {
    const command = path.join(folder, 'usr/bin', name);
    if (existsSync(command)) return { command, env: { LD_LIBRARY_PATH: libraryPath(folder) } };
  }
  return undefined;
}

/** Every folder with shared libraries: `usr/lib/x86_64-linux-gnu` and its like. */
export function libraryPath(folder) {
  const found = [];
  for (const base of ['usr/lib', 'lib']) {
    const parent = path.join(folder, base);
    if (!existsSync(parent)) continue;
    for (const entry of readdirSync(parent, { withFileTypes: true })) {
      if (entry.isDirectory()) found.push(path.join(parent, entry.name));
    }
  }
  return found.join(':');
}

async function unpackInto(folder, work, log) {
  log('Fetching this distribution’s Redis package (nothing is installed) …');
  const apt = packageSource(work);
  for (const { name, packages } of SERVERS) {
    const root = path.join(work, name);
    const problem = await unpackServer({ apt, work, root, name, packages });
    if (problem === undefined) {
      renameSync(root, folder);
      return;
    }
    log(`No ${name} from the distribution's packages: ${problem}`);
  }
}

/**
 * The machine's package lists may be missing (fresh containers), out of date (then the files they
 * name are gone from the mirror), or not ours to renew. So when a download fails it is tried once
 * more with lists of our own, fetched into the working folder. With `sources`, a folder of apt sources
 * in place of the machine's, its lists serve nothing and are not tried.
 */
export function packageSource(work, sources) {
  const archives = path.join(work, 'cache/archives/partial');
  const lists = path.join(work, 'lists/partial');
  for (const needed of [archives, lists]) mkdirSync(needed, { recursive: true });
  const common = options({
    // As root, apt would change to a user who cannot write here, and warn about it.
    'APT::Sandbox::User': 'root',
    'Dir::Cache': path.join(work, 'cache'),
    // Without a network the answer is to come in seconds.
    'Acquire::Retries': '0',
    'Acquire::http::Timeout': '15',
    'Acquire::https::Timeout': '15',
    ...(sources !== undefined && {
      'Dir::Etc::sourcelist': '/dev/null',
      'Dir::Etc::sourceparts': sources,
    }),
  });
  const ownLists = [...common, ...options({ 'Dir::State::lists': path.join(work, 'lists') })];
  const download = (settings, packages) =>
    run('apt-get', [...settings, 'download', ...packages], { cwd: work });
  let hasOwnLists = false;
  return {
    /** Puts the packages into `work`. */
    async download(packages) {
      if (!hasOwnLists) {
        const first = sources === undefined ? await download(common, packages) : { code: 1 };
        if (first.code === 0) return first;
        hasOwnLists = true;
        await run('apt-get', [...ownLists, 'update']);
      }
      return download(ownLists, packages);
    },
  };
}

function options(settings) {
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

async function unpackServer({ apt, work, root, name, packages }) {
  const libraries = new Set();
  const asked = new Set();
  let wanted = packages;
  for (let round = 0; round < LIBRARY_ROUNDS; round += 1) {
    const download = await apt.download(wanted);
    if (download.code !== 0) return lastLine(download.output);
    const { problem, depends } = await unpackDownloaded(work, root);
    if (problem !== undefined) return problem;
    for (const library of depends) libraries.add(library);
    const missing = await missingLibraries(path.join(root, 'usr/bin', name), libraryPath(root));
    if (missing.length === 0) return undefined;
    for (const asking of wanted) asked.add(asking);
    wanted = await notInstalled([...libraries].filter((library) => !asked.has(library)));
    if (wanted.length === 0) return `it lacks ${missing.join(', ')}`;
  }
  return 'its libraries cannot be completed';
}

/** Unpacks into `root` what lies downloaded in `work`; answers the libraries that it depends on. */
export async function unpackDownloaded(work, root) {
  const depends = [];
  for (const file of readdirSync(work).filter((entry) => entry.endsWith('.deb'))) {
    const archive = path.join(work, file);
    const unpacked = await run('dpkg-deb', ['-x', archive, root]);
    if (unpacked.code !== 0) return { problem: lastLine(unpacked.output), depends };
    depends.push(...(await librariesOf(archive)));
    rmSync(archive);
  }
  return { problem: undefined, depends };
}

/** The library packages that a package depends on, the first of each choice. */
async function librariesOf(archive) {
  const { output } = await run('dpkg-deb', ['-f', archive, 'Depends']);
  const names = output.split(',').map((choice) => choice.trim().split(/[\s(|:]/)[0]);
  return names.filter((library) => library.startsWith('lib'));
}

async function notInstalled(libraries) {
  const wanted = [];
  for (const library of libraries) {
    const { output } = await run('dpkg-query', ['-s', library], { env: inEnglish() });
    if (!output.includes('Status: install ok installed')) wanted.push(library);
  }
  return wanted;
}

async function missingLibraries(command, searchPath) {
  const env = { ...inEnglish(), LD_LIBRARY_PATH: searchPath };
  const { output } = await run('ldd', [command], { env });
  return [...output.matchAll(/(\S+) => not found/g)].map((match) => match[1]);
}

/** What is read from an output must not depend on the user's language. */
function inEnglish() {
  return { ...process.env, LC_ALL: 'C' };
}

export function lastLine(output) {
  return output.trim().split('\n').at(-1) ?? 'no reason given';
}
