import http from 'node:http';
import https from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import axiosRetry from 'axios-retry';
import type { Logger } from 'pino';
import { beforeRequest } from './beforeRequest.js';
import {
  CallFailed,
  type CallFailure,
  type Limiter,
  type Operation,
  type RateLimitAnswer,
} from './call.js';
import type { CallContext } from './callContext.js';
import { correlationIdOf, mapError, parseJson, RateLimitBackoff } from './errorResponse.js';
import { type Connections, createConnections } from './keepAlive.js';
import { isRepeatable, pauseBefore, RETRIES } from './retry.js';
import type { Tokens } from './tokens.js';

/**
 * A server may close a connection it thinks idle just as we write to it. Then it is unknown
 * whether the message was taken. Most servers wait 5 s or longer, so 2 s keeps a send clear of that
 * and still lets it ride on the connection its own lookups have opened.
 */
const SEND_IDLE_MS = 2_000;
/** A read that meets a closed connection is simply repeated. */
const READ_IDLE_MS = 10_000;

type RequestOptions = https.RequestOptions & { protocol?: string | null };

/**
 * The innermost step of every request: axios calls it in place of `http.request`, with nothing
 * asynchronous left but the connection. The request's `socket` event comes with a connection that
 * stands (see keepAlive.ts) and before a byte is written to it, on a new socket as on a pooled one.
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

declare module 'axios' {
  interface AxiosRequestConfig {
    exchange?: CallContext;
  }
}

export interface HttpRequest {
  method: string;
  url: string;
  params?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown;
}

/** A request that was issued, and how it ended: an HTTP status, or the kind of failure. */
export interface IssuedRequest {
  operation: Operation;
  outcome: string;
  durationMs: number;
}

interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  data: unknown;
}

/** SYNs are repeated after 1 s and 3 s; a host that has not answered by then is unreachable. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A page of 100 conversations is a few MB; larger bodies are treated as errors. */
const LONGEST_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * The one HTTP client of this process towards the platform. The SDK runs on it, Engage and login use
 * it directly. It answers with what a 2xx holds, or throws `CallFailed`; no error of axios, which
 * would hold the token and the body, ever leaves it.
 */
export class Transport {
  readonly #axios: AxiosInstance;
  readonly #connections: Connections;
  readonly #admission: Limiter;
  readonly #tokens: Tokens;
  readonly #log: Logger;
  readonly #observe: (request: IssuedRequest) => void;
  readonly #backoff = new RateLimitBackoff();
  readonly #running = new Map<CallContext, Promise<unknown>>();
  #closed = false;

