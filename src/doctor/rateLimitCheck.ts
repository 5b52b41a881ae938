import type { GenesysClient } from '../genesys/genesysClient.js';
import type { PlatformLimit } from '../genesys/resources/limits.js';
import { type CheckResult, ok, skipped, warning } from './finding.js';
import { describeFailure } from './permissions.js';

const NAMESPACE = 'platform.api';

/** Genesys: the limit of a token of client credentials; where it is not named, that of any token. */
const KEYS = ['client.credentials.token.rate.per.minute', 'token.rate.per.minute'];

/**
 * Compares the configured allowance with the limit that the organisation has. It asks for no
 * permission. Where it cannot be read, nothing is lost: a 429 still closes the gate.
 */
export async function checkRateLimit(
  client: GenesysClient,
  requestsPerMinute: number,
): Promise<CheckResult> {
  const result = await client.getLimits(NAMESPACE, { lane: 'transactional' });
  if (result.ok) return judgeRateLimit(result.data, requestsPerMinute);
  return skipped('rate-limit', `not found out: ${describeFailure(result.failure)}`);
}

function judgeRateLimit(limits: readonly PlatformLimit[], requestsPerMinute: number): CheckResult {
  const limit = KEYS.map((key) => limits.find((each) => each.key === key && each.value > 0)).find(
    Boolean,
  );
  if (limit === undefined) {
    return skipped('rate-limit', 'the organisation does not name its limit of requests');
  }
  const { value } = limit;
  const detail = `${value} requests a minute`;
  if (value === requestsPerMinute) return ok('rate-limit', detail);
  return warning(
    'rate-limit',
    `${detail}, GENESYS_REQUESTS_PER_MINUTE is ${requestsPerMinute}`,
    value < requestsPerMinute
      ? `Set GENESYS_REQUESTS_PER_MINUTE to ${value}, or Genesys Cloud answers the rest with 429.`
      : `Set GENESYS_REQUESTS_PER_MINUTE to ${value}, unless other programs use the same OAuth client.`,
  );
}
