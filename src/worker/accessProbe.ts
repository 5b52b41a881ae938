import type { Config } from '../config.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { isPermitted, probesFor } from '../pipeline/permissionProbes.js';
import type { BreakerReason } from './circuitBreaker.js';

const PERMISSION = /[A-Za-z]+(?::[A-Za-z]+)+/g;

/**
 * Whether access looks repaired, by calls that reach no customer: a login, or those that need the missing
 * permission, about a recipient who does not exist. Where no such call is known, only a job can show it.
 */
export async function accessIsRepaired(
  client: GenesysClient,
  config: Config,
  { kind, detail }: BreakerReason,
): Promise<boolean> {
  if (kind === 'credentials') return (await client.checkCredentials()).ok;
  const missing = detail.match(PERMISSION) ?? [];
  const probes = probesFor(config, true).filter(({ permission = '' }) =>
    missing.some((name) => permission.includes(name)),
  );
  for (const probe of probes) {
    if (!(await isPermitted(client, probe))) return false;
  }
  return true;
}
