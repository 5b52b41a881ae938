import axios from 'axios';
import { CallFailed, type CallFailure } from './call.js';
import type { CallContext } from './callContext.js';
import { readRefusal } from './errorResponse.js';

/**
 * What an error met by the transport means. `undefined` for errors that are no outcome of a call: a
 * bug, or an admission or guard that broke.
 *
 * The error is only asked for a code; whether the request may have been written is the exchange's
 * own knowledge.
 */
export function mapError(error: unknown, exchange: CallContext): CallFailure | undefined {
  if (error instanceof CallFailed) return error.failure;
  if (!axios.isAxiosError(error) && !axios.isCancel(error)) return undefined;
  if (exchange.withheld) return { kind: 'not_issued', reason: 'send_by_passed' };
  // A 429 closes the gate whatever becomes of its body.
  if (exchange.head?.status === 429)
    return readRefusal({ ...exchange.head, text: bodyOf(error) ?? '' });
  switch (exchange.ending) {
    case 'deadline':
      return exchange.connected ? { kind: 'timeout' } : { kind: 'unreachable', code: 'ETIMEDOUT' };
    case 'aborted':
    case 'closed':
      return exchange.connected
        ? { kind: 'aborted' }
        : { kind: 'not_issued', reason: exchange.ending };
    case undefined:
      break;
    default:
      return exchange.ending satisfies never;
  }
  const text = bodyOf(error);
  if (text !== undefined && exchange.head !== undefined) {
    return readRefusal({ ...exchange.head, text });
  }
  const code = codeOf(error);
  return exchange.connected ? { kind: 'connection_lost', code } : { kind: 'unreachable', code };
}

/** The body of an answer that arrived in full; one broken off half-way has none. */
function bodyOf(error: unknown): string | undefined {
  if (!axios.isAxiosError(error)) return undefined;
  const data: unknown = error.response?.data;
  return typeof data === 'string' ? data : undefined;
}

function codeOf(error: unknown): string {
  const code = axios.isAxiosError(error) ? error.code : undefined;
  return code !== undefined && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : 'UNKNOWN';
}
