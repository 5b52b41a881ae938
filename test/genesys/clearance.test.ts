import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Admission, SendGuard } from '../../src/genesys/admission.js';
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

async function clientWith(admission: Partial<Admission>, deadlineMs = 16_000) {
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
      async admit() {
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
    expect(steps).toEqual(['admission', 'login', 'guard', 'request']);
  });

  test('admission is told what is asked for and for whom', async () => {
    const asked: unknown[] = [];
    const client = await clientWith({
      async admit({ operation, lane }) {
        asked.push({ operation, lane });
        return { admitted: true };
      },
    });
    await client.getMessageDetails('m1', { lane: 'campaign' });
    expect(asked).toEqual([{ operation: 'message-details', lane: 'campaign' }]);
  });

  test('a closed gate keeps the guard from being asked and the request from being issued', async () => {
    let asked = false;
    const client = await clientWith({
      admit: async () => ({ admitted: false, retryAfterMs: 1_234 }),
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
    const client = await clientWith({ admit: () => Promise.reject(new Error('no Redis')) });
    await expect(client.getMessageDetails('m1', LANE)).rejects.toThrow('no Redis');
    expect(platform.requests).toHaveLength(0);
  });

  test('a caller who gives up does not wait for admission, and admission hears of it', async () => {
    let heard = false;
    const client = await clientWith({
      admit: ({ signal }) =>
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

  test('the deadline ends a wait for admission', async () => {
    const client = await clientWith({ admit: () => new Promise(() => undefined) }, 200);
    expect(await client.getMessageDetails('m1', LANE)).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'deadline' },
    });
  });

  test('the guard is heard out even past the deadline, and then nothing is issued', async () => {
    let done = false;
    const client = await clientWith({}, 200);
    const guard: SendGuard = {
      async beforeWrite() {
        await new Promise((resolve) => setTimeout(resolve, 400));
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
