import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GO, LANE, startClient, type TestClient, WEB_MESSAGE } from './support/client.js';
import { json, type Platform, startPlatform } from './support/platform.js';

let platform: Platform;
let genesys: TestClient;

beforeEach(async () => {
  platform = await startPlatform();
  platform.handler = (_request, response) => json(response, 200, { id: 'm1' });
  genesys = await startClient({ baseUrl: platform.url });
});

afterEach(async () => {
  await genesys.client.close();
  await platform.close();
});

function details() {
  return genesys.client.getMessageDetails('m1', LANE);
}

function send() {
  return genesys.client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE);
}

function grantTokens(lifetimeSeconds: unknown): void {
  platform.loginHandler = (_request, response) =>
    json(response, 200, {
      access_token: `token-${platform.logins.length}`,
      expires_in: lifetimeSeconds,
    });
}

/** Answers 401 to any token but this one. */
function acceptOnly(token: string): void {
  platform.handler = (request, response) =>
    request.headers.authorization === `Bearer ${token}`
      ? json(response, 200, { id: 'm1' })
      : json(response, 401, { code: 'bad.credentials' });
}

describe('login', () => {
  test('happens with the first call, not before', async () => {
    expect(platform.logins).toHaveLength(0);
    await details();
    await details();
    expect(platform.logins).toHaveLength(1);
  });

  test('happens once, however many calls wait for it', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, details));
    expect(results.every((result) => result.ok)).toBe(true);
    expect(platform.logins).toHaveLength(1);
  });

  test('takes nothing of the budget', async () => {
    await genesys.client.checkCredentials();
    expect(genesys.admission.admitted).toEqual([]);
  });

  test('is repeated when the token has expired', async () => {
    grantTokens(0.05);
    await details();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await details();
    expect(platform.requests.map((request) => request.headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  test('is repeated ahead of expiry, while calls go on with the old token', async () => {
    grantTokens(2);
    await details();
    await new Promise((resolve) => setTimeout(resolve, 1_850));
    let grant: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      platform.loginHandler = (_request, response) => {
        grant = () => json(response, 200, { access_token: 'token-2', expires_in: 3_600 });
        resolve();
      };
    });
    expect(await details()).toMatchObject({ ok: true });
    await asked;
    expect(platform.requests.at(-1)?.headers.authorization).toBe('Bearer token-1');
    grant();
    expect((await genesys.client.checkCredentials()).ok).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 160));
    await details();
    expect(platform.requests.at(-1)?.headers.authorization).toBe('Bearer token-2');
    expect(platform.logins).toHaveLength(2);
  });

  test.each([undefined, 'soon', 0, -5])(
    'without a usable lifetime (%j) assumes 5 minutes',
    async (lifetime) => {
      grantTokens(lifetime);
      const checked = await genesys.client.checkCredentials();
      if (!checked.ok) throw new Error('login was refused');
      expect(checked.expiresAt - Date.now()).toBeGreaterThan(290_000);
      expect(checked.expiresAt - Date.now()).toBeLessThanOrEqual(300_000);
    },
  );
});

describe('a 401', () => {
  test('lets a read log in once more and repeats it', async () => {
    acceptOnly('token-2');
    expect(await details()).toMatchObject({ ok: true });
    expect(platform.logins).toHaveLength(2);
    expect(platform.requests).toHaveLength(2);
  });

  test('met by many reads at once leads to one login', async () => {
    await details();
    acceptOnly('token-2');
    const results = await Promise.all(Array.from({ length: 10 }, details));
    expect(results.every((result) => result.ok)).toBe(true);
    expect(platform.logins).toHaveLength(2);
  });

  test('that persists is returned after one repetition', async () => {
    acceptOnly('none');
    expect(await details()).toMatchObject({
      failure: { kind: 'http', status: 401, code: 'bad.credentials' },
    });
    expect(platform.requests).toHaveLength(2);
  });

  test('is returned by a send at once, and the next send has a new token', async () => {
    acceptOnly('token-2');
    expect(await send()).toMatchObject({ failure: { kind: 'http', status: 401 } });
    expect(platform.requests).toHaveLength(1);
    expect(await send()).toMatchObject({ ok: true });
  });

  test('that comes late, for an older token, does not cost the newer one', async () => {
    let refuse: () => void = () => undefined;
    platform.handler = (_request, response) => {
      refuse = () => json(response, 401, {});
    };
    const late = send();
    await platform.arrived(1);
    acceptOnly('token-2');
    expect(await details()).toMatchObject({ ok: true });
    refuse();
    expect(await late).toMatchObject({ failure: { status: 401 } });
    expect(await details()).toMatchObject({ ok: true });
    expect(platform.logins).toHaveLength(2);
  });
});

