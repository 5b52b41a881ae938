import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Of the built product, so that it is found from dist as well. */
const PROJECT = fileURLToPath(new URL('..', import.meta.resolve('#product/main.js')));

export type VersionBefore = { commit: string } | { missing: string };

/** The version that an update begins with: the commit asked for, else the newest tag. */
export async function versionBefore(asked: string | undefined): Promise<VersionBefore> {
  if (!existsSync(path.join(PROJECT, '.git'))) return { missing: 'there is no repository here' };
  const name = asked ?? (await git('describe', '--tags', '--abbrev=0'));
  if (name === undefined) return { missing: 'there is no tag; name a commit with --before' };
  const commit = await git('rev-parse', '--short=12', `${name}^{commit}`);
  return commit === undefined ? { missing: `there is no commit ${name}` } : { commit };
}

/**
 * Builds a version beside this one, once: with the packages of this one where it asks for the same, else with its own.
 *
 * @returns its entry, or why there is none: not every commit compiles
 */
export async function buildVersion(
  commit: string,
): Promise<{ main: string } | { missing: string }> {
  const folder = path.join(PROJECT, '.cache', `before-${commit}`);
  const entry = path.join(folder, 'dist/main.js');
  if (existsSync(entry)) return { main: entry };
  mkdirSync(folder, { recursive: true });
  const archive = path.join(folder, 'source.tar');
  await run('git', ['archive', '--output', archive, commit], { cwd: PROJECT });
  await run('tar', ['-xf', archive], { cwd: folder });
  const packages = path.join(folder, 'node_modules');
  const lock = (root: string) => readFileSync(path.join(root, 'package-lock.json'), 'utf8');
  if (lock(PROJECT) === lock(folder) && !existsSync(packages)) {
    symlinkSync(path.join(PROJECT, 'node_modules'), packages);
  }
  try {
    await run(process.execPath, ['scripts/build.mjs'], { cwd: folder });
  } catch (error) {
    const [, said = 'no reason is given'] = /The build failed:\n(.+)/.exec(String(error)) ?? [];
    return { missing: `commit ${commit} cannot be built (${said}); name another with --before` };
  }
  return { main: entry };
}

async function git(...args: string[]): Promise<string | undefined> {
  return run('git', args, { cwd: PROJECT }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}
