import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot, ScriptError } from './script.mjs';

/** Throws a ScriptError when this Node is older than `engines.node` of package.json (`>=MAJOR.MINOR`). */
export function ensureNode(version = process.versions.node) {
  const { engines } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8'));
  const wanted = engines.node.replace('>=', '');
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new ScriptError(
    `Node ${wanted} or newer is needed, this is ${version}: install it from https://nodejs.org and run this again.`,
  );
}
