import { type Refused, refused } from './answer.js';
import type { Permission } from './operation.js';

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
