import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startSandbox } from '../../sandbox/sandbox.js';
import { rawHttp } from '../support/rawHttp.js';
import { REQUEST, startTestApi, stopApisAfterEach, type TestApi } from './support/api.js';

stopApisAfterEach();
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const MB = 1024 * 1024;
const BATCH = '/v1/notifications/batch';

async function beginPost(api: TestApi, path: string, announced: number): Promise<Socket> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${announced}\r\n\r\n`,
  );
  return socket;
}

async function statusLine(socket: Socket): Promise<string> {
  const [first] = (await once(socket, 'data')) as [Buffer];
  return first.toString().split('\r\n')[0] ?? '';
}

describe('a body that is nested deeply', () => {
  test.each([
    ['of arrays', '['.repeat(33)],
    ['of objects', '{"a":'.repeat(33)],
    ['of both, closed again', `${'[{"a":'.repeat(17)}1${'}]'.repeat(17)}`],
  ])('%s is refused with a sentence that says so', async (_title, body) => {
    const api = await startTestApi();
    const answer = await api.post(body);
    expect([answer.status, answer.body['detail']]).toEqual([
      400,
      'The body is nested more than 32 levels deep.',
    ]);
  });

  test('is taken up to 32 levels, and brackets within texts are no levels', async () => {
    const api = await startTestApi();
    const deep = `${'['.repeat(28)}"${'[{'.repeat(100)}\\"["${']'.repeat(28)}`;
    const body = `{"recipient": {"email": "customer@example.com"}, "template": "follow-up", "metadata": {"deep": ${deep}}}`;
    const answer = await api.post(body);
    expect(answer.body['detail']).toBeUndefined();
    expect([202, 422]).toContain(answer.status);
  });

  test('is refused while it is read: its end is not waited for', async () => {
    const api = await startTestApi();
    const socket = await beginPost(api, BATCH, 16 * MB);
    socket.write('['.repeat(100));
    expect(await statusLine(socket)).toBe('HTTP/1.1 400 Bad Request');
  });

  test('is refused at its beginning for all who send one at once, and the rest is passed over', async () => {
    const api = await startTestApi();
    const attack = await Promise.all(
      Array.from({ length: 30 }, () => beginPost(api, BATCH, 16 * MB)),
    );
    const answers = attack.map(statusLine);
    for (const socket of attack) socket.write('['.repeat(256 * 1024));
    expect((await api.post(REQUEST)).status).toBe(202);
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['HTTP/1.1 400 Bad Request']));
  });

  test('is refused by the sandbox, its control routes included', async () => {
    const sandbox = await startSandbox();
    try {
      const headers = { 'content-type': 'application/json' };
      const asked = { method: 'POST', headers, body: '['.repeat(100_000) };
      const answer = await rawHttp(`${sandbox.url}/_sandbox/faults`, asked);
      expect([answer.status, JSON.parse(answer.text).error]).toEqual([
        400,
        'expected JSON that is nested at most 32 levels deep',
      ]);
    } finally {
      await sandbox.close();
    }
  });
});

describe('large bodies at once', () => {
  test('find room for 64 MB; others are asked to come back, and small requests always pass', async () => {
    const api = await startTestApi();
    const large = Buffer.alloc(15 * MB, ' ');
    const held = await Promise.all(Array.from({ length: 5 }, () => beginPost(api, BATCH, 16 * MB)));
    const refused = held.map((socket) => once(socket, 'data'));
    for (const socket of held) socket.write(large);
    const [first] = (await Promise.race(refused)) as [Buffer];
    expect(first.toString()).toMatch(/^HTTP\/1\.1 503 /);
    expect(first.toString()).toMatch(/\r\nretry-after: 1\r\n/i);
    expect(first.toString()).toContain('urn:proactive-notifier:problem:too-many-bodies');
    expect((await api.post(REQUEST)).status).toBe(202);
    for (const socket of held) socket.destroy();
    await expectRoomFor(api, 14 * MB);
  });

  test('of answered requests take no room any more', async () => {
    const api = await startTestApi();
    for (let n = 0; n < 6; n += 1) {
      const { status } = await api.call('POST', BATCH, `${' '.repeat(15 * MB)}{}`);
      expect(status).toBe(422);
    }
  });
});

/** Until the server has noticed that connections are gone, their bodies take room. */
async function expectRoomFor(api: TestApi, bytes: number): Promise<void> {
  for (let n = 0; n < 50; n += 1) {
    const { status } = await api.call('POST', BATCH, `${' '.repeat(bytes)}{}`);
    if (status === 422) return;
    expect(status).toBe(503);
  }
  throw new Error('the room was not given back');
}
