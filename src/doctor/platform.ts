import { pino } from 'pino';
import type { Config } from '../config.js';
import type { Admission } from '../genesys/admission.js';
import { createGenesysClient, type GenesysClient } from '../genesys/client.js';
import { resolveEndpoints } from '../genesys/endpoints.js';
import type { CallFailure } from '../genesys/failure.js';
import { reach } from '../genesys/reach.js';
import type { Probe } from '../pipeline/permissionProbes.js';
import { genesysSettings } from '../roles/workerRole.js';
import { judgeClock } from './clock.js';
import { type Finding, failed, ok, skipped } from './finding.js';
import { checkPermission, describeFailure, whenToTryAgain } from './permissions.js';
import { senderChecks } from './senders.js';

/** Looks at Genesys Cloud from the outside in: is it there, does it let us in, what may we do. */
export async function checkPlatform(
  config: Config,
  probes: readonly Probe[],
  admission: Admission,
): Promise<Finding[]> {
  const { api } = resolveEndpoints(genesysSettings(config));
  const { host } = new URL(api);
  const reached = await reach(api);
  if (!reached.ok) {
    const remedy =
      'Check GENESYS_CLOUD_REGION (the address of your browser in Genesys Cloud shows it) or GENESYS_CLOUD_BASE_URL, then firewall and proxy (HTTPS_PROXY).';
    return [
      failed('region', `${host} cannot be reached (${reached.code})`, remedy),
      ...inside((check) => skipped(check, 'Genesys Cloud cannot be reached')),
    ];
  }
  const outside = [
    ok('region', host),
    ...(reached.clockAheadMs === undefined
      ? []
      : [judgeClock('Genesys Cloud', reached.clockAheadMs)]),
  ];
  const client = await createGenesysClient(genesysSettings(config), {
    admission,
    log: pino({ level: 'silent' }),
  });
  try {
    const login = await client.checkCredentials();
    if (login.ok) {
      return [...outside, ok('credentials', 'lets us in'), ...(await look(client, config, probes))];
    }
    return [
      ...outside,
      refused(login.failure),
      ...inside((check) => skipped(check, 'the OAuth client is not let in')),
    ];
  } finally {
    await client.close();
  }
}

function inside(
  finding: (check: 'permission' | 'deployment' | 'sender-domain') => Finding,
): Finding[] {
  return (['permission', 'deployment', 'sender-domain'] as const).map(finding);
}

/** One after the other: a burst would come nearer to the rate limit, which others share. */
async function look(
  client: GenesysClient,
  config: Config,
  probes: readonly Probe[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const probe of probes) findings.push(await checkPermission(client, probe));
  for (const check of senderChecks(config)) findings.push(await check(client));
  return findings;
}

function refused(failure: CallFailure): Finding {
  if (failure.kind === 'credentials') {
    return failed(
      'credentials',
      `refused (${failure.status}${failure.code === undefined ? '' : ` ${failure.code}`})`,
      'Admin › Integrations › OAuth: take id and secret of a client with the grant Client Credentials, in this very region, into GENESYS_CLOUD_CLIENT_ID and GENESYS_CLOUD_CLIENT_SECRET.',
    );
  }
  return failed(
    'credentials',
    `not found out: ${describeFailure(failure)}`,
    `${whenToTryAgain(failure)}; if it stays, look at status.mypurecloud.com.`,
  );
}
