import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LANE, startClient, type TestClient } from './support/client.js';
import { type Handler, json, type Platform, startPlatform } from './support/platform.js';

let platform: Platform;
let genesys: TestClient;

beforeEach(async () => {
  platform = await startPlatform();
  genesys = await startClient({ baseUrl: platform.url, deadlineMs: 20_000 });
});

afterEach(async () => {
  await genesys.client.close();
  await platform.close();
});

/** Handles the nth request with the nth handler, and any further one with a good answer. */
function answer(...handlers: Handler[]): void {
  platform.handler = (request, response, socket) => {
    const handler = handlers[platform.requests.length - 1];
    return handler ? handler(request, response, socket) : json(response, 200, { entities: [] });
  };
}

const failing =
  (status: number, headers = {}): Handler =>
  (_request, response) =>
    json(response, status, {}, headers);
const reset: Handler = (_request, _response, socket) => socket.resetAndDestroy();

function read() {
  return genesys.client.getMessages('conversation-1', ['m1'], LANE);
}

describe('a read', () => {
  test.each([500, 502, 503, 504])('is repeated after a %i, though it is a POST', async (status) => {
    answer(failing(status));
    expect(await read()).toMatchObject({ ok: true });
    expect(platform.requests).toHaveLength(2);
    expect(platform.requests[1]?.text).toBe(platform.requests[0]?.text);
    expect(platform.requests[1]?.query).toEqual(platform.requests[0]?.query);
  });

  test.each([301, 302, 303, 307, 308])(
    'is repeated after a %i, which it does not follow',
    async (status) => {
      answer(failing(status, { location: `${platform.url}/elsewhere` }));
      expect(await read()).toMatchObject({ ok: true });
      expect(platform.requests.map(({ path }) => path)).not.toContain('/elsewhere');
      expect(platform.requests).toHaveLength(2);
    },
  );

  test('is repeated after a lost connection', async () => {
    answer(reset, reset);
    expect(await read()).toMatchObject({ ok: true });
    expect(platform.requests).toHaveLength(3);
  });

  test('whose server goes away between repetitions reads as unreachable', async () => {
    answer(async (request, response, socket) => {
      reset(request, response, socket);
      await platform.close();
    });
    expect(await read()).toEqual({
      ok: false,
      failure: { kind: 'unreachable', code: 'ECONNREFUSED' },
    });
  });

  test('is given up after two repetitions', async () => {
    answer(failing(500), failing(500), failing(500));
    expect(await read()).toMatchObject({ failure: { kind: 'http', status: 500 } });
    expect(platform.requests).toHaveLength(3);
  });

  test('asks for admission again with each repetition', async () => {
    answer(failing(500), reset);
    await read();
    // Once for each, and once more where the login took longer than a slot is good for.
    expect(genesys.admission.admitted.length).toBeGreaterThanOrEqual(3);
    expect(new Set(genesys.admission.admitted)).toEqual(new Set(['messages']));
  });

  test('waits exactly as long as a 503 asks', async () => {
    answer(failing(503, { 'Retry-After': '1' }));
    expect(await read()).toMatchObject({ ok: true });
    const [first, second] = platform.requests;
    const waited = (second?.at ?? 0) - (first?.at ?? 0);
    expect(waited).toBeGreaterThanOrEqual(990);
    expect(waited).toBeLessThan(1_500);
  });

  test('hands on a wait that is longer than its deadline', async () => {
    answer(failing(503, { 'Retry-After': '60' }));
    expect(await read()).toMatchObject({
      failure: { kind: 'http', status: 503, retryAfterMs: 60_000 },
    });
    expect(platform.requests).toHaveLength(1);
  });

  test.each([400, 403, 404, 409, 413, 422, 501])('is not repeated after a %i', async (status) => {
    answer(failing(status));
    expect(await read()).toMatchObject({ failure: { kind: 'http', status } });
    expect(platform.requests).toHaveLength(1);
  });

  test('is not repeated after a 429, of which admission hears before the caller', async () => {
    answer(failing(429, { 'Retry-After': '3' }));
    const events: string[] = [];
    const notified = await startClient(
      { baseUrl: platform.url },
      {
        rateLimited: async ({ retryAfterMs }) => {
          await Promise.resolve();
          events.push(`notified ${retryAfterMs}`);
        },
      },
    );
    const result = await notified.client.getMessages('conversation-1', ['m1'], LANE);
    events.push('answered');
    await notified.client.close();
    expect(result).toMatchObject({ failure: { kind: 'http', status: 429, retryAfterMs: 3_000 } });
    expect(events).toEqual(['notified 3000', 'answered']);
    expect(platform.requests).toHaveLength(1);
  });

  test('keeps its 429 even if the limiter cannot be notified', async () => {
    answer(failing(429, { 'Retry-After': '3' }));
    const broken = await startClient(
      { baseUrl: platform.url },
      { rateLimited: () => Promise.reject(new Error('no Redis')) },
    );
    expect(await broken.client.getMessages('c', ['m1'], LANE)).toMatchObject({
      failure: { kind: 'http', status: 429, retryAfterMs: 3_000 },
    });
    await broken.client.close();
  });

  test('is not repeated once its caller has given up', async () => {
    const giveUp = new AbortController();
    answer((request, response, socket) => {
      giveUp.abort();
      return reset(request, response, socket);
    });
    const result = await genesys.client.getMessages('c', ['m1'], {
      ...LANE,
      signal: giveUp.signal,
    });
    expect(result).toEqual({ ok: false, failure: { kind: 'aborted' } });
    expect(platform.requests).toHaveLength(1);
  });

  test('is ended by its deadline, repetitions included', async () => {
    const hurried = await startClient({ baseUrl: platform.url, deadlineMs: 500 });
    await hurried.client.checkCredentials();
    answer(failing(500), () => undefined);
    const startedAt = Date.now();
    const result = await hurried.client.getMessages('c', ['m1'], LANE);
    await hurried.client.close();
    expect(result).toEqual({ ok: false, failure: { kind: 'timeout' } });
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  });
});
