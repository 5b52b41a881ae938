import { pino } from 'pino';
import { type Config, genesysSettings } from '../config.js';
import type { DncImported } from '../consent/dncImports.js';
import { isMissingPermission } from '../genesys/accessDenied.js';
import type { CallFailure, Limiter } from '../genesys/call.js';
import { resolveEndpoints } from '../genesys/endpoints.js';
import { createGenesysClient, type GenesysClient } from '../genesys/genesysClient.js';
import { reach } from '../genesys/ping.js';
import { factsOf } from '../notification/channelFacts.js';
import type { Probe } from '../pipeline/permissionProbes.js';
import { checkDncLists } from './dncCheck.js';
import { explore } from './explore.js';
import {
  type Check,
  type CheckResult,
  checkClock,
  failed,
  ok,
  skipped,
  warning,
} from './finding.js';
import { checkPermission, describeFailure, whenToTryAgain } from './permissions.js';
import { checkRateLimit } from './rateLimitCheck.js';
import type { TrialPace } from './trial.js';

const LANE = { lane: 'transactional' } as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What is known here of DNC lists that were imported, and the time (epoch ms). */
export interface DncKnown {
  imports?: ReadonlyMap<string, DncImported>;
  now: number;
}

/** The looks at what messages are sent from, one request each. */
export function senderChecks(config: Config): ((client: GenesysClient) => Promise<CheckResult>)[] {
  const uses = new Set(config.NOTIFY_CHANNELS.map((channel) => factsOf(channel).sender));
  const deployment = config.GENESYS_WEB_DEPLOYMENT_ID;
  const from = config.GENESYS_EMAIL_FROM;
  return [
    ...(uses.has('web_deployment') && deployment !== undefined
      ? [(client: GenesysClient) => checkDeployment(client, deployment)]
      : []),
    ...(uses.has('email_domain') && from !== undefined
      ? [(client: GenesysClient) => checkDomain(client, from.slice(from.lastIndexOf('@') + 1))]
      : []),
  ];
}

async function checkDeployment(client: GenesysClient, id: string): Promise<CheckResult> {
  const whereToLook =
    'Admin › Message › Messenger Deployments: copy the id of the deployment into GENESYS_WEB_DEPLOYMENT_ID.';
  if (!UUID.test(id)) return failed('deployment', `${id} is no deployment id`, whereToLook);
  const result = await client.getWebDeployment(id, LANE);
  if (!result.ok) {
    return notSeen('deployment', result.failure, 'webDeployments:deployment:view');
  }
  if (result.data === null) return failed('deployment', `there is no ${id}`, whereToLook);
  const { status } = result.data;
  if (status !== undefined && status !== 'Active') {
    return failed(
      'deployment',
      `${id} is ${status}`,
      'Admin › Message › Messenger Deployments: activate it.',
    );
  }
  return ok('deployment', id);
}

async function checkDomain(client: GenesysClient, domain: string): Promise<CheckResult> {
  const result = await client.getEmailDomain(domain, LANE);
  if (!result.ok) return notSeen('sender-domain', result.failure, 'routing:email:manage');
  if (result.data === null) {
    return failed(
      'sender-domain',
      `${domain} is not set up for outbound email`,
      'Admin › Contact Center › Email › Campaign/Agentless: add the domain, or set GENESYS_EMAIL_FROM to an address of one that is there.',
    );
  }
  const { cnameVerificationResult, dkimVerificationResult } = result.data;
  const unverified = [
    ['CNAME', cnameVerificationResult?.status],
    ['DKIM', dkimVerificationResult?.status],
  ].filter(([, status]) => status !== undefined && status !== 'VERIFIED');
  if (unverified.length === 0) return ok('sender-domain', domain);
  return failed(
    'sender-domain',
    `${domain}: ${unverified.map(([record, status]) => `${record} is ${status}`).join(', ')}`,
    'Admin › Contact Center › Email › the domain: add the DNS records shown there, then press Verify.',
  );
}

/** These two permissions are for looking only: sending works without them. */
function notSeen(check: Check, failure: CallFailure, permission: string): CheckResult {
  if (failure.kind === 'http' && isMissingPermission(failure)) {
    const remedy = `To have it checked, add ${permission} to the client's role; sending does not need it.`;
    return warning(check, 'not checked: the OAuth client may not look', remedy);
  }
  return warning(check, `not checked: ${describeFailure(failure)}`, `${whenToTryAgain(failure)}.`);
}

/**
 * Looks at Genesys Cloud from the outside in: is it there, does it let us in, what may we do. With a
 * `pace` it tries what the documents leave open, too.
 */
export async function checkPlatform(
  config: Config,
  probes: readonly Probe[],
  admission: Limiter,
  dnc: DncKnown,
  pace?: TrialPace,
): Promise<CheckResult[]> {
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
      : [checkClock('Genesys Cloud', reached.clockAheadMs)]),
  ];
  const client = await createGenesysClient(genesysSettings(config), {
    admission,
    log: pino({ level: 'silent' }),
  });
  try {
    const login = await client.checkCredentials();
    if (login.ok) {
      const explored = async () => (pace === undefined ? [] : explore(client, pace));
      return [
        ...outside,
        ok('credentials', 'lets us in'),
        ...(await look(client, config, probes, dnc)),
        ...(await explored()),
      ];
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

const INSIDE = ['rate-limit', 'permission', 'deployment', 'sender-domain', 'dnc-lists'] as const;

function inside(finding: (check: (typeof INSIDE)[number]) => CheckResult): CheckResult[] {
  return INSIDE.map(finding);
}

/** One after the other: a burst would come nearer to the rate limit, which others share. */
async function look(
  client: GenesysClient,
  config: Config,
  probes: readonly Probe[],
  dnc: DncKnown,
): Promise<CheckResult[]> {
  const findings = [await checkRateLimit(client, config.GENESYS_REQUESTS_PER_MINUTE)];
  for (const probe of probes) findings.push(await checkPermission(client, probe));
  for (const check of senderChecks(config)) findings.push(await check(client));
  findings.push(await checkDncLists(client, dnc.imports, dnc.now));
  return findings;
}

function refused(failure: CallFailure): CheckResult {
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
