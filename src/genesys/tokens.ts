import { z } from 'zod';
import { CallFailed, type CallFailure } from './call.js';
import { CallContext } from './callContext.js';
import type { Transport } from './transport.js';

export interface Grant {
  token: string;
  /** Seconds, as `expires_in` says. */
  lifetimeSeconds: number;
}

const SECOND = 1_000;
/** A refused login is not asked again at once: only a person can correct the client id or secret. */
const REFUSED_LOGIN_REST = 5 * SECOND;
/** Nor is a login host that fails, however many jobs ask for a token. */
const FAILED_LOGIN_REST = 1 * SECOND;

/**
 * The access token all calls share. There is at most one login under way.
 *
 *   none ──login──▶ fresh ──90 % of life, or 60 s before its end if that is later──▶ due ──▶ expired
 *                                                                       (none) ◀── 401 for *this* token
 *
 * While due, calls go on with the token they have and one login runs beside them; once it has
 * expired or was dropped, they wait for that login. A failed login is remembered for a moment and
 * answers all calls that ask meanwhile, so that a thousand jobs do not become a thousand logins.
 */
export class Tokens {
  readonly #login: () => Promise<Grant>;
  #current: { token: string; dueAt: number; expiresAt: number } | undefined;
  #pending: Promise<void> | undefined;
  #rest: { failure: CallFailure; until: number } | undefined;

  /** `login` rejects with a `CallFailed` that holds what the login request itself met. */
  constructor(login: () => Promise<Grant>) {
    this.#login = login;
  }

  /** A valid token without waiting, or undefined when there is none; renews it in time. */
  atHand(): string | undefined {
    const now = Date.now();
    if (this.#current === undefined || now >= this.#current.expiresAt) return undefined;
    if (now >= this.#current.dueAt && !this.#isResting()) {
      // The failure is remembered in #rest, and the old token is good for a while yet.
      this.#loginOnce().catch(() => undefined);
    }
    return this.#current.token;
  }

  /** A valid token. Rejects with a `CallFailed` fit for the call that needed it. */
  async current(): Promise<string> {
    const token = this.atHand();
    if (token !== undefined) return token;
    if (this.#rest !== undefined && this.#isResting()) throw new CallFailed(this.#rest.failure);
    await this.#loginOnce();
    if (this.#current === undefined) {
      throw new CallFailed({ kind: 'not_issued', reason: 'login_failed', code: 'TOKEN_DROPPED' });
    }
    return this.#current.token;
  }

  /** Epoch milliseconds. */
  get expiresAt(): number {
    return this.#current?.expiresAt ?? 0;
  }

  /** To be called on a 401. An answer to an older token changes nothing. */
  drop(token: string): void {
    if (this.#current?.token === token) this.#current = undefined;
  }

  /** A rest must not grow with a machine's clock that is set back. */
  #isResting(): boolean {
    return this.#rest !== undefined && performance.now() < this.#rest.until;
  }

  #loginOnce(): Promise<void> {
    this.#pending ??= this.#logIn().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #logIn(): Promise<void> {
    try {
      const grant = await this.#login();
      const lifetime = grant.lifetimeSeconds * SECOND;
      const dueAfter = Math.max(0.9 * lifetime, lifetime - 60 * SECOND);
      const now = Date.now();
      this.#current = { token: grant.token, dueAt: now + dueAfter, expiresAt: now + lifetime };
      this.#rest = undefined;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      const failure = asSeenByCalls(error.failure);
      this.#rest = { failure, until: performance.now() + restAfter(failure) };
      throw new CallFailed(failure);
    }
  }
}

/**
 * A call that needed the login was not issued, so it must not report the login's 500 or lost
 * connection as its own: that would read as "perhaps sent".
 */
function asSeenByCalls(failure: CallFailure): CallFailure {
  switch (failure.kind) {
    case 'http': {
      const { status, code, correlationId, retryAfterMs } = failure;
      if (status === 400 || status === 401 || status === 403) {
        return {
          kind: 'credentials',
          status,
          code,
          correlationId,
        };
      }
      if (status === 429 && retryAfterMs !== undefined)
        return { kind: 'gate_closed', retryAfterMs };
      const refused: CallFailure = {
        kind: 'not_issued',
        reason: 'login_failed',
        code: `HTTP_${status}`,
      };
      return retryAfterMs === undefined ? refused : { ...refused, retryAfterMs };
    }
    case 'timeout':
    case 'malformed':
    case 'mismatch':
      return { kind: 'not_issued', reason: 'login_failed', code: failure.kind.toUpperCase() };
    case 'connection_lost':
      return { kind: 'not_issued', reason: 'login_failed', code: failure.code };
    case 'aborted':
      return { kind: 'not_issued', reason: 'closed' };
    case 'gate_closed':
    case 'not_issued':
    case 'credentials':
    case 'unreachable':
      return failure;
    default:
      return failure satisfies never;
  }
}

function restAfter(failure: CallFailure): number {
  if (failure.kind === 'credentials') return REFUSED_LOGIN_REST;
  if (failure.kind === 'gate_closed') return failure.retryAfterMs;
  return FAILED_LOGIN_REST;
}

/** The shortest lifetime Genesys issues. Guessing too short only costs a login. */
const LIFETIME_IF_UNSAID = 300;

const TokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().catch(LIFETIME_IF_UNSAID),
});

/**
 * Genesys: OAuth client credentials, `POST /oauth/token` with Basic authentication and a form body.
 * There is no refresh token; a new login replaces it. Throws `CallFailed`.
 */
export async function logIn(
  transport: Transport,
  settings: { loginUrl: string; clientId: string; clientSecret: string; deadlineMs: number },
): Promise<Grant> {
  const { loginUrl, clientId, clientSecret, deadlineMs } = settings;
  const exchange = new CallContext('login', { options: { lane: 'transactional' }, deadlineMs });
  try {
    const { status, data } = await transport.perform(exchange, {
      method: 'POST',
      url: `${loginUrl}/oauth/token`,
      headers: {
        Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'application/json',
      },
      body: 'grant_type=client_credentials',
    });
    const answer = TokenAnswer.safeParse(data);
    if (!answer.success) throw new CallFailed({ kind: 'malformed', status });
    return { token: answer.data.access_token, lifetimeSeconds: answer.data.expires_in };
  } finally {
    exchange.settle();
  }
}
