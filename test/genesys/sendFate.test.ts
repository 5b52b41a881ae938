import net from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { GenesysSettings } from '../../src/genesys/genesysClient.js';
import type { EngageMessage } from '../../src/genesys/resources/sends.js';
import { CERTIFICATE, PRIVATE_KEY } from './support/certificate.js';
import { GO, LANE, startClient, type TestClient, WEB_MESSAGE } from './support/client.js';
import { json, type Platform, startPlatform } from './support/platform.js';

// Engage is the send whose host can be set apart from the login's, so that the send alone fails.
const ENGAGE_MESSAGE: EngageMessage = {
  to: { type: 'email', address: 'a@example.com' },
  from: { type: 'email', address: 'shop@example.com', name: 'Shop' },
  subject: 'Your order',
  body: { contentType: 'text/html', content: '<p>Hello</p>' },
  messageType: 'proactive',
};

let platform: Platform;
let opened: { close: () => unknown }[];

beforeEach(async () => {
  platform = await startPlatform();
  opened = [];
});

afterEach(async () => {
  for (const { close } of opened.reverse()) await close();
  await platform.close();
});

async function open(settings: Partial<GenesysSettings> = {}): Promise<TestClient> {
  const genesys = await startClient({ baseUrl: platform.url, ...settings });
  opened.push(genesys.client);
  return genesys;
}

async function listen(server: net.Server): Promise<number> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}

describe('surely not sent', () => {
  test('a refused connection', async () => {
    const server = net.createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const { client } = await open({ engageUrl: `http://127.0.0.1:${port}` });
    expect(await client.sendEngageMessage(ENGAGE_MESSAGE, GO, LANE)).toEqual({
      ok: false,
      failure: { kind: 'unreachable', code: 'ECONNREFUSED' },
    });
  });

  test('a host that does not exist', async () => {
    const { client } = await open({ engageUrl: 'http://nonexistent.invalid' });
    expect(await client.sendEngageMessage(ENGAGE_MESSAGE, GO, LANE)).toEqual({
      ok: false,
      failure: { kind: 'unreachable', code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) },
    });
  });

  test('a certificate that is not trusted: not a byte of the message reaches that server', async () => {
    let received = 0;
    const server = tls.createServer({ key: PRIVATE_KEY, cert: CERTIFICATE }, (socket) => {
      socket.on('data', (chunk) => {
        received += chunk.length;
      });
      socket.on('error', () => undefined);
    });
    const port = await listen(server);
    const { client } = await open({ engageUrl: `https://127.0.0.1:${port}` });
    expect(await client.sendEngageMessage(ENGAGE_MESSAGE, GO, LANE)).toEqual({
      ok: false,
      failure: { kind: 'unreachable', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    expect(received).toBe(0);
  });

  test('a connection reset during the TLS handshake', async () => {
    const port = await listen(
      net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    );
    const { client } = await open({ engageUrl: `https://127.0.0.1:${port}` });
    expect(await client.sendEngageMessage(ENGAGE_MESSAGE, GO, LANE)).toEqual({
      ok: false,
      failure: { kind: 'unreachable', code: 'ECONNRESET' },
    });
  });

  test('a server that never finishes the TLS handshake before the deadline', async () => {
    const port = await listen(net.createServer());
    const { client } = await open({ engageUrl: `https://127.0.0.1:${port}`, deadlineMs: 300 });
    const guard = { beforeWrite: async () => ({ go: true as const, sendBy: Date.now() + 60_000 }) };
    expect(await client.sendEngageMessage(ENGAGE_MESSAGE, guard, LANE)).toEqual({
      ok: false,
      failure: { kind: 'unreachable', code: 'ETIMEDOUT' },
    });
  });

  test('a sendBy that has passed', async () => {
    const { client } = await open();
    const guard = { beforeWrite: async () => ({ go: true as const, sendBy: Date.now() - 1 }) };
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, guard, LANE)).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'send_by_passed' },
    });
    expect(platform.requests).toHaveLength(0);
  });

  test('a sendBy that passes in a process frozen between the word to go and the wire', async () => {
    const { client } = await open();
    const guard = {
      beforeWrite: async () => {
        const sendBy = Date.now() + 50;
        // Runs once everything up to the request's first write has been set in motion.
        process.nextTick(() => standStill(100));
        return { go: true as const, sendBy };
      },
    };
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, guard, LANE)).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'send_by_passed' },
    });
    expect(platform.requests).toHaveLength(0);
  });

  test('a caller who gives up before the message is written', async () => {
    const { client } = await open();
    const giveUp = new AbortController();
    const guard = {
      beforeWrite: async () => {
        giveUp.abort();
        return { go: true as const, sendBy: Date.now() + 2_000 };
      },
    };
    const options = { ...LANE, signal: giveUp.signal };
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, guard, options)).toEqual({
      ok: false,
      failure: { kind: 'not_issued', reason: 'aborted' },
    });
    expect(platform.requests).toHaveLength(0);
  });
});

