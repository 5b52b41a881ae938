import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GO, LANE, startClient, type TestClient, WEB_MESSAGE } from './support/client.js';
import { json, type Platform, startPlatform } from './support/platform.js';

const ACCEPTED = JSON.stringify({ id: 'message-1' });
const MORE_THAN_AN_ANSWER_MAY_HAVE = 33 * 1024 * 1024;

let platform: Platform;
let genesys: TestClient;

beforeEach(async () => {
  platform = await startPlatform();
  genesys = await startClient({ baseUrl: platform.url });
});

afterEach(async () => {
  await genesys.client.close();
  await platform.close();
});

function send(text = WEB_MESSAGE.textBody) {
  return genesys.client.sendAgentlessMessage({ ...WEB_MESSAGE, textBody: text }, GO, LANE);
}

function answerPacked(text: string | Buffer): void {
  platform.handler = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
    response.end(gzipSync(text));
  };
}

describe('a request to the platform', () => {
  test('carries its body as UTF-8, with its length and what it accepts', async () => {
    platform.handler = (_request, response) => json(response, 200, { id: 'message-1' });
    expect(await send('Grüße aus Köln 👋')).toMatchObject({ ok: true });
    const [request] = platform.requests;
    expect(request?.body).toMatchObject({ textBody: 'Grüße aus Köln 👋' });
    expect(request?.query).toEqual({ useNormalizedMessage: 'true' });
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer token-1',
      'content-length': String(Buffer.byteLength(request?.text ?? '')),
      'accept-encoding': 'gzip',
    });
  });

  test('goes through the proxy of the environment, unless it stays on this machine', async () => {
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = platform.url;
    const distant = await startClient({ baseUrl: 'http://platform.invalid' });
    try {
      platform.handler = (_request, response) => json(response, 200, { id: 'message-1' });
      const sent = await distant.client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE);
      expect(sent).toMatchObject({ ok: true, data: { messageId: 'message-1' } });
      expect(platform.requests.map(({ headers }) => headers.host)).toEqual(['platform.invalid']);
      expect(await send()).toMatchObject({ ok: true });
    } finally {
      await distant.client.close();
      if (before === undefined) delete process.env['http_proxy'];
      else process.env['http_proxy'] = before;
    }
  });
});

describe('an answer of the platform', () => {
  test('that is compressed is read', async () => {
    answerPacked(ACCEPTED);
    expect(await send()).toMatchObject({ ok: true, data: { messageId: 'message-1' } });
  });

  test('that begins with a byte order mark is read', async () => {
    answerPacked(`\uFEFF${ACCEPTED}`);
    expect(await send()).toMatchObject({ ok: true, data: { messageId: 'message-1' } });
  });

  test('whose compressed data is damaged leaves the fate of the message unknown', async () => {
    platform.handler = (_request, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' });
      response.end('this is no gzip');
    };
    expect(await send()).toMatchObject({ ok: false, failure: { kind: 'connection_lost' } });
  });

  test('that unpacks to more than 32 MB is broken off', async () => {
    answerPacked(Buffer.alloc(MORE_THAN_AN_ANSWER_MAY_HAVE, ' '));
    expect(await send()).toMatchObject({
      ok: false,
      failure: { kind: 'connection_lost', code: 'ERR_BAD_RESPONSE' },
    });
  });
});
