import { isMissingPermission, permissionsOf } from '../genesys/accessDenied.js';
import type { CallFailure } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { type Probe, showsPermission } from '../pipeline/permissionProbes.js';
import { type CheckResult, failed, ok, warning } from './finding.js';

export async function checkPermission(client: GenesysClient, probe: Probe): Promise<CheckResult> {
  const result = await probe.call(client);
  if (result.ok) return permitted(probe);
  const judged = judge(result.failure, probe);
  if (probe.otherwise === undefined || judged.status !== 'failed') return judged;
  return { ...judged, status: 'warning', detail: `${judged.detail}; ${probe.otherwise}` };
}

function permitted({ purpose, permission }: Probe): CheckResult {
  return ok('permission', `${purpose}${permission === undefined ? '' : `: ${permission}`}`);
}

function judge(failure: CallFailure, probe: Probe): CheckResult {
  const { purpose, permission } = probe;
  if (failure.kind !== 'http') return notAnswered(failure, purpose);
  if (showsPermission(failure)) return permitted(probe);
  if (isMissingPermission(failure)) {
    const named = permissionsOf(failure) ?? permission ?? 'a permission it does not name';
    return failed(
      'permission',
      `${purpose}: the OAuth client lacks ${named}`,
      `In Genesys Cloud: Admin › People & Permissions › Roles / Permissions, add ${named} to the client's role; then Admin › Integrations › OAuth › the client › Roles, and check its divisions. A change may take up to 15 minutes.`,
    );
  }
  if (failure.status === 403) {
    return failed(
      'permission',
      `${purpose}: refused (403 ${failure.code ?? 'without a code'})`,
      'It is not a permission of the role: check the divisions of the OAuth client, and whether the organisation is licensed for this.',
    );
  }
  if (failure.status === 429) return paused(purpose, failure.retryAfterMs ?? 0);
  if (failure.status === 404) {
    return failed(
      'permission',
      `${purpose}: there is nothing at this URL (404)`,
      'Check GENESYS_CLOUD_BASE_URL and GENESYS_ENGAGE_URL: they must serve /api/v2.',
    );
  }
  return notAnswered(failure, purpose);
}

/** In a word what became of a call; for a person, beside its purpose. */
export function describeFailure(failure: CallFailure): string {
  switch (failure.kind) {
    case 'gate_closed':
      return `the rate limit asks for a pause of ${Math.ceil(failure.retryAfterMs / 1_000)} s`;
    case 'not_issued':
      return `not asked (${failure.code ?? failure.reason})`;
    case 'credentials':
      return `the OAuth client is refused (${failure.status})`;
    case 'unreachable':
    case 'connection_lost':
      return `no answer (${failure.code})`;
    case 'http':
      return `answered ${failure.status}${failure.code === undefined ? '' : ` ${failure.code}`}`;
    case 'timeout':
      return 'no answer in time';
    case 'malformed':
      return 'an answer that cannot be read';
    case 'mismatch':
      return 'an answer about something else than what was asked';
    case 'aborted':
      return 'broken off';
    default:
      return failure satisfies never;
  }
}

function notAnswered(failure: CallFailure, purpose: string): CheckResult {
  if (failure.kind === 'gate_closed') return paused(purpose, failure.retryAfterMs);
  return failed(
    'permission',
    `${purpose}: not found out, ${describeFailure(failure)}`,
    'Try again in a minute; if it stays, look at status.mypurecloud.com.',
  );
}

/** A sentence without its full stop. */
export function whenToTryAgain(failure: CallFailure): string {
  if (failure.kind !== 'gate_closed') return 'Try again in a minute';
  return `Try again in ${Math.ceil(failure.retryAfterMs / 1_000)} s`;
}

function paused(purpose: string, retryAfterMs: number): CheckResult {
  const seconds = Math.ceil(retryAfterMs / 1_000);
  return warning(
    'permission',
    `${purpose}: not found out, the rate limit asks for a pause of ${seconds} s`,
    `Try again in ${seconds} s; if it comes back, lower GENESYS_REQUESTS_PER_MINUTE or have the limit raised.`,
  );
}
