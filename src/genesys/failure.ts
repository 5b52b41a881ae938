/**
 * Why a call has no answer to give. Redacted by construction: codes, statuses, field names and ids
 * only, never a header, a URL, or a piece of a body.
 *
 * Each kind says whether the platform may have acted:
 * - `gate_closed`, `not_issued`, `credentials`, `unreachable`: surely not, no byte was written.
 * - `http`: the platform answered; the status says what it did.
 * - `timeout`, `connection_lost`, `malformed`, `mismatch`: perhaps.
 * - `aborted`: a read ended by its caller (a send that was issued is never aborted).
 */
export type CallFailure =
  /** Admission, or a rate-limited login, said to wait. */
  | { kind: 'gate_closed'; retryAfterMs: number }
  /**
   * Nothing was written. The guard's own reason, or one of `send_by_passed`, `deadline`, `aborted`,
   * `closed`, `login_failed` (the login host is in trouble; `code` says which).
   */
  | { kind: 'not_issued'; reason: string; code?: string; retryAfterMs?: number }
  /** Login was refused: the client id or secret is wrong. The request itself was not issued. */
  | { kind: 'credentials'; status: number; code?: string; correlationId?: string }
  /** Refused, no such host, TLS failure, no connection in time. */
  | { kind: 'unreachable'; code: string }
  /** An answer other than 2xx. `retryAfterMs` is always there for a 429. */
  | {
      kind: 'http';
      status: number;
      code?: string;
      fields: string[];
      permissions?: string[];
      retryAfterMs?: number;
      limit?: string;
      correlationId?: string;
    }
  /** No complete answer before the deadline, after bytes may have been written. */
  | { kind: 'timeout' }
  /** The connection broke after bytes may have been written. */
  | { kind: 'connection_lost'; code: string }
  /** A 2xx whose body is not what it must be (for a send: no id in it). */
  | { kind: 'malformed'; status: number; correlationId?: string }
  /** A 2xx that answers another question than the one that was asked. Only reads are compared. */
  | { kind: 'mismatch'; status: number; correlationId?: string }
  | { kind: 'aborted' };

/** Carries a failure through the SDK and axios to the wrapper that turns it into a value. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  readonly failure: CallFailure;

  constructor(failure: CallFailure) {
    super(`Genesys call failed: ${failure.kind}`);
    this.failure = failure;
  }
}
