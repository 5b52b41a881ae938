import type { Span } from '@opentelemetry/api';

/**
 * Everything this client asks of the platform. Whether a request may be repeated is a property of
 * the operation, never of its HTTP method: some of the reads are POSTs, and so are all the sends.
 *
 * A `start` makes the platform do work that is paid for: an export, a job, a batch. It is repeated
 * only where it surely did not arrive, or the work would be done twice.
 */
const KINDS = {
  'contact-lookup': 'read',
  contact: 'read',
  'contact-search': 'read',
  'bulk-contacts': 'read',
  'contact-export-start': 'start',
  'contact-export': 'read',
  'conversation-query': 'read',
  'delivery-query': 'read',
  'conversation-job-start': 'start',
  'conversation-job': 'read',
  'conversation-job-results': 'read',
  'conversation-job-cancel': 'read',
  'conversation-summary': 'read',
  'message-conversation': 'read',
  'email-conversation': 'read',
  'email-messages': 'read',
  'email-message': 'read',
  messages: 'read',
  recordings: 'read',
  'recording-batch-start': 'start',
  'recording-batch': 'read',
  'message-details': 'read',
  'notification-channel': 'start',
  'notification-subscription': 'read',
  'web-deployment': 'read',
  'email-domain': 'read',
  'dnc-lists': 'read',
  'dnc-export-start': 'start',
  'dnc-export': 'read',
  'download-address': 'read',
  limits: 'read',
  'agentless-message': 'send',
  'agentless-email': 'send',
  'engage-message': 'send',
  login: 'login',
} as const satisfies Record<string, 'read' | 'start' | 'send' | 'login'>;

export type Operation = keyof typeof KINDS;
type OperationKind = (typeof KINDS)[Operation];

/** Operations that reach a customer. They are never repeated by this client. */
export type SendOperation = {
  [O in Operation]: (typeof KINDS)[O] extends 'send' ? O : never;
}[Operation];

export type ReadOperation = {
  [O in Operation]: (typeof KINDS)[O] extends 'read' ? O : never;
}[Operation];

/** Operations that make the platform do work whose result is fetched later. */
export type StartOperation = {
  [O in Operation]: (typeof KINDS)[O] extends 'start' ? O : never;
}[Operation];

/** Those that may run into a limit of exports, jobs and batches, which is none of other requests. */
const BULK: ReadonlySet<Operation> = new Set<Operation>([
  'contact-export-start',
  'contact-export',
  'conversation-job-start',
  'conversation-job',
  'conversation-job-results',
  'conversation-job-cancel',
  'recording-batch-start',
  'recording-batch',
  'dnc-export-start',
  'dnc-export',
]);

export function isBulk(operation: Operation): boolean {
  return BULK.has(operation);
}

export function kindOf(operation: Operation): OperationKind {
  return KINDS[operation];
}

/** Which queue a request serves. Transactional requests go first wherever requests wait. */
export type RequestLane = 'transactional' | 'campaign';

export interface PermitRequest {
  operation: Operation;
  lane: RequestLane;
  /** Ends the wait early. */
  signal?: AbortSignal;
  /** From then on (epoch ms) the answer is of no use any more: the wait ends. */
  deadline?: number;
}

/** The limiter's answer: one request may be issued now, or none, and why. */
export type Permit =
  /** `waitedMs`: for its turn, where that was before the call. */
  | { admitted: true; waitedMs?: number }
  /** The platform has asked all clients of the organisation to wait. */
  | { admitted: false; because: 'gate_closed'; retryAfterMs: number }
  /** The allowance is used up by others for so long that waiting here would only hold a place. */
  | { admitted: false; because: 'no_slot'; retryAfterMs: number }
  /** A limit that only this operation has is used up. */
  | { admitted: false; because: 'operation_paused'; retryAfterMs: number }
  | { admitted: false; because: 'deadline' }
  | { admitted: false; because: 'aborted' };

/** A 429. */
export interface RateLimitAnswer {
  operation: Operation;
  retryAfterMs: number;
  /** The key of the limit, where the platform names it: `token.rate.per.minute`. */
  limit?: string;
}

/**
 * Shares out the platform's request allowance. Every request but login asks here first,
 * each retry anew.
 */
export interface Limiter {
  /** May wait for its turn. A rejection is an infrastructure failure: the request is not issued. */
  acquire(request: PermitRequest): Promise<Permit>;

  /** Called for every 429, login's included, before the caller sees the failure. */
  rateLimited(answer: RateLimitAnswer): Promise<void>;
}

/**
 * The sender's last word before a message goes out, asked after admission and login so that nothing
 * slow stands between the word and the request. `sendBy` is in epoch milliseconds: when it has
 * passed before the first byte can be written, nothing is sent.
 */
export interface SendGuard {
  beforeWrite(): Promise<{ go: true; sendBy: number } | { go: false; reason: string }>;
}

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
  /** Limiter, or a rate-limited login, said to wait. */
  | { kind: 'gate_closed'; retryAfterMs: number }
  /**
   * Nothing was written. The guard's own reason, or one of `send_by_passed`, `deadline`, `aborted`,
   * `closed`, `login_failed` (the login host is down or fails; `code` says how).
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

export interface CallOptions {
  lane: RequestLane;
  /** Ends a read at any time, and a send only as long as nothing has been written. */
  signal?: AbortSignal;
  /** When whatever the call serves ends (epoch ms): it does not wait for its turn any longer. */
  deadline?: number;
  /**
   * What admission has said to this call already (`GenesysClient.admit`), so that its body could be
   * put together when its turn had come. A retry asks anew.
   */
  ticket?: Permit;
  /**
   * The campaign of each notification that the call serves; undefined for one of none. The request
   * counts for a campaign by its part of them.
   */
  spentFor?: readonly (string | undefined)[];
  /** It is made ahead of the rows that it serves, whose number is not known. */
  isAhead?: true;
  /** Goes into log lines only. */
  correlation?: { notificationId?: string; attempt?: number };
  /** The span that asks; the active one when left out. */
  span?: Span;
  /** Spans that wait for the same answer: each is linked with the request's. */
  otherSpans?: readonly Span[];
}

export type CallResult<T> =
  | { ok: true; data: T; status: number; correlationId?: string }
  | { ok: false; failure: CallFailure };