describe('a login that fails', () => {
  test.each([400, 401])(
    'with %i means wrong credentials, and the send was not issued',
    async (status) => {
      platform.loginHandler = (_request, response) =>
        json(response, status, { error: 'invalid_client', error_description: 'secret-1 is wrong' });
      expect(await send()).toEqual({
        ok: false,
        failure: { kind: 'credentials', status, code: 'invalid_client' },
      });
      expect(platform.requests).toHaveLength(0);
    },
  );

  test('for wrong credentials is not repeated for a while, whichever call asks', async () => {
    platform.loginHandler = (_request, response) =>
      json(response, 401, { error: 'invalid_client' });
    for (let i = 0; i < 5; i += 1) {
      expect(await details()).toMatchObject({ failure: { kind: 'credentials' } });
    }
    expect(platform.logins).toHaveLength(1);
  });

  test('with 500 is repeated like a read, and a send is then surely not sent', async () => {
    platform.loginHandler = (_request, response) => json(response, 500, {});
    expect(await send()).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'login_failed', code: 'HTTP_500' },
    });
    expect(platform.logins).toHaveLength(3);
    expect(platform.requests).toHaveLength(0);
  });

  test('by a lost connection leaves a send surely not sent', async () => {
    platform.loginHandler = (_request, _response, socket) => socket.resetAndDestroy();
    expect(await send()).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'login_failed', code: 'ECONNRESET' },
    });
  });

  test('by an answer without a token leaves a send surely not sent', async () => {
    platform.loginHandler = (_request, response) => json(response, 200, { token: 'x' });
    expect(await send()).toMatchObject({
      failure: { kind: 'not_issued', reason: 'login_failed', code: 'MALFORMED' },
    });
  });

  test('with 429 closes the gate for as long as it says, and is not asked again meanwhile', async () => {
    platform.loginHandler = (_request, response) => json(response, 429, {}, { 'Retry-After': '7' });
    expect(await send()).toEqual({
      ok: false,
      failure: { kind: 'gate_closed', retryAfterMs: 7_000 },
    });
    expect(genesys.admission.limited).toEqual([{ operation: 'login', retryAfterMs: 7_000 }]);
    await details();
    expect(platform.logins).toHaveLength(1);
  });

  test('because the host does not answer reads as unreachable', async () => {
    await platform.close();
    expect(await send()).toEqual({
      ok: false,
      failure: { kind: 'unreachable', code: 'ECONNREFUSED' },
    });
  });

  test('by stalling ends with the deadline of the call that waits', async () => {
    platform.loginHandler = () => undefined;
    const hurried = await startClient({ baseUrl: platform.url, deadlineMs: 300 });
    try {
      expect(await hurried.client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toMatchObject({
        failure: { kind: 'not_issued' },
      });
    } finally {
      await hurried.client.close();
    }
  });

  test('can be corrected: once the rest is over, calls go through', async () => {
    const { loginHandler } = platform;
    platform.loginHandler = (_request, response) => json(response, 500, {});
    await details();
    platform.loginHandler = loginHandler;
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect(await details()).toMatchObject({ ok: true });
  });
});
