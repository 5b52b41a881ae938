import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK, default as Provider } from 'oidc-provider';

export const CLIENT = { OIDC_CLIENT_ID: 'notifier', OIDC_CLIENT_SECRET: 'a-secret-of-the-console' };

export interface Account {
  preferred_username?: string;
  roles?: unknown;
}

type Claims = Record<string, unknown>;

const KEY_ID = 'the-key';

/** A real provider of logins on this machine, at which every person logs in without being asked. */
export class TestProvider {
  readonly issuer: string;
  /** Who logs in next, by their subject; undefined presses "cancel". */
  loggingIn: string | undefined;
  readonly accounts = new Map<string, Account>();
  /** Instead of the provider, answers the next request for tokens with an ID token of these claims. */
  forge: { change: (claims: Claims) => Claims; key?: KeyObject; header?: Claims } | undefined;
  /** Answers requests for tokens with this status, as a provider that fails. */
  failing: number | undefined;
  readonly #server: Server;
  readonly #provider: Provider;
  readonly #key: KeyObject;
  #nonce = '';

  private constructor(
    Provides: typeof Provider,
    server: Server,
    redirectUri: string,
    idTokenHasAll: boolean,
  ) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.#key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const jwk = { ...this.#key.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' };
    this.#provider = new Provides(this.issuer, {
      clients: [
        {
          client_id: CLIENT.OIDC_CLIENT_ID,
          client_secret: CLIENT.OIDC_CLIENT_SECRET,
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      jwks: { keys: [jwk as JWK] },
      cookies: { keys: ['a-key-of-the-provider'] },
      claims: { openid: ['sub'], profile: ['preferred_username'], roles: ['roles'] },
      scopes: ['openid', 'profile', 'roles'],
      conformIdTokenClaims: !idTokenHasAll,
      ttl: { Interaction: 60, Grant: 60, Session: 60, AccessToken: 60, IdToken: 60 },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
      findAccount: async (_ctx, sub) => ({
        accountId: sub,
        claims: async () => ({ sub, ...this.accounts.get(sub) }),
      }),
      loadExistingGrant: async (ctx) => {
        const { Grant } = this.#provider;
        const grant = new Grant({
          clientId: ctx.oidc.client?.clientId,
          accountId: ctx.oidc.session?.accountId,
        });
        grant.addOIDCScope('openid profile roles');
        await grant.save();
        return grant;
      },
    });
  }

  static async start(
    redirectUri: string,
    { idTokenHasAll = false }: { idTokenHasAll?: boolean } = {},
  ): Promise<TestProvider> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const provider = await quietly(async () => {
      const { default: Provides } = await import('oidc-provider');
      return new TestProvider(Provides, server, redirectUri, idTokenHasAll);
    });
    const handle = provider.#provider.callback();
    server.on('request', (request, response) => {
      if (!provider.#intercepts(request, response)) void handle(request, response);
    });
    return provider;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close').catch(() => undefined);
  }

  #intercepts(request: IncomingMessage, response: ServerResponse): boolean {
    const url = new URL(request.url ?? '/', this.issuer);
    this.#nonce = url.searchParams.get('nonce') ?? this.#nonce;
    if (url.pathname.startsWith('/interaction/')) {
      const result =
        this.loggingIn === undefined
          ? { error: 'access_denied', error_description: 'the person pressed cancel' }
          : { login: { accountId: this.loggingIn, remember: false } };
      void this.#provider.interactionFinished(request, response, result);
      return true;
    }
    if (url.pathname !== '/token') return false;
    if (this.failing !== undefined) {
      response.writeHead(this.failing).end('an error page');
      return true;
    }
    const { forge } = this;
    this.forge = undefined;
    if (forge === undefined) return false;
    const body = {
      access_token: 'forged',
      token_type: 'Bearer',
      id_token: this.#idToken(forge),
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return true;
  }

  #idToken({ change, key, header }: NonNullable<TestProvider['forge']>): string {
    const now = Math.floor(Date.now() / 1_000);
    const claims = change({
      iss: this.issuer,
      sub: this.loggingIn,
      aud: CLIENT.OIDC_CLIENT_ID,
      iat: now,
      exp: now + 300,
      nonce: this.#nonce,
      roles: ['admins'],
    });
    const encoded = [{ alg: 'RS256', kid: KEY_ID, ...header }, claims].map((part) =>
      Buffer.from(JSON.stringify(part)).toString('base64url'),
    );
    const signed = encoded.join('.');
    const isUnsigned = header?.['alg'] === 'none';
    const signature = isUnsigned ? '' : sign('sha256', Buffer.from(signed), key ?? this.#key);
    return `${signed}.${signature.toString('base64url')}`;
  }
}

/** It warns that its memory is no store, which is right here. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}
