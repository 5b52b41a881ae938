import { once } from 'node:events';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { fileText } from '../../src/campaign/import/fileText.js';
import { NdjsonReader } from '../../src/campaign/import/ndjson.js';
import { UnusableFileError } from '../../src/campaign/import/unusableFile.js';
import { extractHistory } from '../../src/context/extractContext.js';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';

/* Attacks that have a name. Slow requests: test/api/upload.test.ts; deep and many bodies: test/api/bodies.test.ts. */

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
stopApisAfterAll();

const SMUGGLED = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';

test.each([
  [
    'a length beside chunks',
    `Content-Length: ${SMUGGLED.length + 5}\r\nTransfer-Encoding: chunked`,
  ],
  ['two lengths', `Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}`],
  ['chunks that are not the last encoding', 'Transfer-Encoding: chunked, identity'],
  ['a blank before the colon', 'Transfer-Encoding : chunked'],
])('a request within another is not answered: %s', async (_title, headers) => {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  let answers = '';
  socket.on('data', (data: Buffer) => {
    answers += data.toString();
  });
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  socket.write(
    `POST /v1/notifications HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  );
  await closed;
  expect(answers).toMatch(/^HTTP\/1\.1 400 /);
  expect(answers).not.toContain('alive');
});

test('a gigabyte that is packed into a megabyte is refused at its first row that is too long', async () => {
  const member = gzipSync(Buffer.alloc(8 * 1024 * 1024, 'x'));
  let read = 0;
  const bomb = Readable.from(
    (function* () {
      for (let count = 0; count < 128; count += 1) yield member;
    })(),
  );
  const reader = new NdjsonReader();
  const unpacked = async () => {
    const text = fileText(bomb, { onBytes: () => undefined, facts: {} });
    for await (const piece of text) {
      read += piece.length;
      for (const _row of reader.push(piece)) throw new Error('a row was read');
    }
  };
  await expect(unpacked()).rejects.toThrow(UnusableFileError);
  expect(read).toBeLessThan(8 * 1024 * 1024);
});

test('of a conversation of 100,000 messages in any order, the last one is found', () => {
  const count = 100_000;
  const messages = Array.from({ length: count }, (_, at) => {
    const place = (at * 7_919) % count;
    const sentAt = new Date(Date.UTC(2026, 10, 22) + place).toISOString();
    return { at: sentAt, direction: 'inbound' as const, text: `where is my parcel, ${place} days` };
  });
  const { lastMessage } = extractHistory([
    { conversationId: 'c1', startedAt: '2026-11-22T09:00:00Z', messages },
  ]);
  expect(lastMessage).toBe(`where is my parcel, ${count - 1} days`);
});
