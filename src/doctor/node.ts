import { type Finding, failed, ok } from './finding.js';

/** package.json, `engines`. */
const LEAST = [20, 19] as const;

/** `version` as `process.versions.node` has it: 20.19.0. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor))
    return ok('node', version);
  return failed('node', version, `Install Node.js ${LEAST.join('.')} or newer.`);
}
