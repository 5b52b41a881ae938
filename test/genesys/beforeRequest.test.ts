import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Limiter, Permit, SendGuard } from '../../src/genesys/call.js';
import { GO, LANE, startClient, type TestClient, WEB_MESSAGE } from './support/client.js';
import { json, type Platform, startPlatform } from './support/platform.js';

let platform: Platform;
let started: TestClient[];

beforeEach(async () => {
  platform = await startPlatform();
  platform.handler = (_request, response) => json(response, 200, { id: 'm1' });
  started = [];
});

afterEach(async () => {
  for (const { client } of started) await client.close();
  await platform.close();
});

async function clientWith(admission: Partial<Limiter>, deadlineMs = 16_000) {
  const genesys = await startClient({ baseUrl: platform.url, deadlineMs }, admission);
  started.push(genesys);
  return genesys.client;
}

describe('before a request is issued', () => {
  test('admission comes first, then the token, then the guard, then the request', async () => {
    const steps: string[] = [];
    const { handler, loginHandler } = platform;
    platform.handler = (request, response, socket) => {
      steps.push('request');
      return handler(request, response, socket);
    };
    platform.loginHandler = (request, response, socket) => {
      steps.push('login');
      return loginHandler(request, response, socket);
    };
    const client = await clientWith({
      async acquire() {
        steps.push('admission');
        return { admitted: true };
      },
    });
    const guard: SendGuard = {
      async beforeWrite() {
        steps.push('guard');
        return { go: true, sendBy: Date.now() + 2_000 };
      },
    };
    await client.sendAgentlessMessage(WEB_MESSAGE, guard, LANE);
    // A slow login lets the permit grow old; then another one is asked for, still before the guard.
    expect(steps.join(' ')).toMatch(/^admission login (admission )?guard request$/);
  });

  test('the limiter gets the operation and the lane', async () => {
    const asked: unknown[] = [];
    const client = await clientWith({
      async acquire({ operation, lane }) {
        asked.push({ operation, lane });
        return { admitted: true };
      },
    });
    await client.getMessageDetails('m1', { lane: 'campaign' });
    expect(asked[0]).toEqual({ operation: 'message-details', lane: 'campaign' });
  });

  test('a closed gate keeps the guard from being asked and the request from being issued', async () => {
    let asked = false;
    const client = await clientWith({
      acquire: async () => ({ admitted: false, because: 'gate_closed', retryAfterMs: 1_234 }),
    });
    const guard: SendGuard = {
      async beforeWrite() {
        asked = true;
        return { go: true, sendBy: Date.now() + 2_000 };
      },
    };
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, guard, LANE)).toEqual({
      ok: false,
      failure: { kind: 'gate_closed', retryAfterMs: 1_234 },
    });
    expect(asked).toBe(false);
    expect(platform.logins).toHaveLength(0);
    expect(platform.requests).toHaveLength(0);
  });

  test("the guard's no is passed on with its reason", async () => {
    const client = await clientWith({});
    const guard: SendGuard = { beforeWrite: async () => ({ go: false, reason: 'cancelled' }) };
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, guard, LANE)).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'cancelled' },
    });
    expect(platform.requests).toHaveLength(0);
  });

  test('a guard that breaks is the caller’s to handle, and nothing is issued', async () => {
    const client = await clientWith({});
    const guard: SendGuard = { beforeWrite: () => Promise.reject(new Error('no Redis')) };
    await expect(client.sendAgentlessMessage(WEB_MESSAGE, guard, LANE)).rejects.toThrow('no Redis');
    expect(platform.requests).toHaveLength(0);
  });

  test('an admission that breaks is the caller’s to handle, and nothing is issued', async () => {
    const client = await clientWith({ acquire: () => Promise.reject(new Error('no Redis')) });
    await expect(client.getMessageDetails('m1', LANE)).rejects.toThrow('no Redis');
    expect(platform.requests).toHaveLength(0);
  });

  test('a caller who gives up does not wait for admission, and admission hears of it', async () => {
    let heard = false;
    const client = await clientWith({
      acquire: ({ signal }) =>
        new Promise(() => {
          signal?.addEventListener('abort', () => {
            heard = true;
          });
        }),
    });
    const giveUp = new AbortController();
    const reading = client.getMessageDetails('m1', { ...LANE, signal: giveUp.signal });
    setImmediate(() => giveUp.abort());
    expect(await reading).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'aborted' },
    });
    expect(heard).toBe(true);
  });

  test('a caller who has given up before the call gets nothing issued', async () => {
    const client = await clientWith({});
    const options = { ...LANE, signal: AbortSignal.abort() };
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, GO, options)).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'aborted' },
    });
  });

  test('a wait for admission does not count into the time a call may take', async () => {
    const later = () =>
      new Promise<Permit>((resolve) => setTimeout(() => resolve({ admitted: true }), 400));
    const client = await clientWith({ acquire: later }, 200);
    expect(await client.getMessageDetails('m1', LANE)).toMatchObject({ ok: true });
  });

  test.each([
    [
      { admitted: false, because: 'no_slot', retryAfterMs: 5_000 },
      { kind: 'not_issued', reason: 'no_slot', retryAfterMs: 5_000 },
    ],
    [
      { admitted: false, because: 'deadline' },
      { kind: 'not_issued', reason: 'past_deadline' },
    ],
  ] as const)('a ticket that says %j becomes the failure %j', async (ticket, failure) => {
    const client = await clientWith({ acquire: async () => ticket });
    expect(await client.getMessageDetails('m1', LANE)).toEqual({ ok: false, failure });
    expect(platform.requests).toHaveLength(0);
  });

  test('the notification’s deadline is passed to the limiter', async () => {
    const deadlines: (number | undefined)[] = [];
    const client = await clientWith({
      async acquire({ deadline }) {
        deadlines.push(deadline);
        return { admitted: true };
      },
    });
    await client.getMessageDetails('m1', { ...LANE, deadline: 1_234 });
    expect(deadlines).toEqual([1_234]);
  });

  test('a call that brings its ticket asks once less, and its retry asks anew', async () => {
    let asked = 0;
    const client = await clientWith({
      async acquire() {
        asked += 1;
        return { admitted: true };
      },
    });
    const ticket = await client.acquire('message-details', LANE);
    let refused = false;
    platform.handler = (_request, response) => {
      json(response, refused ? 200 : 503, { id: 'm1' });
      refused = true;
    };
    expect(await client.getMessageDetails('m1', { ...LANE, ticket })).toMatchObject({ ok: true });
    expect(platform.requests).toHaveLength(2);
    expect(asked).toBe(2);
  });

  test('a slot that has waited for a slow login is asked for again', async () => {
    let asked = 0;
    const client = await clientWith({
      async acquire() {
        asked += 1;
        return { admitted: true };
      },
    });
    const login = platform.loginHandler;
    platform.loginHandler = (...given) => setTimeout(() => login(...given), 400);
    await client.getMessageDetails('m1', LANE);
    expect(asked).toBe(2);
    await client.getMessageDetails('m1', LANE);
    expect(asked).toBe(3);
  });

  test('the guard is heard out even past the deadline, and then nothing is issued', async () => {
    let done = false;
    const client = await clientWith({}, 1_000);
    const guard: SendGuard = {
      async beforeWrite() {
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        done = true;
        return { go: true, sendBy: Date.now() + 2_000 };
      },
    };
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, guard, LANE)).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'deadline' },
    });
    expect(done).toBe(true);
    expect(platform.requests).toHaveLength(0);
  });

  test('a closed client issues nothing', async () => {
    const client = await clientWith({});
    await client.close();
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'closed' },
    });
    expect(platform.logins).toHaveLength(0);
  });
});
