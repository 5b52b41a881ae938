import http from 'node:http';
import https from 'node:https';
import type { Connections } from './connections.js';
import type { Exchange } from './exchange.js';

/**
 * A server may close a connection it thinks idle just as we write to it, and then nobody knows
 * whether the message was taken. Most servers wait 5 s or longer, so 2 s keeps a send clear of that
 * and still lets it ride on the connection its own lookups have opened.
 */
const SEND_IDLE_MS = 2_000;
/** A read that meets a closed connection is simply repeated. */
export const READ_IDLE_MS = 10_000;

type RequestOptions = https.RequestOptions & { protocol?: string | null };

/**
 * The innermost step of every request: axios calls it in place of `http.request`, with nothing
 * asynchronous left but the connection. The request's `socket` event comes with a connection that
 * stands (see connections.ts) and before a byte is written to it, on a new socket as on a pooled one.
 */
export function wireFor(exchange: Exchange, connections: Connections) {
  return {
    request(
      options: RequestOptions,
      onResponse: (response: http.IncomingMessage) => void,
    ): http.ClientRequest {
      connections.dropIdle(exchange.isSend ? SEND_IDLE_MS : READ_IDLE_MS);
      const { request: issue } = options.protocol === 'https:' ? https : http;
      const request = issue(options, (response) => {
        exchange.head = { status: response.statusCode ?? 0, headers: response.headers };
        onResponse(response);
      });
      request.once('socket', () => {
        if (!exchange.mayWrite()) request.destroy(new Error('too late to write'));
      });
      return request;
    },
  };
}
