import { type Answer, accepted, notFound } from '../answer.js';
import type { World } from '../state.js';
import type { Call } from './call.js';

/** Genesys: WebDeployment. The organisation has one. */
export function getWebDeployment(world: World, { id }: Call): Answer {
  if (id !== world.settings.deploymentId) return notFound('The deployment was not found.');
  return accepted({
    id,
    name: 'Messenger on the website',
    status: 'Active',
    allowAllDomains: true,
    configuration: { id, version: '1' },
    selfUri: `/api/v2/webdeployments/deployments/${id}`,
  });
}

/** Genesys: OutboundDomain, whose id is the domain's name. */
export function getEmailDomain(world: World, { id }: Call): Answer {
  const { verifiedEmailDomains } = world.settings;
  const verified = verifiedEmailDomains === null || verifiedEmailDomains.includes(id);
  const status = verified ? 'VERIFIED' : 'PENDING';
  return accepted({
    id,
    name: id,
    cnameVerificationResult: { status, records: [] },
    dkimVerificationResult: { status, records: [] },
    selfUri: `/api/v2/routing/email/outbound/domains/${id}`,
  });
}
