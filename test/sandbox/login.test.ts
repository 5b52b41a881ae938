import { afterEach, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.js';
import {
  clientWith,
  control,
  handClock,
  LOOKUP,
  logIn,
  requestToken,
  tokenIn,
} from './support/client.js';

const someone = { type: 'Email', value: 'customer@example.com' };
let sandbox: Sandbox;
afterEach(() => sandbox.close());

describe('login', () => {
  test('the right credentials get a bearer token for a day', async () => {
    sandbox = await startSandbox();
    const reply = await requestToken(sandbox);
    expect(reply).toMatchObject({
      status: 200,
      body: { token_type: 'bearer', expires_in: 86_400 },
    });
    expect(tokenIn(reply).length).toBeGreaterThan(20);
  });

  test('a wrong secret or client is a 401 in the shape of the login server', async () => {
    sandbox = await startSandbox();
    const refusal = {
      status: 401,
      body: { error: 'invalid_client', error_description: 'authentication failed' },
    };
    expect(await requestToken(sandbox, { secret: 'wrong' })).toMatchObject(refusal);
    expect(await requestToken(sandbox, { id: 'wrong' })).toMatchObject(refusal);
  });

  test.each([
    ['no form', ''],
    ['another grant', 'grant_type=password'],
  ])('%s is a 400', async (_what, form) => {
    sandbox = await startSandbox();
    const reply = await requestToken(sandbox, { form });
    expect(reply).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } });
  });

  test('credentials outside the Basic header are a 400, and a JSON body is a 415', async () => {
    sandbox = await startSandbox();
    const post = (contentType: string, body: string) =>
      fetch(`${sandbox.url}/oauth/token`, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body,
      });
    const form = 'grant_type=client_credentials&client_id=sandbox&client_secret=sandbox-secret';
    expect((await post('application/x-www-form-urlencoded', form)).status).toBe(400);
    expect((await post('application/json', '{}')).status).toBe(415);
  });

  test('the secret can be changed while it runs', async () => {
    sandbox = await startSandbox();
    await control(sandbox, 'PATCH', '/settings', { clientSecret: 'rotated' });
    expect((await requestToken(sandbox)).status).toBe(401);
    expect((await requestToken(sandbox, { secret: 'rotated' })).status).toBe(200);
  });
});

describe('tokens', () => {
  test('a call without a token is a 401 with the code authentication.required', async () => {
    sandbox = await startSandbox();
    const response = await fetch(`${sandbox.url}${LOOKUP}`, { method: 'POST' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'authentication.required', status: 401 });
  });

  test('a token that was never issued is a 401 with the code bad.credentials', async () => {
    sandbox = await startSandbox();
    const reply = await clientWith(sandbox, 'made-up').post(LOOKUP, someone);
    expect(reply).toMatchObject({ status: 401, body: { code: 'bad.credentials' } });
  });

  test('a token works until its lifetime is over', async () => {
    const { now, advance } = handClock();
    sandbox = await startSandbox({ now, tokenLifetimeSeconds: 60 });
    const client = await logIn(sandbox);
    advance(59_999);
    expect((await client.post(LOOKUP, someone)).status).toBe(200);
    advance(1);
    expect((await client.post(LOOKUP, someone)).status).toBe(401);
    expect((await (await logIn(sandbox)).post(LOOKUP, someone)).status).toBe(200);
  });

  test('revoking makes every token invalid at once', async () => {
    sandbox = await startSandbox();
    const client = await logIn(sandbox);
    expect((await control(sandbox, 'POST', '/tokens/revoke')).status).toBe(204);
    expect((await client.post(LOOKUP, someone)).status).toBe(401);
  });
});
