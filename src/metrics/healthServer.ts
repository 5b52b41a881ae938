import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { foreignOrigin, isLoopbackHost, localUrl } from '../http/requestOrigin.js';
import type { PauseStatus } from '../queue/operations.js';
import type { Durability } from '../redis/durability.js';
import type { Metrics } from './metrics.js';

export type Readiness = ({ ready: true } | { ready: false; because: string[] }) &
  PauseStatus & {
    /** Of a worker: what has to be so of an intent before its message leaves. */
    intentDurability?: Durability;
  };

export interface HealthServer {
  url: string;
  close(): Promise<void>;
}

/** As for the api: against callers who send a byte a minute. */
const TIME_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 72_000,
} as const;
const LONGEST_HEADERS_BYTES = 16 * 1024;

export interface HealthServerParts {
  readiness: () => Promise<Readiness>;
  metrics: Metrics;
  /** For tests, which are in a hurry. */
  timeLimits?: Partial<Record<keyof typeof TIME_LIMITS, number>>;
}

/**
 * `/healthz`: the process lives. `/readyz`: it gets work done; else 503 with the reasons. `/metrics`:
 * what it counts, for Prometheus. For roles that have no HTTP of their own.
 */
export async function startHealthServer(
  port: number,
  host: string,
  parts: HealthServerParts,
): Promise<HealthServer> {
  const limits = { ...TIME_LIMITS, ...parts.timeLimits, maxHeaderSize: LONGEST_HEADERS_BYTES };
  const rules = { loopbackNamesOnly: isLoopbackHost(host), programsMayWrite: true };
  const server = createServer(limits, (request, response) => {
    const foreign = foreignOrigin(request, rules);
    answer(request, response, parts, foreign).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: localUrl(host, bound),
    close: () => close(server),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { readiness, metrics }: HealthServerParts,
  foreign: string | undefined,
): Promise<void> {
  const send = (status: number, type: string, body: string) => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(body);
  };
  const json = (status: number, body: unknown) =>
    send(status, 'application/json', JSON.stringify(body));
  if (foreign !== undefined) return json(403, { status: 'refused', because: [foreign] });
  switch (request.url) {
    case '/healthz':
      return json(200, { status: 'alive' });
    case '/readyz': {
      const { ready, ...details } = await readiness();
      return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', ...details });
    }
    case '/metrics':
      return send(200, metrics.contentType, await metrics.page());
    default:
      return json(404, { status: 'not found' });
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
