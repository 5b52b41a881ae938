import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Resolve } from '../../src/webhooks/addressGuard.js';
import { WebhookPoster } from '../../src/webhooks/webhookPost.js';
import { Receiver } from './support/receiver.js';

const BODY = '{"type":"webhook.test"}';

describe('a request to a webhook', () => {
  let receiver: Receiver;
  let poster: WebhookPoster;
  const servers: Server[] = [];

  beforeEach(async () => {
    receiver = await Receiver.start();
    poster = new WebhookPoster({ allowPrivate: true });
  });
  afterEach(async () => {
    poster.stop();
    await receiver.close();
    for (const server of servers.splice(0)) server.close();
  });

  /** A server that speaks as it likes; its URL. */
  async function rawServer(talk: (write: (text: string) => void, end: () => void) => void) {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () =>
        talk(
          (text) => void socket.write(text),
          () => void socket.destroy(),
        ),
      );
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  test('brings body and headers, and gets status and the beginning of the answer', async () => {
    receiver.answer = () => ({
      status: 503,
      body: 'x'.repeat(100_000),
      headers: { 'retry-after': '7' },
    });
    const result = await poster.post(receiver.url, { 'webhook-id': 'one' }, BODY);
    expect(result).toMatchObject({ kind: 'answered', status: 503, retryAfter: '7' });
    expect(result.kind === 'answered' && result.text.length).toBe(2_048);
    expect(receiver.received[0]).toMatchObject({
      id: 'one',
      text: BODY,
      headers: { 'content-type': 'application/json' },
    });
  });

  test.each([301, 302, 307, 308])('does not follow a %i', async (status) => {
    const other = await Receiver.start();
    receiver.answer = () => ({ status, headers: { location: other.url } });
    expect(await poster.post(receiver.url, {}, BODY)).toMatchObject({ kind: 'answered', status });
    expect(other.received).toEqual([]);
    await other.close();
  });

  test('is bounded as a whole: by the answer that does not come, and by the name that is not found', async () => {
    receiver.answer = () => 'never';
    const short = new WebhookPoster({ allowPrivate: true, withinMs: 100 });
    const failed = { kind: 'failed', error: 'timeout' };
    expect(await short.post(receiver.url, {}, BODY)).toMatchObject(failed);
    const never: Resolve = () => undefined;
    const deaf = new WebhookPoster({ allowPrivate: true, withinMs: 100, resolve: never });
    expect(await deaf.post('http://hooks.example.com/', {}, BODY)).toMatchObject(failed);
    short.stop();
    deaf.stop();
  });

  test('counts by its status, whatever comes of the body after it', async () => {
    const short = new WebhookPoster({ allowPrivate: true, withinMs: 300 });
    const trickling = await rawServer((write) =>
      write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nbegun'),
    );
    const broken = await rawServer((write, end) => {
      write('HTTP/1.1 202 Accepted\r\ncontent-length: 1000\r\n\r\nbegun');
      setTimeout(end, 50);
    });
    expect(await short.post(trickling, {}, BODY)).toMatchObject({ kind: 'answered', status: 200 });
    expect(await short.post(broken, {}, BODY)).toMatchObject({ kind: 'answered', status: 202 });
    short.stop();
  });

  test('says why there was no answer', async () => {
    const ending = await rawServer((_write, end) => end());
    const talking = await rawServer((write) => write('220 smtp.example.com ESMTP\r\n'));
    const closed = await rawServer(() => undefined);
    await new Promise((resolve) => servers.at(-1)?.close(resolve));
    const unknown: Resolve = (_host, _options, done) =>
      done(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), []);
    const lost = new WebhookPoster({ allowPrivate: true, resolve: unknown });
    const errorOf = async (post: Promise<unknown>) => (await post) as { error?: string };
    expect((await errorOf(poster.post(ending, {}, BODY))).error).toBe('broken_off');
    expect((await errorOf(poster.post(talking, {}, BODY))).error).toBe('broken_off');
    expect((await errorOf(poster.post(closed, {}, BODY))).error).toBe('connect');
    expect((await errorOf(lost.post('http://hooks.example.com/', {}, BODY))).error).toBe('dns');
    const plain = receiver.url.replace('http:', 'https:');
    expect((await errorOf(poster.post(plain, {}, BODY))).error).toBe('tls');
    lost.stop();
  });

  test('goes out once more at once where an idle connection was closed by the other side', async () => {
    await poster.post(receiver.url, {}, BODY);
    const { port } = new URL(receiver.url);
    await receiver.close();
    const again = createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
    });
    servers.push(again);
    again.listen(Number(port), '127.0.0.1');
    await once(again, 'listening');
    expect(await poster.post(receiver.url, {}, BODY)).toMatchObject({ status: 204 });
    receiver = await Receiver.start();
  });

  test('is refused before a connection where its address is not allowed', async () => {
    const strict = new WebhookPoster({ allowPrivate: false });
    const refused = { kind: 'failed', error: 'refused_address' };
    for (const url of [
      receiver.url,
      receiver.url.replace('127.0.0.1', 'localhost').replace('http:', 'https:'),
      receiver.url.replace('http:', 'https:'),
      'https://169.254.169.254/',
    ]) {
      expect([url, await strict.post(url, {}, BODY)]).toMatchObject([url, refused]);
    }
    expect(receiver.received).toEqual([]);
    strict.stop();
  });

  test('asks DNS at each connection: a name that leads inside later is refused then', async () => {
    const { port } = new URL(receiver.url);
    const addresses = ['93.184.216.34', '127.0.0.1'];
    const asked: string[] = [];
    const rebinding: Resolve = (_host, _options, done) => {
      const address = addresses.shift() ?? '127.0.0.1';
      asked.push(address);
      done(null, [{ address, family: 4 }]);
    };
    const strict = new WebhookPoster({ allowPrivate: false, resolve: rebinding, withinMs: 200 });
    const first = await strict.post(`https://hooks.example.com:${port}/hook`, {}, BODY);
    expect(first).not.toMatchObject({ error: 'refused_address' });
    const second = await strict.post(`https://hooks.example.com:${port}/hook`, {}, BODY);
    expect(second).toMatchObject({ kind: 'failed', error: 'refused_address' });
    expect(asked).toEqual(['93.184.216.34', '127.0.0.1']);
    expect(receiver.received).toEqual([]);
    strict.stop();
  });
});
