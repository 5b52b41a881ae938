import type { Configuration } from 'openid-client';
import { isLoopbackHost } from '../http/requestOrigin.js';

export interface ProviderSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

const TIMEOUT_S = 5;
const CLOCK_TOLERANCE_S = 10;

/**
 * The provider of logins as it describes itself. The library is loaded with the first call.
 *
 * @throws what the library throws; see `providerFault`
 */
export async function discoverProvider({
  issuer,
  clientId,
  clientSecret,
}: ProviderSettings): Promise<Configuration> {
  const oidc = await import('openid-client');
  const execute = [
    oidc.enableNonRepudiationChecks,
    // Without TLS on this machine alone: the configuration takes no other such issuer.
    ...(isLoopbackHost(new URL(issuer).hostname) ? [oidc.allowInsecureRequests] : []),
  ];
  const metadata = { client_secret: clientSecret, [oidc.clockTolerance]: CLOCK_TOLERANCE_S };
  const options = { execute, timeout: TIMEOUT_S };
  return oidc.discovery(new URL(issuer), clientId, metadata, undefined, options);
}

/** `away`: it does not answer. `refused`: what it says cannot be used; `code` holds nothing of what it said. */
export type ProviderFault = { kind: 'away' } | { kind: 'refused'; code: string };

export function providerFault(error: unknown): ProviderFault {
  if (isUnanswered(error)) return { kind: 'away' };
  const { code, error: said } = error as { code?: unknown; error?: unknown };
  return { kind: 'refused', code: protocolWord(said) ?? protocolWord(code) ?? 'not_conform' };
}

type Fault = Partial<Record<'code' | 'name' | 'status' | 'message' | 'cause', unknown>>;

/**
 * Whether an error says that the provider gave no answer: none came, it took too long, or it was the error of a
 * server. The library keeps what it met as the cause of its own errors. Names are the same whichever realm made
 * an error.
 */
function isUnanswered(error: unknown): boolean {
  for (let cause = error; typeof cause === 'object' && cause !== null; ) {
    const { code, name, status, message } = cause as Fault;
    if (typeof status === 'number') return status >= 500;
    if (name === 'TimeoutError' || message === 'fetch failed') return true;
    if (NO_ANSWER.test(String(code))) return true;
    cause = (cause as Fault).cause;
  }
  return false;
}

/** Codes of the system, of Node's client, and of the library's own limit of time. */
const NO_ANSWER = /^(E[A-Z]{3,}|UND_ERR_[A-Z_]+|OAUTH_TIMEOUT)$/;

/** A code of the protocol or the library; what is none may hold anything. */
export function protocolWord(text: unknown): string | undefined {
  return typeof text === 'string' && /^[A-Za-z0-9_]{1,64}$/.test(text) ? text : undefined;
}
