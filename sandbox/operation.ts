import { type Refused, refused } from './answer.js';

/** The operations the sandbox serves; also the names by which faults and records speak of them. */
export const OPERATIONS = [
  'login',
  'contact-lookup',
  'contact',
  'contact-search',
  'bulk-contacts',
  'details-query',
  'conversation',
  'email-conversation',
  'email-messages',
  'email-message',
  'bulk-messages',
  'message-details',
  'recordings',
  'web-deployment',
  'email-domain',
  'agentless-message',
  'agentless-email',
  'engage',
  'channel-create',
  'channel-list',
  'subscriptions-replace',
  'subscriptions-add',
  'subscriptions-list',
  'subscriptions-delete',
  'contact-export-start',
  'contact-export',
  'contact-exports',
  'details-job-start',
  'details-job',
  'details-job-results',
  'details-job-cancel',
  'details-jobs-availability',
  'recording-batch-start',
  'recording-batch',
  'summaries',
  'dnc-lists',
  'dnc-export-start',
  'dnc-export',
  'download',
  'limits',
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** `all`: every one is needed; `any`: one of them is enough; `none`: the platform lists none. */
export type Permission =
  | { need: 'none' }
  | { need: 'all'; names: readonly [string, ...string[]] }
  | { need: 'any'; names: readonly [string, ...string[]] };

export interface Endpoint {
  operation: Operation;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  permission: Permission;
}

/**
 * The 403 for a missing permission. Genesys: code `missing.permissions` when all are needed,
 * `missing.any.permissions` when one of several would do; the message names them.
 */
export function missingPermissions(need: 'all' | 'any', names: readonly string[]): Refused {
  const permissions = names.join(', ');
  const [code, lack] =
    need === 'all'
      ? ['missing.permissions', 'the following permission(s)']
      : ['missing.any.permissions', 'at least one of the following permission(s)'];
  return refused(
    403,
    code,
    `Unable to perform the requested action. You are missing ${lack}: ${permissions}`,
    { messageParams: { permissions } },
  );
}

/** @param granted null grants everything. */
export function checkPermission(
  permission: Permission,
  granted: readonly string[] | null,
): Refused | null {
  if (granted === null || permission.need === 'none') return null;
  const missing = permission.names.filter((name) => !granted.includes(name));
  switch (permission.need) {
    case 'all':
      return missing.length > 0 ? missingPermissions('all', missing) : null;
    case 'any':
      return missing.length === permission.names.length ? missingPermissions('any', missing) : null;
    default:
      throw new Error(`unhandled permission ${permission satisfies never}`);
  }
}
