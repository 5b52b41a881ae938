import { copyFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { findOnPath } from '../lib/path.mjs';
import { run } from '../lib/process.mjs';
import {
  debianSystem,
  fromCache,
  lastLine,
  packageSource,
  unpackDownloaded,
} from '../redis/debianPackages.mjs';

const PACKAGE = 'prometheus';

/*
 * promtool checks and tests the rules of deploy/prometheus. It comes with the distribution's package of
 * Prometheus, which is unpacked into the cache folder, as that of Redis is: nothing is installed. Only the
 * program itself is kept. It is there by one rename, once it has run.
 */

/**
 * Finds promtool: on the PATH, or else in the distribution's package.
 *
 * @returns {Promise<{ command: string } | { missing: string }>} `missing` says in a sentence why there is none
 */
export async function findPromtool() {
  for (const command of findOnPath('promtool')) {
    if (await answers(command)) return { command };
  }
  const system = debianSystem();
  if (system === undefined) {
    return {
      missing: 'promtool is not on the PATH, and its package is fetched on Debian and Ubuntu only.',
    };
  }
  let problem = 'no reason given';
  const look = (folder) => {
    const command = path.join(folder, 'promtool');
    return existsSync(command) ? command : undefined;
  };
  const command = await fromCache(`promtool-${system.name}`, look, async (folder, work) => {
    problem = (await unpackInto(folder, work)) ?? problem;
  });
  if (command !== undefined) return { command };
  return { missing: `promtool cannot be had from the package ${PACKAGE}: ${problem}` };
}

/** Answers why it could not be unpacked. */
async function unpackInto(folder, work) {
  const download = await packageSource(work).download([PACKAGE]);
  if (download.code !== 0) return lastLine(download.output);
  const root = path.join(work, 'root');
  const { problem } = await unpackDownloaded(work, root);
  if (problem !== undefined) return problem;
  const kept = path.join(work, 'kept');
  mkdirSync(kept);
  const program = path.join(kept, 'promtool');
  copyFileSync(path.join(root, 'usr/bin/promtool'), program);
  if (!(await answers(program))) return 'it does not run here';
  renameSync(kept, folder);
  return undefined;
}

async function answers(command) {
  return (await run(command, ['--version'])).code === 0;
}
