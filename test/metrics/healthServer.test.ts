import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type HealthServer, startHealthServer } from '../../src/metrics/healthServer.js';
import { Metrics } from '../../src/metrics/metrics.js';

let server: HealthServer | undefined;
afterEach(() => server?.close());

async function open(): Promise<Socket> {
  server = await startHealthServer(0, '127.0.0.1', {
    readiness: async () => ({ ready: true }),
    metrics: new Metrics(),
    timeLimits: { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 },
  });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of socket) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

describe("a worker's health port", () => {
  test('ends a connection whose headers do not come to their end', async () => {
    const socket = await open();
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 408 /);
  });

  // A reset, which what is left unread leads to, may overtake the answer: hence not many more bytes.
  test('refuses headers without end', async () => {
    const socket = await open();
    socket.on('error', () => undefined);
    socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(20_000)}`);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 431 /);
  });
});
