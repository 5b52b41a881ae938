import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stdSerializers } from 'pino';
import { CallFailed } from '../../src/genesys/call.js';
import { GO, startClient, type TestClient } from './support/client.js';
import { type Handler, json, type Platform, startPlatform } from './support/platform.js';

const SECRET = 'MARKER-secret';
const TOKEN = 'MARKER-token';
const ADDRESS = 'MARKER-address@example.com';
const TEXT = 'MARKER text of the customer';
const BASIC = Buffer.from(`client-1:${SECRET}`).toString('base64');

let platform: Platform;
let genesys: TestClient;

beforeEach(async () => {
  platform = await startPlatform();
  platform.loginHandler = (_request, response) =>
    json(response, 200, { access_token: TOKEN, expires_in: 3_600 });
  genesys = await startClient({ baseUrl: platform.url, clientSecret: SECRET, deadlineMs: 2_000 });
});

afterEach(async () => {
  await genesys.client.close();
  await platform.close();
});

const LANE = { lane: 'transactional', correlation: { notificationId: 'n1', attempt: 2 } } as const;

function email(): Promise<unknown> {
  return genesys.client.sendAgentlessEmail(
    {
      senderType: 'Outbound',
      fromAddress: { email: 'shop@example.com' },
      toAddresses: [{ email: ADDRESS }],
      subject: TEXT,
      textBody: TEXT,
    },
    GO,
    LANE,
  );
}

function lookUp(): Promise<unknown> {
  return genesys.client.findContact(ADDRESS, LANE);
}

function expectNothingLeaked(value: unknown): void {
  const seen = [
    JSON.stringify(value),
    inspect(value, { depth: 10, showHidden: true }),
    value instanceof CallFailed ? JSON.stringify(stdSerializers.errWithCause(value)) : '',
    genesys.logged(),
  ].join('\n');
  for (const marker of ['MARKER', BASIC]) expect(seen).not.toContain(marker);
}

/** An error body that repeats all it was sent, as platforms do. */
const echo =
  (status: number): Handler =>
  (request, response) =>
    json(response, status, {
      message: request.text,
      code: `bad ${ADDRESS}`,
      contextId: TEXT,
      details: [{ fieldName: ADDRESS, errorCode: request.headers.authorization }],
      messageParams: { value: request.text },
    });

describe('a failure says nothing of the customer or the credentials', () => {
  test.each([400, 401, 403, 404, 409, 422, 429, 500, 503])(
    'when the platform echoes the request with %i',
    async (status) => {
      platform.handler = echo(status);
      expectNothingLeaked(await email());
      expectNothingLeaked(await lookUp());
    },
  );

  test('when the connection is lost', async () => {
    platform.handler = (_request, _response, socket) => socket.resetAndDestroy();
    expectNothingLeaked(await email());
    expectNothingLeaked(await lookUp());
  });

  test('when the answer never comes', async () => {
    platform.handler = () => undefined;
    expectNothingLeaked(await email());
  });

  test('when the answer cannot be read', async () => {
    platform.handler = (request, response) => response.end(request.text.slice(1));
    expectNothingLeaked(await email());
  });

  test('when login is refused', async () => {
    platform.loginHandler = (request, response) =>
      json(response, 401, {
        error: 'invalid_client',
        error_description: `${SECRET} ${request.headers.authorization}`,
      });
    expectNothingLeaked(await email());
    expectNothingLeaked(await genesys.client.checkCredentials());
  });

  test('when the host is unreachable', async () => {
    await platform.close();
    expectNothingLeaked(await email());
  });

  test('when an admission that breaks is passed on', async () => {
    const broken = await startClient(
      { baseUrl: platform.url, clientSecret: SECRET },
      { acquire: () => Promise.reject(new Error('no Redis')) },
    );
    const rejection = await broken.client
      .findContact(ADDRESS, LANE)
      .catch((error: unknown) => error);
    await broken.client.close();
    expectNothingLeaked(rejection);
  });

  test('and neither does a success in the log', async () => {
    platform.handler = (_request, response) => json(response, 200, { id: 'e1' });
    await email();
    await lookUp();
    expect(genesys.logged()).not.toContain('MARKER');
  });
});

describe('the log', () => {
  test('has a line for each request, with what support asks for', async () => {
    platform.handler = (_request, response) =>
      json(response, 200, { id: 'e1' }, { 'ININ-Correlation-Id': 'correlation-1' });
    await email();
    const lines = genesys
      .logged()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { component: 'genesys', operation: 'login', outcome: '200' },
      {
        component: 'genesys',
        operation: 'agentless-email',
        lane: 'transactional',
        outcome: '200',
        correlationId: 'correlation-1',
        notificationId: 'n1',
        attempt: 2,
        durationMs: expect.any(Number),
      },
    ]);
  });

  test('warns of a failed call', async () => {
    platform.handler = echo(500);
    await email();
    const last = genesys.logged().trim().split('\n').at(-1);
    expect(JSON.parse(last ?? '{}')).toMatchObject({
      level: 40,
      operation: 'agentless-email',
      notificationId: 'n1',
      failure: { kind: 'http', status: 500 },
    });
  });
});
