import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Readiness = { ready: true } | { ready: false; because: string[] };

export interface HealthServer {
  url: string;
  close(): Promise<void>;
}

/**
 * `/healthz`: the process lives. `/readyz`: it gets work done; else 503 with the reasons. For roles
 * that have no HTTP of their own.
 */
export async function startHealthServer(
  port: number,
  host: string,
  readiness: () => Promise<Readiness>,
): Promise<HealthServer> {
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(JSON.stringify(body));
    };
    if (request.url === '/healthz') return answer(200, { status: 'alive' });
    if (request.url !== '/readyz') return answer(404, { status: 'not found' });
    const state = await readiness();
    return state.ready
      ? answer(200, { status: 'ready' })
      : answer(503, { status: 'not ready', because: state.because });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () => close(server),
  };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
