import type { Config } from '../config.js';
import type { GenesysClient } from '../genesys/client.js';
import type { CallFailure } from '../genesys/failure.js';
import { isMissingPermission } from '../pipeline/answerTable.js';
import { type Check, type Finding, failed, ok, warning } from './finding.js';
import { describeFailure, whenToTryAgain } from './permissions.js';

const LANE = { lane: 'transactional' } as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The looks at what messages are sent from, one request each. */
export function senderChecks(config: Config): ((client: GenesysClient) => Promise<Finding>)[] {
  const uses = new Set(config.NOTIFY_CHANNELS);
  const deployment = config.GENESYS_WEB_DEPLOYMENT_ID;
  const from = config.GENESYS_EMAIL_FROM;
  return [
    ...(uses.has('web') && deployment !== undefined
      ? [(client: GenesysClient) => checkDeployment(client, deployment)]
      : []),
    ...(uses.has('email') && from !== undefined
      ? [(client: GenesysClient) => checkDomain(client, from.slice(from.lastIndexOf('@') + 1))]
      : []),
  ];
}

async function checkDeployment(client: GenesysClient, id: string): Promise<Finding> {
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

async function checkDomain(client: GenesysClient, domain: string): Promise<Finding> {
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
function notSeen(check: Check, failure: CallFailure, permission: string): Finding {
  if (failure.kind === 'http' && isMissingPermission(failure)) {
    const remedy = `To have it checked, add ${permission} to the client's role; sending does not need it.`;
    return warning(check, 'not checked: the OAuth client may not look', remedy);
  }
  return warning(check, `not checked: ${describeFailure(failure)}`, `${whenToTryAgain(failure)}.`);
}