describe('perhaps sent', () => {
  test('a connection reset after the request has arrived', async () => {
    platform.handler = (_request, _response, socket) => socket.resetAndDestroy();
    const { client } = await open();
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toEqual({
      ok: false,
      failure: { kind: 'connection_lost', code: 'ECONNRESET' },
    });
    expect(platform.requests).toHaveLength(1);
  });

  test('a connection closed before the request is answered', async () => {
    platform.handler = (_request, _response, socket) => socket.end();
    const { client } = await open();
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toMatchObject({
      failure: { kind: 'connection_lost' },
    });
  });

  test('an answer broken off in the middle of its body', async () => {
    platform.handler = (_request, response, socket) => {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('{"id":', () => socket.destroy());
    };
    const { client } = await open();
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toMatchObject({
      failure: { kind: 'connection_lost' },
    });
  });

  test('an answer that is no HTTP', async () => {
    platform.handler = (_request, _response, socket) => {
      socket.end('what?\r\n\r\n');
    };
    const { client } = await open();
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toMatchObject({
      failure: { kind: 'connection_lost', code: expect.stringMatching(/^HPE_/) },
    });
  });

  test('a server that takes the request and says nothing', async () => {
    platform.handler = () => undefined;
    const { client } = await open({ deadlineMs: 300 });
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toEqual({
      ok: false,
      failure: { kind: 'timeout' },
    });
  });

  test('a body that trickles is cut off by the deadline of the whole call', async () => {
    platform.handler = (_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    };
    const { client } = await open({ deadlineMs: 400 });
    const startedAt = Date.now();
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toEqual({
      ok: false,
      failure: { kind: 'timeout' },
    });
    expect(Date.now() - startedAt).toBeLessThan(20_000);
  });
});

/** The event loop does nothing meanwhile, as in a process that is stopped or gets no turn. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('time in which the process stood still does not count', () => {
  const DEADLINE_MS = 2_000;
  const LONGER_MS = 2_500;

  test('against an answer to a send that comes soon after it goes on', async () => {
    let answer: () => void = () => undefined;
    platform.handler = (_request, response) => {
      answer = () => json(response, 200, { id: 'm1' });
    };
    const { client } = await open({ deadlineMs: DEADLINE_MS });
    const sending = client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE);
    await platform.arrived(1);
    standStill(LONGER_MS);
    setTimeout(() => answer(), DEADLINE_MS / 10);
    expect(await sending).toMatchObject({ ok: true, data: { messageId: 'm1' } });
  });

  test('against an answer to a question, which would be asked once more', async () => {
    let answer: () => void = () => undefined;
    platform.handler = (_request, response) => {
      answer = () => json(response, 200, { id: 'm1', status: 'delivery-success' });
    };
    const { client } = await open({ deadlineMs: DEADLINE_MS });
    const asking = client.getMessageDetails('m1', LANE);
    await platform.arrived(1);
    standStill(LONGER_MS);
    setTimeout(() => answer(), DEADLINE_MS / 10);
    expect(await asking).toMatchObject({ ok: true, data: { status: 'delivery-success' } });
    expect(platform.requests).toHaveLength(1);
  });
});

describe('a send under way', () => {
  test('is not broken off by its caller: the answer is worth more', async () => {
    let answer: () => void = () => undefined;
    platform.handler = (_request, response) => {
      answer = () => json(response, 200, { id: 'm1' });
    };
    const { client } = await open();
    const giveUp = new AbortController();
    const sending = client.sendAgentlessMessage(WEB_MESSAGE, GO, {
      ...LANE,
      signal: giveUp.signal,
    });
    await platform.arrived(1);
    giveUp.abort();
    answer();
    expect(await sending).toMatchObject({ ok: true, data: { messageId: 'm1' } });
  });

  test('is waited for when the client closes', async () => {
    let answer: () => void = () => undefined;
    platform.handler = (_request, response) => {
      answer = () => json(response, 200, { id: 'm1' });
    };
    const { client } = await open();
    const sending = client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE);
    await platform.arrived(1);
    const closing = client.close();
    answer();
    expect(await sending).toMatchObject({ ok: true, data: { messageId: 'm1' } });
    await closing;
  });

  test.each([500, 502, 503, 504, 429, 401])('is never repeated after a %i', async (status) => {
    platform.handler = (_request, response) => json(response, status, {});
    const { client } = await open();
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toMatchObject({
      failure: { kind: 'http', status },
    });
    expect(platform.requests).toHaveLength(1);
  });

  test('a 429 without Retry-After waits longer each time in a row', async () => {
    platform.handler = (_request, response) => json(response, 429, {});
    const { client, admission } = await open({ engageUrl: platform.url });
    await client.sendEngageMessage(ENGAGE_MESSAGE, GO, LANE);
    await client.sendEngageMessage(ENGAGE_MESSAGE, GO, LANE);
    const waits = admission.limited.map(({ retryAfterMs }) => retryAfterMs);
    expect(waits[0]).toBe(2_000);
    // Well before two seconds were over: what is left of the same wait.
    expect(waits[1]).toBeGreaterThanOrEqual(1_000);
    expect(waits[1]).toBeLessThanOrEqual(2_000);
  });

  test('a 429 counts even if its body never comes', async () => {
    platform.handler = (_request, response) => {
      response.writeHead(429, { 'Retry-After': '7', 'Content-Length': 100 });
      response.write('{');
    };
    const { client, admission } = await open({ deadlineMs: 300 });
    expect(await client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE)).toMatchObject({
      failure: { kind: 'http', status: 429, retryAfterMs: 7_000 },
    });
    expect(admission.limited).toEqual([{ operation: 'agentless-message', retryAfterMs: 7_000 }]);
  });
});
