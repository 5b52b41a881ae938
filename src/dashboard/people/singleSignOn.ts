import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Configuration } from 'openid-client';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Keyring } from '../../notification/keyring.js';
import { redactedError } from '../../ops/logger.js';
import type { Role } from '../../people/role.js';
import {
  discoverProvider,
  type ProviderSettings,
  protocolWord,
  providerFault,
} from '../../people/ssoProvider.js';
import { type RoleByClaim, roleIn } from '../../people/ssoRoles.js';

export interface SsoSettings extends ProviderSettings {
  roleClaim: string;
  roles: RoleByClaim;
  scopes: string;
  /** Where people reach this console, without a path. */
  publicUrl: string;
}

/** Who came back from the provider. */
export interface SsoPerson {
  name: string;
  /** Of the provider, hashed: names may be given to another person later. */
  subject: string;
  role: Role;
}

/**
 * `refused`: what the provider says of itself or of the person cannot be used, or answers another question than
 * this browser was sent with; `code` says which. `away`: it does not answer, since that time (epoch ms).
 */
export type SsoFailure = { kind: 'refused'; code: string } | { kind: 'away'; since: number };

export type SsoStart = { kind: 'go'; url: string; attempt: string } | SsoFailure;

/** `no_role`: the person is known there, and none of their claims gives a role here. */
export type SsoEnd =
  | { kind: 'person'; person: SsoPerson; next: string }
  | { kind: 'no_role'; name: string }
  | SsoFailure;

export const CALLBACK = '/login/oidc/callback';

const ATTEMPT_LASTS_MS = 10 * 60 * 1_000;
/** Endpoints of a provider may change; its keys are looked up anew by the library. */
const DISCOVERED_FOR_MS = 60 * 60 * 1_000;

/** What the browser keeps between the question and the answer. */
const attemptSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  until: z.number(),
});

type Attempt = z.output<typeof attemptSchema>;

/**
 * Logins by OpenID Connect: the authorization code flow with PKCE, a state and a nonce. Both and the verifier
 * lie in a signed cookie of the browser that began it, so the answer must come back to that one, within ten
 * minutes, and whichever api process gets it can check it.
 *
 * The library is loaded with the first such login. A provider that does not answer concerns no one else.
 */
export class SingleSignOn {
  readonly #settings: SsoSettings;
  readonly #key: Buffer;
  readonly #keyring: Keyring;
  readonly #log: Logger;
  #found: { at: number; provider: Promise<Configuration> } | undefined;
  #awaySince: number | undefined;

  constructor(settings: SsoSettings, keyring: Keyring, log: Logger) {
    this.#settings = settings;
    this.#keyring = keyring;
    this.#key = keyring.derive('console sso attempt', settings.clientId);
    this.#log = log;
  }

