import type { CallResult } from './call.js';

/**
 * A 404 of the platform's own, told by the code in its body, is an answer. Any other 404 comes from
 * something in between, such as a base URL that leads nowhere, and must not make every customer
 * look unknown.
 */
export function absentAsNull<T>(result: CallResult<T>): CallResult<T | null> {
  if (result.ok || result.failure.kind !== 'http') return result;
  const { status, code, correlationId } = result.failure;
  if (status !== 404 || code === undefined) return result;
  return {
    ok: true,
    data: null,
    status,
    ...(correlationId === undefined ? {} : { correlationId }),
  };
}
