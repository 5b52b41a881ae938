import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { DownloadFailed, type DownloadOptions } from '../../src/genesys/downloadResult.js';
import { startClient, type TestClient } from './support/client.js';

const BOUNDS: DownloadOptions = { maxBytes: 1_000_000, timeoutMs: 20_000 };

let files: http.Server;
let url: string;
let handler: http.RequestListener;
let requests: http.IncomingMessage[];
let genesys: TestClient;

beforeEach(async () => {
  requests = [];
  files = http.createServer((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  genesys = await startClient({ baseUrl: url });
});

afterEach(async () => {
  await genesys.client.close();
  await new Promise((resolve) => {
    files.close(resolve);
    files.closeAllConnections();
  });
});

async function fetched(options: Partial<DownloadOptions> = {}, path = '/file?signature=secret') {
  const file = await genesys.client.download(`${url}${path}`, { ...BOUNDS, ...options });
  if (!file.ok) return file;
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of file.stream) chunks.push(chunk);
  } catch (error) {
    return { thrown: error, bytes: Buffer.concat(chunks).length };
  }
  return { text: Buffer.concat(chunks).toString(), contentType: file.contentType };
}

test('A file comes without our token, without a permit, and uncompressed', async () => {
  handler = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/csv', 'Content-Encoding': 'gzip' });
    response.end(gzipSync('id,email\n'));
  };
  expect(await fetched()).toEqual({ text: 'id,email\n', contentType: 'text/csv' });
  expect(requests).toHaveLength(1);
  expect(requests[0]?.headers.authorization).toBeUndefined();
  expect(genesys.admission.admitted).toEqual([]);
});

test('A redirect to another place is followed', async () => {
  handler = ({ url: path }, response) => {
    if (path === '/new') response.writeHead(200).end('moved');
    else response.writeHead(302, { Location: '/new' }).end();
  };
  expect(await fetched()).toMatchObject({ text: 'moved' });
});

test.each(['ftp://127.0.0.1/file', 'file:///etc/passwd', 'http://['])(
  'A redirect to %s is not followed',
  async (location) => {
    handler = (_request, response) => response.writeHead(302, { Location: location }).end();
    const followed = await fetched();
    expect(followed).toMatchObject({ ok: false });
    expect(requests).toHaveLength(1);
  },
);

test('Redirects that lead round in a circle end', async () => {
  handler = (_request, response) => response.writeHead(302, { Location: '/again' }).end();
  expect(await fetched()).toEqual({ ok: false, failure: { kind: 'http', status: 302 } });
  expect(requests.length).toBeLessThan(10);
});

test('Plain HTTP is refused where the platform is reached by HTTPS', async () => {
  const secure = await startClient({ region: 'eu-central-1' });
  expect(await secure.client.download(`${url}/file`, BOUNDS)).toEqual({
    ok: false,
    failure: { kind: 'refused_url' },
  });
  expect(requests).toHaveLength(0);
  await secure.client.close();
});

test('A file that is not there any more is a failure with its status', async () => {
  handler = (_request, response) => response.writeHead(403).end('<Error>expired</Error>');
  expect(await fetched()).toEqual({ ok: false, failure: { kind: 'http', status: 403 } });
});

test('A file larger than allowed is not read on, compressed or not', async () => {
  handler = (_request, response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip' });
    response.end(gzipSync(Buffer.alloc(3_000_000)));
  };
  const { thrown, bytes } = (await fetched()) as { thrown: unknown; bytes: number };
  expect(thrown).toBeInstanceOf(DownloadFailed);
  expect(thrown).toMatchObject({ failure: { kind: 'too_large' } });
  expect(bytes).toBeLessThanOrEqual(BOUNDS.maxBytes);
});

test('A file that breaks off fails, and the failure does not hold its URL', async () => {
  handler = (_request, response) => {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('half', () => response.destroy());
  };
  const { thrown } = (await fetched()) as { thrown: Error };
  expect(thrown).toMatchObject({ failure: { kind: 'connection_lost' } });
  expect(`${thrown.stack}${JSON.stringify(thrown)}`).not.toContain('secret');
});

test('A file that does not come in time fails', async () => {
  handler = (_request, response) => response.writeHead(200).write('half');
  expect(await fetched({ timeoutMs: 300 })).toMatchObject({
    thrown: { failure: { kind: 'timeout' } },
  });
});

test('A host that does not answer in time is a failure', async () => {
  handler = () => undefined;
  expect(await fetched({ timeoutMs: 300 })).toEqual({ ok: false, failure: { kind: 'timeout' } });
});

test('A caller that gives up ends the download', async () => {
  const giveUp = new AbortController();
  handler = (_request, response) => {
    response.writeHead(200).write('half', () => giveUp.abort());
  };
  const ended = await fetched({ signal: giveUp.signal });
  const failure = 'thrown' in ended ? ended.thrown : ended;
  expect(failure).toMatchObject({ failure: { kind: 'aborted' } });
});

test('A file that is not read is closed when its time is up', async () => {
  const closed = new Promise((resolve) => {
    handler = (_request, response) => {
      response.on('close', resolve);
      response.writeHead(200).write('half');
    };
  });
  expect(await genesys.client.download(`${url}/file`, { ...BOUNDS, timeoutMs: 300 })).toMatchObject(
    {
      ok: true,
    },
  );
  await closed;
});
