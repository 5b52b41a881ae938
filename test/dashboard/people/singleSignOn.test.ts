import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { freePort } from '../../support/freePort.js';
import { CLIENT, TestProvider } from '../support/oidcProvider.js';
import { LOGIN, Visitor } from '../support/visitor.js';

stopApisAfterAll();

const ROLES = 'admins=operator,writers=editor';
const SECRET = { NOTIFIER_SECRET: 'a-secret-of-the-deployment' };

/** A browser on its way to the provider and back: it keeps the cookies of each, and follows no further. */
class Traveller {
  readonly #api: string;
  readonly #jar = new Map<string, Map<string, string>>();

  constructor(api: string) {
    this.#api = api;
  }

  /** Opens the login, and the provider until it sends back: the URL of our own that it leads to. */
  async toProviderAndBack(next = '/notifications'): Promise<URL> {
    let at = new URL(`${this.#api}/login/oidc?next=${encodeURIComponent(next)}`);
    let answer = await this.open(at.href);
    expect(answer.status).toBe(303);
    for (;;) {
      at = new URL(answer.headers.get('location') ?? '', at);
      if (at.origin === this.#api) return at;
      answer = await this.open(at.href);
    }
  }

  /** As a browser that another site sends here; `fetch` would say by itself that it is none. */
  async open(url: string): Promise<Response> {
    const { host } = new URL(url);
    const cookies = this.#jar.get(host) ?? new Map<string, string>();
    this.#jar.set(host, cookies);
    const headers = {
      accept: 'text/html',
      cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
    };
    const asked = request(url, { headers, agent: false }).end();
    const [came] = (await once(asked, 'response')) as [IncomingMessage];
    const answer = new Response((await came.toArray()).join('') || null, {
      status: came.statusCode ?? 0,
      headers: Object.entries(came.headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  }

  cookie(name: string): string | undefined {
    return this.#jar.get(new URL(this.#api).host)?.get(name);
  }

  keep(name: string, value: string): void {
    this.#jar.get(new URL(this.#api).host)?.set(name, value);
  }

  /** As one of our own pages. */
  visitor(): Visitor {
    const visitor = new Visitor(this.#api);
    visitor.cookie = `notifier_session=${this.cookie('notifier_session')}`;
    return visitor;
  }
}

describe('a login by OpenID Connect', () => {
  let provider: TestProvider;
  let api: TestApi;
  let settings: Record<string, string>;

  beforeAll(async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    provider = await TestProvider.start(`${url}/login/oidc/callback`);
    provider.accounts.set('sub-ann', { preferred_username: 'ann@example.com', roles: ['writers'] });
    provider.accounts.set('sub-root', { preferred_username: 'root', roles: ['writers', 'admins'] });
    provider.accounts.set('sub-eve', { preferred_username: 'eve', roles: ['guests'] });
    settings = {
      ...LOGIN,
      ...SECRET,
      ...CLIENT,
      OIDC_ISSUER: provider.issuer,
      OIDC_SCOPES: 'openid profile roles',
      OIDC_ROLES: ROLES,
      PUBLIC_URL: url,
    };
    api = await startTestApi({ ...settings, API_PORT: `${port}` });
  });
  afterAll(async () => {
    await provider.stop();
  });

  /** Back from the provider, with the URL and the cookies as a test has changed them. */
  async function refused(traveller: Traveller, url: URL | string): Promise<string> {
    const answer = await traveller.open(String(url));
    const page = await answer.text();
    expect([answer.status, page]).toEqual([403, expect.stringContaining('You were not logged in')]);
    expect(traveller.cookie('notifier_session')).toBeUndefined();
    return page;
  }

  test('leads back to where the person wanted to go, in the role that the claims give', async () => {
    provider.loggingIn = 'sub-ann';
    const traveller = new Traveller(api.url);
    const back = await traveller.toProviderAndBack('/notifications?x=1');
    const answer = await traveller.open(back.href);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/notifications?x=1']);
    const [gone, session] = answer.headers.getSetCookie();
    expect(gone).toMatch(/^notifier_login=; Path=\/login\/oidc; Max-Age=0/);
    expect(session).toMatch(/Max-Age=14400; HttpOnly; SameSite=Lax$/);
    const visitor = traveller.visitor();
    expect(await (await visitor.open('/notifications')).text()).toContain('sso:ann, editor');
    expect((await visitor.submit('/notifications/resolve', { outcome: 'sent' })).status).toBe(403);
    const { body } = await api.call('GET', '/v1/audit?what=login');
    expect(body['entries']).toMatchObject([
      { who: 'sso:ann', role: 'editor', detail: expect.stringMatching(/subject [\w-]{12}$/) },
    ]);
    expect(api.logged.join('')).not.toMatch(/ann@example|sub-ann|a-secret-of-the-console/);
  });

  test('gives the highest of several roles, and ends everywhere with the logout', async () => {
    provider.loggingIn = 'sub-root';
    const traveller = new Traveller(api.url);
    await traveller.open((await traveller.toProviderAndBack()).href);
    const visitor = traveller.visitor();
    expect((await visitor.submit('/notifications/resolve', { outcome: 'sent' })).status).toBe(409);
    await visitor.submit('/logout', {});
    expect((await visitor.open('/notifications')).status).toBe(303);
  });

  test('without a role is refused with a sentence', async () => {
    provider.loggingIn = 'sub-eve';
    const traveller = new Traveller(api.url);
    const answer = await traveller.open((await traveller.toProviderAndBack()).href);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('knows you as eve, and nothing that it says of you');
    expect(traveller.cookie('notifier_session')).toBeUndefined();
  });

  test('that the person cancels is said to be refused', async () => {
    provider.loggingIn = undefined;
    const traveller = new Traveller(api.url);
    expect(await refused(traveller, await traveller.toProviderAndBack())).toContain(
      'refused the login',
    );
  });

  test('that comes back with another state, issuer or code, is refused', async () => {
    provider.loggingIn = 'sub-root';
    for (const [name, value] of [
      ['state', 'x'.repeat(43)],
      ['iss', 'https://evil.example'],
      ['code', 'x'.repeat(43)],
    ] as const) {
      const traveller = new Traveller(api.url);
      const back = await traveller.toProviderAndBack();
      back.searchParams.set(name, value);
      await refused(traveller, back);
    }
    const traveller = new Traveller(api.url);
    const back = await traveller.toProviderAndBack();
    back.searchParams.delete('state');
    await refused(traveller, back);
  });

  test('that was begun in another browser, or is made up, is refused', async () => {
    provider.loggingIn = 'sub-root';
    const traveller = new Traveller(api.url);
    const back = await traveller.toProviderAndBack();
    expect(await refused(new Traveller(api.url), back)).toContain('not_begun_here');
    const kept = traveller.cookie('notifier_login') ?? '';
    for (const forged of ['', 'e30.e30', 'x', `${kept}x`, kept.replace('.', 'A.'), '%00.%00']) {
      const other = new Traveller(api.url);
      await other.open(`${api.url}/login`);
      other.keep('notifier_login', forged);
      expect(await refused(other, back)).toContain('not_begun_here');
    }
  });

  test('is good for once: the same answer again is refused, with or without its cookie', async () => {
    provider.loggingIn = 'sub-root';
    const traveller = new Traveller(api.url);
    const back = await traveller.toProviderAndBack();
    const kept = traveller.cookie('notifier_login') ?? '';
    expect((await traveller.open(back.href)).status).toBe(303);
    const again = new Traveller(api.url);
    await again.open(`${api.url}/login`);
    await refused(again, back);
    again.keep('notifier_login', kept);
    expect(await refused(again, back)).toContain('invalid_grant');
  });

  const now = () => Math.floor(Date.now() / 1_000);
  test.each<[string, NonNullable<TestProvider['forge']>]>([
    ['of another nonce', { change: (claims) => ({ ...claims, nonce: 'another' }) }],
    ['without a nonce', { change: ({ nonce: _nonce, ...claims }) => claims }],
    ['of another issuer', { change: (claims) => ({ ...claims, iss: 'https://evil.example' }) }],
    ['for another client', { change: (claims) => ({ ...claims, aud: 'another' }) }],
    ['that is over', { change: (claims) => ({ ...claims, iat: now() - 900, exp: now() - 600 }) }],
    ['without an end', { change: ({ exp: _exp, ...claims }) => claims }],
    ['without a subject', { change: ({ sub: _sub, ...claims }) => claims }],
    ['that is not signed', { change: (claims) => claims, header: { alg: 'none' } }],
    [
      'of another key',
      {
        change: (claims) => claims,
        key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
      },
    ],
  ])('with an ID token %s is refused', async (_title, forge) => {
    provider.loggingIn = 'sub-root';
    const traveller = new Traveller(api.url);
    const back = await traveller.toProviderAndBack();
    provider.forge = forge;
    await refused(traveller, back);
    expect(provider.forge).toBeUndefined();
  });

  test('with an ID token that holds is accepted: what was refused above was refused for its fault', async () => {
    provider.loggingIn = 'sub-root';
    const traveller = new Traveller(api.url);
    const back = await traveller.toProviderAndBack();
    provider.forge = { change: (claims) => claims };
    expect((await traveller.open(back.href)).status).toBe(303);
    expect((await traveller.visitor().open('/notifications')).status).toBe(200);
  });

  test('leads to no page of another site', async () => {
    provider.loggingIn = 'sub-root';
    const traveller = new Traveller(api.url);
    const back = await traveller.toProviderAndBack('//evil.example');
    expect((await traveller.open(back.href)).headers.get('location')).toBe('/');
  });

  test('ends when other values give other roles, and not with another api of the same deployment', async () => {
    provider.loggingIn = 'sub-root';
    const traveller = new Traveller(api.url);
    await traveller.open((await traveller.toProviderAndBack()).href);
    const { cookie } = traveller.visitor();
    const shared = { ...settings, QUEUE_PREFIX: api.config.QUEUE_PREFIX };
    const other = new Visitor((await startTestApi(shared)).url);
    other.cookie = cookie;
    expect((await other.open('/notifications')).status).toBe(200);
    const changed = await startTestApi({ ...shared, OIDC_ROLES: 'admins=viewer' });
    const visitor = new Visitor(changed.url);
    visitor.cookie = cookie;
    expect((await visitor.open('/notifications')).status).toBe(303);
  });

  test('that the provider fails at is no one’s fault here: the page says since when, passwords work', async () => {
    provider.loggingIn = 'sub-root';
    const traveller = new Traveller(api.url);
    const back = await traveller.toProviderAndBack();
    provider.failing = 502;
    const answer = await traveller.open(back.href);
    provider.failing = undefined;
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('does not answer, since');
    const visitor = await Visitor.loggedIn(api);
    expect((await visitor.open('/notifications')).status).toBe(200);
  });
});

describe('a provider that is away from the start', () => {
  test('keeps no api from starting and no password from working, and is found once it is there', async () => {
    const issuer = `http://127.0.0.1:${await freePort()}`;
    const api = await startTestApi({
      ...LOGIN,
      ...SECRET,
      ...CLIENT,
      OIDC_ISSUER: issuer,
      OIDC_ROLES: ROLES,
      PUBLIC_URL: 'http://127.0.0.1:1',
    });
    const page = await new Visitor(api.url).open('/login');
    expect(await page.text()).toContain(`Log in with ${new URL(issuer).host}`);
    const answer = await new Visitor(api.url).open('/login/oidc');
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('does not answer, since');
    const visitor = await Visitor.loggedIn(api);
    expect((await visitor.open('/notifications')).status).toBe(200);
  });

  test('that calls itself otherwise is no provider that is away: its answer cannot be used', async () => {
    const provider = await TestProvider.start('http://127.0.0.1:1/login/oidc/callback');
    try {
      const api = await startTestApi({
        ...LOGIN,
        ...SECRET,
        ...CLIENT,
        OIDC_ISSUER: `${provider.issuer.replace('127.0.0.1', 'localhost')}`,
        OIDC_ROLES: ROLES,
        PUBLIC_URL: 'http://127.0.0.1:1',
      });
      const answer = await new Visitor(api.url).open('/login/oidc');
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain('cannot be used');
    } finally {
      await provider.stop();
    }
  });
});

describe('a provider whose ID tokens have everything', () => {
  test('is not asked for more, and alone is enough off loopback', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const provider = await TestProvider.start(`${url}/login/oidc/callback`, {
      idTokenHasAll: true,
    });
    try {
      provider.accounts.set('sub-bob', { roles: 'admins' });
      provider.loggingIn = 'sub-bob';
      const api = await startTestApi({
        ...SECRET,
        ...CLIENT,
        OIDC_ISSUER: provider.issuer,
        OIDC_SCOPES: 'openid roles',
        OIDC_ROLES: ROLES,
        PUBLIC_URL: url,
        API_PORT: `${port}`,
      });
      expect(await (await new Visitor(api.url).open('/login')).text()).not.toContain('Password');
      const traveller = new Traveller(api.url);
      await traveller.open((await traveller.toProviderAndBack()).href);
      const page = await traveller.visitor().open('/notifications');
      expect(await page.text()).toContain('sso:sub-bob, operator');
    } finally {
      await provider.stop();
    }
  });
});