  constructor(deps: {
    admission: Limiter;
    tokens: Tokens;
    log: Logger;
    userAgent: string;
    observe?: (request: IssuedRequest) => void;
  }) {
    this.#admission = deps.admission;
    this.#tokens = deps.tokens;
    this.#log = deps.log;
    this.#observe = deps.observe ?? (() => undefined);
    this.#connections = createConnections({
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      idleTimeoutMs: READ_IDLE_MS,
    });
    this.#axios = axios.create({
      httpAgent: this.#connections.httpAgent,
      httpsAgent: this.#connections.httpsAgent,
      headers: { 'User-Agent': deps.userAgent },
      maxRedirects: 0,
      maxContentLength: LONGEST_ANSWER_BYTES,
      // Parsed here, not by axios, which hands on a body it cannot parse as if it were a string.
      responseType: 'text',
      transformResponse: [(body: unknown) => body],
    });
    this.#installInterceptors();
  }

  /** Performs the request, with retries if the operation allows them. Throws `CallFailed`. */
  async perform(exchange: CallContext, request: HttpRequest): Promise<HttpAnswer> {
    const running = this.#performWithFreshToken(exchange, request);
    this.#running.set(exchange, running);
    try {
      return await running;
    } finally {
      this.#running.delete(exchange);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const exchange of this.#running.keys()) exchange.close();
    await Promise.allSettled(this.#running.values());
    this.#connections.close();
  }

  /**
   * A read answered with 401 is repeated once with a new token. A send is not: whether it may be
   * written again is the sender's decision, and takes a new word of its guard.
   */
  async #performWithFreshToken(exchange: CallContext, request: HttpRequest): Promise<HttpAnswer> {
    const first = await this.#attempt(exchange, request);
    if ('data' in first) return first;
    if (first.kind === 'http' && first.status === 401 && exchange.token !== undefined) {
      this.#tokens.drop(exchange.token);
      if (!exchange.isSend) {
        const second = await this.#attempt(exchange, request);
        if ('data' in second) return second;
        throw new CallFailed(second);
      }
    }
    throw new CallFailed(first);
  }

  async #attempt(exchange: CallContext, request: HttpRequest): Promise<HttpAnswer | CallFailure> {
    if (this.#closed) return { kind: 'not_issued', reason: 'closed' };
    try {
      const { status, headers, data } = await this.#axios.request<unknown>({
        exchange,
        method: request.method,
        url: request.url,
        params: request.params,
        headers: request.headers,
        data: request.body,
        signal: exchange.signal,
        transport: httpAdapter(exchange, this.#connections),
        // A proxy from the environment is honoured, but a sandbox next door is not behind it.
        proxy: isLoopback(request.url) ? false : undefined,
      });
      const body = typeof data === 'string' ? parseJson(data) : undefined;
      const correlationId = correlationIdOf(headers);
      const answered = correlationId === undefined ? { status } : { status, correlationId };
      if (body === undefined) return { kind: 'malformed', ...answered };
      exchange.answered = answered;
      this.#backoff.answered(exchange.attemptStartedAt);
      return { status, headers, data: body };
    } catch (error) {
      const failure = mapError(error, exchange);
      if (failure === undefined) throw error;
      if (failure.kind !== 'http') return failure;
      if (failure.status !== 429) {
        this.#backoff.answered(exchange.attemptStartedAt);
        return failure;
      }
      const { limit, retryAfterMs = this.#backoff.next(performance.now()) } = failure;
      await this.#reportRateLimit({ operation: exchange.operation, retryAfterMs, limit });
      return { ...failure, retryAfterMs };
    }
  }

  /** The answer to a send must not be lost because the gate could not be closed. */
  async #reportRateLimit(answer: RateLimitAnswer): Promise<void> {
    try {
      await this.#admission.rateLimited(answer);
    } catch {
      const { operation, retryAfterMs } = answer;
      this.#log.error({ operation, retryAfterMs }, 'rate limit could not be written to Redis');
    }
  }

  /**
   * Request interceptors run last-registered first, response interceptors first-registered first:
   * ours, registered before axios-retry's, stand closest to the wire and see every retry.
   */
  #installInterceptors(): void {
    this.#axios.interceptors.request.use(async (config) => {
      const exchange = exchangeOf(config);
      await beforeRequest(exchange, { admission: this.#admission, tokens: this.#tokens });
      if (exchange.token !== undefined) {
        config.headers.set('Authorization', `Bearer ${exchange.token}`);
      }
      exchange.attemptStartedAt = performance.now();
      return config;
    });
    this.#axios.interceptors.response.use(
      (response) => {
        this.#noteAttempt(exchangeOf(response.config), `${response.status}`);
        return response;
      },
      (error: unknown) => {
        if (axios.isAxiosError(error) && error.config !== undefined) {
          const exchange = exchangeOf(error.config);
          const failure = mapError(error, exchange);
          this.#noteAttempt(exchange, exchange.head ? `${exchange.head.status}` : failure?.kind);
        }
        throw error;
      },
    );
    axiosRetry(this.#axios, {
      retries: RETRIES,
      retryCondition: (error) => {
        const exchange = exchangeOf(error.config);
        const failure = mapError(error, exchange);
        return failure !== undefined && isRepeatable(exchange, failure);
      },
      retryDelay: (count, error) => {
        const failure = mapError(error, exchangeOf(error.config));
        return failure === undefined ? 0 : pauseBefore(count, failure);
      },
    });
  }

  #noteAttempt(exchange: CallContext, outcome = 'failed'): void {
    const { operation, lane, correlation, attemptStartedAt } = exchange;
    const durationMs = Math.round(performance.now() - attemptStartedAt);
    this.#observe({ operation, outcome, durationMs });
    const correlationId = correlationIdOf(exchange.head?.headers ?? {});
    this.#log.debug(
      { operation, lane, outcome, durationMs, correlationId, ...correlation },
      'request to Genesys',
    );
  }
}

function exchangeOf(config: { exchange?: CallContext } | undefined): CallContext {
  if (config?.exchange === undefined) throw new Error('a request without an exchange');
  return config.exchange;
}

/** Whether this URL leads to this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
