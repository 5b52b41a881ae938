import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FastifyInstance, fastify } from 'fastify';
import { CONNECTION_OPTIONS, uploadOf } from '../../src/api/uploadConnections.js';

const REQUEST_WITHIN_MS = 200;

let app: FastifyInstance;
let sources: Readable[];
let read: (source: Readable) => Promise<unknown>;

/** A server with the limits of ours, but shorter. */
async function listen(requestTimeout: number): Promise<void> {
  sources = [];
  app = fastify({
    ...CONNECTION_OPTIONS,
    requestTimeout,
    http: { headersTimeout: 100, connectionsCheckingInterval: 20 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.put('/upload', async (request) => {
    const source = uploadOf(request.raw);
    sources.push(source);
    const answer = await read(source);
    source.destroy();
    return answer;
  });
  app.put('/other', async (request) => request.raw.complete);
  await app.listen({ port: 0, host: '127.0.0.1' });
}

async function close(): Promise<void> {
  app.server.closeAllConnections();
  await app.close();
}

beforeEach(() => listen(REQUEST_WITHIN_MS));
afterEach(close);

async function bytesOf(source: Readable): Promise<{ bytes: number }> {
  let bytes = 0;
  for await (const chunk of source) bytes += (chunk as Buffer).length;
  return { bytes };
}

async function begin(path: string, length: number): Promise<Socket> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: ${length}\r\n\r\n`,
  );
  return socket;
}

async function answerOf(socket: Socket): Promise<string> {
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}

/** Sends ten bytes, in twice the time that a request has. */
async function trickle(socket: Socket): Promise<void> {
  for (let sent = 0; sent < 10 && !socket.destroyed; sent += 1) {
    socket.write('x');
    await pause((2 * REQUEST_WITHIN_MS) / 10);
  }
}

describe('an upload', () => {
  test('may take longer than a request may', async () => {
    read = bytesOf;
    const socket = await begin('/upload', 10);
    await trickle(socket);
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 200 [\s\S]*\{"bytes":10\}/);
    socket.destroy();
  });

  test('leaves the limit in force for the next request on its connection', async () => {
    read = bytesOf;
    const socket = await begin('/upload', 10);
    await trickle(socket);
    await answerOf(socket);
    socket.write('PUT /other HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n');
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 408 /);
    socket.destroy();
  });

  test('that is lost ends its stream with an error', async () => {
    const ended = new Promise<string>((resolve) => {
      read = (source) => bytesOf(source).catch((error: Error) => resolve(error.message));
    });
    const socket = await begin('/upload', 1_000);
    socket.write('x');
    await once(app.server, 'request');
    socket.destroy();
    expect(await ended).toBe('the connection was lost');
  });

  test('that is lost after its time was up ends its stream, too', async () => {
    const ended = new Promise<string>((resolve) => {
      read = (source) => bytesOf(source).catch((error: Error) => resolve(error.message));
    });
    const socket = await begin('/upload', 1_000);
    await trickle(socket);
    socket.destroy();
    expect(await ended).toBe('the connection was lost');
  });

  test('whose reader has seen enough is answered at once; the connection goes on', async () => {
    await close();
    // A busy machine takes longer than that to pass five megabytes over.
    await listen(30_000);
    read = async () => 'enough';
    const socket = await begin('/upload', 5_000_000);
    socket.write('x'.repeat(100_000));
    expect(await answerOf(socket)).toMatch(/enough/);
    socket.write('x'.repeat(4_900_000));
    socket.write('PUT /other HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n');
    expect(await answerOf(socket)).toMatch(/^HTTP\/1.1 200 /);
    expect(sources.map(({ destroyed }) => destroyed)).toEqual([true]);
    socket.destroy();
  });
});

test('any other request that takes too long is ended', async () => {
  const socket = await begin('/other', 10);
  const answers: string[] = [];
  socket.on('data', (data: Buffer) => answers.push(data.toString()));
  await Promise.all([once(socket, 'close'), trickle(socket)]);
  expect(answers.join('')).not.toBe('');
});
