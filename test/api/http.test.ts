import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { REQUEST, startTestApi, stopApisAfterEach, type TestApi } from './support/api.js';

stopApisAfterEach();

async function open(api: TestApi): Promise<Socket> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('every answer', () => {
  test.each([
    ['POST', '/v1/notifications', 202],
    ['GET', '/v1/notifications/nobody', 404],
    ['GET', '/nowhere', 404],
    ['GET', '/healthz', 200],
  ])('to %s %s is neither cached nor guessed at', async (method, path, status) => {
    const api = await startTestApi();
    const answer = await api.call(method, path, method === 'POST' ? REQUEST : undefined);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('what there is not', () => {
  test.each([
    ['POST', '/v1/notification'],
    ['GET', '/v1/notifications/'],
    ['GET', '/v1/notifications/a/b/c'],
    ['GET', `/v1/notifications/${'x'.repeat(129)}`],
  ])('%s %s is answered with a 404 problem that does not repeat it', async (method, path) => {
    const api = await startTestApi();
    const answer = await api.call(method, path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(answer.body)).not.toContain(path.length > 1 ? path : 'GET');
  });

  test.each([
    ['DELETE', '/v1/notifications', 'POST, GET, HEAD'],
    ['PUT', '/v1/notifications', 'POST, GET, HEAD'],
    ['PATCH', '/v1/notifications/x', 'GET, HEAD, DELETE'],
    ['POST', '/v1/notifications/x', 'GET, HEAD, DELETE'],
    ['PUT', '/v1/notifications/batch', 'POST, GET, HEAD, DELETE'],
    ['GET', '/v1/notifications/x/retry', 'POST'],
    ['GET', '/v1/notifications/x/resolve', 'POST'],
    ['POST', '/readyz', 'GET, HEAD'],
  ])('%s %s is answered with 405 and what is allowed', async (method, path, allow) => {
    const api = await startTestApi();
    const answer = await api.call(method, path, method === 'PUT' ? '{' : undefined);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  test('a malformed URL is answered with a 400 problem', async () => {
    const api = await startTestApi();
    const answer = await api.call('GET', '/v1/notifications/%zz');
    expect(answer).toMatchObject({ status: 400, body: { detail: 'The URL is malformed.' } });
  });
});

describe('what is not HTTP', () => {
  test.each([
    ['nonsense', 'nonsense\r\n\r\n', 400],
    ['headers without end', `GET /healthz HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('%s is answered with a problem, and the connection ends', async (_title, sent, status) => {
    const api = await startTestApi();
    const socket = await open(api);
    socket.write(sent);
    const answer = await readAll(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain(`"status":${status}`);
  });
});

describe('a body that is refused', () => {
  test('leaves the connection usable, so that the caller gets to read why', async () => {
    const api = await startTestApi();
    const socket = await open(api);
    const megabytes = 3 * 1024 * 1024;
    socket.write(
      `POST /v1/notifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${megabytes}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(megabytes, 'x'));
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const answers = await readAll(socket);
    expect(answers).toMatch(/^HTTP\/1.1 413 [\s\S]*HTTP\/1.1 200 OK[\s\S]*alive/);
  });
});

describe('stopping', () => {
  test('lets a request in flight finish, then ends its connection; asking twice is one stop', async () => {
    const api = await startTestApi();
    const body = JSON.stringify({ ...REQUEST, id: 'in-flight' });
    const socket = await open(api);
    socket.write(
      `POST /v1/notifications HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    // The server has the request in hand from here on.
    await once(socket, 'data');
    const began = Date.now();
    const stopped = Promise.all([api.stop(), api.stop()]);
    socket.write(body);
    expect(await readAll(socket)).toMatch(/^HTTP\/1.1 202 [\s\S]*in-flight/);
    await stopped;
    expect(Date.now() - began).toBeLessThan(5_000);
    await expect(fetch(`${api.url}/healthz`)).rejects.toThrow();
  });

  test('refuses with 503 what arrives on a connection that was open before', async () => {
    const api = await startTestApi();
    const socket = await open(api);
    // Answered on another connection, so the server has certainly seen this one.
    await api.call('GET', '/healthz');
    const stopped = api.stop();
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const answer = await readAll(socket);
    expect(answer).toMatch(/^HTTP\/1.1 503 [\s\S]*problem:stopping/);
    expect(answer).toMatch(/retry-after: 1/i);
    await stopped;
  });
});
