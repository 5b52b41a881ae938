import type { Refused } from '../answer.js';
import type { Permission } from '../operation.js';
import { checkPermission } from '../permission.js';
import { authenticationRequired, badCredentials, tooManyRequests } from '../refusals.js';
import type { RequestRecord } from '../requestLog.js';
import type { World } from '../world.js';

/**
 * Who may come in: a valid token, then the rate limit, then the permission. In this order, so that a
 * caller without a token uses up no client's limit, and a client without a permission uses up its own.
 *
 * @returns the refusal, or null when the request may go on.
 */
export function admit(
  world: World,
  record: RequestRecord,
  authorization: string | undefined,
  permission: Permission,
): Refused | null {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return authenticationRequired();
  record.client = world.tokens.clientOf(token, world.now());
  if (record.client === null) return badCredentials();

  const { requestsPerMinute, rateLimitWindowMs, permissions } = world.settings;
  const admission = world.limiter.admit(world.now(), requestsPerMinute, rateLimitWindowMs);
  if (!admission.admitted) return tooManyRequests(String(admission.retryAfterSeconds));
  return checkPermission(permission, permissions);
}
