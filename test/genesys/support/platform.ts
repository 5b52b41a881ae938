import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

interface SeenRequest {
  at: number;
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  headers: http.IncomingHttpHeaders;
  text: string;
  body: unknown;
  /** Counts connections, from 1. */
  connection: number;
}

export type Handler = (
  request: SeenRequest,
  response: http.ServerResponse,
  socket: Socket,
) => unknown;

/**
 * A server that answers logins by itself and hands everything else to `handler`, which a test sets
 * to misbehave exactly as it needs.
 */
export interface Platform {
  url: string;
  requests: SeenRequest[];
  logins: SeenRequest[];
  connections: () => number;
  handler: Handler;
  loginHandler: Handler;
  /** Resolves once that many requests, logins aside, have arrived. */
  arrived: (count: number) => Promise<void>;
  close: () => Promise<void>;
}

export function json(
  response: http.ServerResponse,
  status: number,
  body: unknown,
  headers: http.OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export async function startPlatform(
  options: { keepAliveTimeoutMs?: number; host?: string } = {},
): Promise<Platform> {
  let connections = 0;
  let issued = 0;
  const connectionOf = new WeakMap<Socket, number>();
  const waiting = new Set<() => void>();

  const platform: Platform = {
    url: '',
    requests: [],
    logins: [],
    connections: () => connections,
    handler: (_request, response) => json(response, 200, {}),
    loginHandler: (_request, response) => {
      issued += 1;
      json(response, 200, {
        access_token: `token-${issued}`,
        token_type: 'bearer',
        expires_in: 86_399,
      });
    },
    arrived: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (platform.requests.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', 'http://platform');
    const seen: SeenRequest = {
      at: Date.now(),
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      text,
      body:
        request.headers['content-type']?.startsWith('application/json') && text !== ''
          ? JSON.parse(text)
          : undefined,
      connection: connectionOf.get(request.socket) ?? 0,
    };
    const isLogin = url.pathname.endsWith('/oauth/token');
    (isLogin ? platform.logins : platform.requests).push(seen);
    for (const check of waiting) check();
    await (isLogin ? platform.loginHandler : platform.handler)(seen, response, request.socket);
  });
  server.keepAliveTimeout = options.keepAliveTimeoutMs ?? 60_000;
  server.on('connection', (socket) => {
    connections += 1;
    connectionOf.set(socket, connections);
  });
  await new Promise<void>((resolve) => server.listen(0, options.host ?? '127.0.0.1', resolve));
  platform.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return platform;
}
