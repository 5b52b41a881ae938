import http from 'node:http';
import https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import zlib from 'node:zlib';
import axios, {
  type AxiosAdapter,
  AxiosError,
  AxiosHeaders,
  type AxiosResponse,
  CanceledError,
  type InternalAxiosRequestConfig,
} from 'axios';
import type { CallContext } from './callContext.js';
import type { Connections } from './keepAlive.js';

/**
 * A server may close a connection it thinks idle just as we write to it. Then it is unknown
 * whether the message was taken. Most servers wait 5 s or longer, so 2 s keeps a send clear of that
 * and still lets it ride on the connection its own lookups have opened.
 */
const SEND_IDLE_MS = 2_000;
/** A read that meets a closed connection is simply repeated. */
export const READ_IDLE_MS = 10_000;
/** A page of 100 conversations is a few MB; larger answers are treated as errors. Unpacked bytes. */
export const LONGEST_ANSWER_BYTES = 32 * 1024 * 1024;

type RequestOptions = https.RequestOptions & { protocol?: string | null };

declare module 'axios' {
  interface AxiosRequestConfig {
    exchange?: CallContext;
  }
}

export function exchangeOf(config: { exchange?: CallContext } | undefined): CallContext {
  if (config?.exchange === undefined) throw new Error('a request without an exchange');
  return config.exchange;
}

/**
 * The innermost step of every request, in place of `http.request`, with nothing asynchronous left but
 * the connection. The request's `socket` event comes with a connection that stands (see
 * keepAlive.ts) and before a byte is written to it, on a new socket as on a pooled one.
 */
export function httpAdapter(exchange: CallContext, connections: Connections) {
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

/**
 * What axios does with a request once it is put together, as far as the platform needs it: no
 * redirects, no proxy, no streams; a body of text or JSON, and an answer read as text. axios' own
 * adapter provides for all of those, and takes half of the CPU time that a call costs. Errors are
 * axios' own, so that retries and error mapping need not know which adapter ran.
 */
export function directAdapter(connections: Connections): AxiosAdapter {
  return (config) =>
    new Promise<AxiosResponse>((resolve, reject) => {
      const exchange = exchangeOf(config);
      const { signal } = exchange;
      let request: http.ClientRequest | undefined;
      const onAbort = () => {
        fail(new CanceledError(undefined, config, request));
        request?.destroy();
      };
      const fail = (error: Error) => {
        signal.removeEventListener('abort', onAbort);
        reject(
          axios.isAxiosError(error) || axios.isCancel(error)
            ? error
            : AxiosError.from(error, undefined, config, request),
        );
      };
      signal.addEventListener('abort', onAbort);
      try {
        request = httpAdapter(exchange, connections).request(
          optionsOf(config, connections),
          (response) =>
            readText(response, {
              fail,
              done: (data) => {
                signal.removeEventListener('abort', onAbort);
                settle(response, { data, config, request, resolve, reject });
              },
            }),
        );
        request.on('error', fail);
        request.end(config.data);
      } catch (error) {
        // Such as a header that cannot be written: no byte has left.
        if (!(error instanceof Error)) throw error;
        fail(error);
      }
    });
}

function optionsOf(
  config: InternalAxiosRequestConfig,
  { httpAgent, httpsAgent }: Connections,
): RequestOptions {
  const { protocol, hostname, port, pathname, search } = new URL(config.url ?? '');
  const headers = config.headers.toJSON() as http.OutgoingHttpHeaders;
  headers['Accept-Encoding'] = ACCEPTED;
  if (typeof config.data === 'string') headers['Content-Length'] = Buffer.byteLength(config.data);
  return {
    protocol,
    // The brackets of an IPv6 address belong to the URL; a resolver does not know them.
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    path: `${pathname}${search}`,
    method: config.method?.toUpperCase(),
    headers,
    agent: protocol === 'https:' ? httpsAgent : httpAgent,
  };
}

function settle(
  { statusCode: status = 0, statusMessage: statusText = '' }: http.IncomingMessage,
  to: {
    data: string;
    config: InternalAxiosRequestConfig;
    request: http.ClientRequest | undefined;
    resolve: (answer: AxiosResponse) => void;
    reject: (error: Error) => void;
  },
): void {
  const { data, config, request } = to;
  // Headers are read from the call context, which has them as they came.
  const answer = { data, status, statusText, headers: new AxiosHeaders(), config, request };
  if (status >= 200 && status < 300) to.resolve(answer);
  else {
    const code = status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE;
    to.reject(new AxiosError(`status ${status}`, code, config, request, answer));
  }
}

/** As axios does it: what has arrived of an answer that was cut off is handed on, and is no JSON then. */
const UNPACKED_SO_FAR = {
  flush: zlib.constants.Z_SYNC_FLUSH,
  finishFlush: zlib.constants.Z_SYNC_FLUSH,
};
const ACCEPTED = 'gzip';

function unpacked(response: http.IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'x-gzip') return response;
  // An error of either ends the other, and comes to who reads.
  return pipeline(response, zlib.createUnzip(UNPACKED_SO_FAR), () => undefined);
}

function readText(
  response: http.IncomingMessage,
  { done, fail }: { done: (text: string) => void; fail: (error: Error) => void },
): void {
  const body = unpacked(response);
  const chunks: Buffer[] = [];
  let bytes = 0;
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > LONGEST_ANSWER_BYTES) {
      body.destroy(new AxiosError('answer too long', AxiosError.ERR_BAD_RESPONSE));
    }
  });
  body.on('error', fail);
  body.on('end', () => {
    const [only] = chunks;
    const whole = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
    // A byte order mark is no JSON.
    done(whole.toString('utf8').replace(/^\uFEFF/, ''));
  });
}
