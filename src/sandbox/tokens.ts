import { randomBytes } from 'node:crypto';

export interface IssuedToken {
  accessToken: string;
  expiresInSeconds: number;
}

/** Access tokens of the client-credentials grant. Each names its client until it expires or is revoked. */
export class Tokens {
  readonly #issued = new Map<string, { client: string; expiresAt: number }>();

  issue(client: string, lifetimeSeconds: number, now: number): IssuedToken {
    for (const [token, { expiresAt }] of this.#issued) {
      if (expiresAt <= now) this.#issued.delete(token);
    }
    const accessToken = randomBytes(32).toString('base64url');
    this.#issued.set(accessToken, { client, expiresAt: now + lifetimeSeconds * 1000 });
    return { accessToken, expiresInSeconds: lifetimeSeconds };
  }

  /** The client a token belongs to; null when it is unknown, expired or revoked. */
  clientOf(accessToken: string, now: number): string | null {
    const entry = this.#issued.get(accessToken);
    return entry !== undefined && entry.expiresAt > now ? entry.client : null;
  }

  revokeAll(): void {
    this.#issued.clear();
  }
}
