import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

/** How an answer comes, once the request has been read. */
export type Way = 'whole' | 'gzip' | 'cut' | 'dropped' | 'late' | 'endless';

export interface Lie {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
  way: Way;
}

/** What the platform answered by itself. */
export interface TrueAnswer {
  status: number;
  body: unknown;
}

const LATE_MS = 400;

/**
 * Stands before the sandbox. Passes on what it is asked, or answers with a lie in its place; logins are passed on
 * unless the lie is about them.
 */
export class LyingPlatform {
  readonly url: string;
  /** In place of the sandbox's answers, until it is taken away. */
  lie: Lie | undefined;
  /** The lie is told of a login, too. */
  liesAboutLogin = false;
  /** Requests since it was set to 0, logins left out. */
  asked = 0;
  /** The last true answer. */
  last: TrueAnswer | undefined;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async start(sandboxUrl: string): Promise<LyingPlatform> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const platform = new LyingPlatform(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeAllConnections();
        }),
    );
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      platform.#serve(request, response, sandboxUrl).catch(() => response.destroy());
    });
    return platform;
  }

  close(): Promise<void> {
    return this.#close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse, to: string): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isLogin = request.url?.startsWith('/oauth/token') === true;
    if (!isLogin) this.asked += 1;
    if (this.lie !== undefined && (!isLogin || this.liesAboutLogin))
      return tell(this.lie, response);
    const {
      host: _ours,
      connection: _hop,
      'content-length': _length,
      ...headers
    } = request.headers;
    const answer = await fetch(`${to}${request.url}`, {
      method: request.method,
      headers: headers as Record<string, string>,
      body: chunks.length === 0 ? undefined : Buffer.concat(chunks),
    });
    const text = await answer.text();
    if (!isLogin) this.last = { status: answer.status, body: parsed(text) };
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(text);
  }
}

async function tell({ status, headers, body, way }: Lie, response: ServerResponse): Promise<void> {
  if (way === 'dropped') {
    response.destroy();
    return;
  }
  if (way === 'late') await sleepFor(LATE_MS);
  const packed = way === 'gzip' ? gzipSync(body) : body;
  response.writeHead(status, {
    ...headers,
    ...(way === 'gzip' && { 'content-encoding': 'gzip' }),
    ...(way === 'cut' && { 'content-length': String(packed.length + 10) }),
  });
  if (way === 'endless') {
    response.write(packed);
    return;
  }
  response.end(packed);
  if (way === 'cut') setImmediate(() => response.destroy());
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
