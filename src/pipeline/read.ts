import type { CallResult } from '../genesys/call.js';
import { judgeRead, type ReadTrouble } from './readFailure.js';

/** What a lookup found, or why it could not look. */
export type Read<T> = { ok: true; value: T } | { ok: false; trouble: ReadTrouble };

export function found<T>(value: T): Read<T> {
  return { ok: true, value };
}

export function fromCall<T>(result: CallResult<T>): Read<T> {
  return result.ok
    ? { ok: true, value: result.data }
    : { ok: false, trouble: judgeRead(result.failure) };
}

/** Whether the platform no longer has what was asked for, or never had. */
export function isGone({ trouble }: Extract<Read<unknown>, { ok: false }>): boolean {
  return trouble.kind === 'refused' && trouble.reason === 'history_http_404';
}