  /** Where people are sent to, for the words of the page. */
  get host(): string {
    return new URL(this.#settings.issuer).host;
  }

  get isSecure(): boolean {
    return this.#settings.publicUrl.startsWith('https:');
  }

  /** Changes when other people or other roles are meant: sessions from before do not hold then. */
  get facts(): string {
    const { issuer, clientId, roleClaim, roles } = this.#settings;
    return JSON.stringify([issuer, clientId, roleClaim, roles]);
  }

  /** Where to send the browser, and what it is to keep until it comes back. */
  async start(next: string, now: number): Promise<SsoStart> {
    const oidc = await import('openid-client');
    const found = await this.#find(now);
    if (found.kind !== 'found') return found;
    const attempt: Attempt = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
      next,
      until: now + ATTEMPT_LASTS_MS,
    };
    const url = oidc.buildAuthorizationUrl(found.provider, {
      redirect_uri: `${this.#settings.publicUrl}${CALLBACK}`,
      scope: this.#settings.scopes,
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
    });
    return { kind: 'go', url: url.href, attempt: this.#sealed(attempt) };
  }

  /** Who came back, by the URL that the provider sent the browser to and what it kept. */
  async finish(callback: string, kept: string, now: number): Promise<SsoEnd> {
    const attempt = this.#opened(kept);
    if (attempt === undefined) return { kind: 'refused', code: 'not_begun_here' };
    if (attempt.until <= now) return { kind: 'refused', code: 'too_late' };
    const oidc = await import('openid-client');
    const found = await this.#find(now);
    if (found.kind !== 'found') return found;
    const { provider } = found;
    try {
      const url = new URL(callback, this.#settings.publicUrl);
      const tokens = await oidc.authorizationCodeGrant(provider, url, {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) return { kind: 'refused', code: 'no_id_token' };
      const asked = async () =>
        provider.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : oidc.fetchUserInfo(provider, tokens.access_token, claims.sub);
      const known = await this.#personOf(claims, asked);
      return known.kind === 'person' ? { ...known, next: attempt.next } : known;
    } catch (error) {
      return this.#judge(error, now);
    }
  }

  /** Some providers have the role among the claims of the token, others tell it when they are asked. */
  async #personOf(
    claims: { sub: string; [claim: string]: unknown },
    ask: () => Promise<Record<string, unknown>>,
  ): Promise<{ kind: 'person'; person: SsoPerson } | { kind: 'no_role'; name: string }> {
    const { issuer, roleClaim, roles } = this.#settings;
    let known: Record<string, unknown> = claims;
    if (roleIn(known, roleClaim, roles) === undefined) known = { ...(await ask()), ...claims };
    const role = roleIn(known, roleClaim, roles);
    const name = nameIn(known, claims.sub);
    if (role === undefined) return { kind: 'no_role', name };
    const digest = this.#keyring.derive('console sso subject', `${issuer} ${claims.sub}`);
    return { kind: 'person', person: { name, role, subject: digest.toString('base64url', 0, 9) } };
  }

  /** What went wrong, without what the answer held. */
  #judge(error: unknown, now: number): SsoFailure {
    const fault = providerFault(error);
    const { error: said } = error as { error?: unknown };
    const about = { error: redactedError(error), said: protocolWord(said) };
    if (fault.kind === 'away') {
      this.#awaySince ??= now;
      this.#log.warn(about, 'the provider of logins does not answer');
      return { kind: 'away', since: this.#awaySince };
    }
    this.#log.warn(about, 'a single sign-on failed: what the provider says cannot be used');
    return fault;
  }

  /** The provider as it describes itself. */
  async #find(now: number): Promise<{ kind: 'found'; provider: Configuration } | SsoFailure> {
    if (this.#found === undefined || now - this.#found.at > DISCOVERED_FOR_MS) {
      this.#found = { at: now, provider: discoverProvider(this.#settings) };
    }
    try {
      const provider = await this.#found.provider;
      this.#awaySince = undefined;
      return { kind: 'found', provider };
    } catch (error) {
      this.#found = undefined;
      return this.#judge(error, now);
    }
  }

  #sealed(attempt: Attempt): string {
    const text = Buffer.from(JSON.stringify(attempt)).toString('base64url');
    return `${text}.${this.#codeOf(text)}`;
  }

  #opened(kept: string): Attempt | undefined {
    const [text = '', code = ''] = kept.split('.');
    const expected = Buffer.from(this.#codeOf(text));
    const given = Buffer.from(code);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
    return attemptSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data;
  }

  #codeOf(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }
}

/**
 * A name that no one with a password has: those have no colon. Of an email address only what stands before
 * the @, since names stand in logs and timelines.
 */
function nameIn(claims: Record<string, unknown>, subject: string): string {
  const given = claims['preferred_username'];
  const text = typeof given === 'string' && given !== '' ? given : subject;
  const name = text
    .split('@')[0]
    ?.replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 32);
  return `sso:${name === '' || name === undefined ? 'unnamed' : name}`;
}
