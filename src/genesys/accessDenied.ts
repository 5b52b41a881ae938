import type { CallFailure } from './call.js';

export type HttpFailure = Extract<CallFailure, { kind: 'http' }>;

/** What is wrong with our own access to the platform. */
export type AccessDenied =
  | { kind: 'credentials'; detail: string }
  | { kind: 'permission'; detail: string };

export function isMissingPermission(failure: HttpFailure): boolean {
  return (
    failure.status === 403 &&
    (failure.code === 'missing.permissions' || failure.code === 'missing.any.permissions')
  );
}

export function permissionMissing(failure: HttpFailure): AccessDenied {
  return { kind: 'permission', detail: permissionsOf(failure) ?? 'unnamed' };
}

/** The permissions that a refusal names: any one of them is enough, or all are needed. */
export function permissionsOf({ code, permissions = [] }: HttpFailure): string | undefined {
  if (permissions.length === 0) return undefined;
  return permissions.join(code === 'missing.any.permissions' ? ' or ' : ' and ');
}

export function credentialsRefused(
  failure: Extract<CallFailure, { kind: 'credentials' }>,
): AccessDenied {
  return { kind: 'credentials', detail: failure.code ?? `http_${failure.status}` };
}

/** Code and field names are kept; values never are. */
export function refusalDetail(failure: HttpFailure): string | undefined {
  const parts = [failure.code, ...failure.fields].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(' ').slice(0, 120);
}
