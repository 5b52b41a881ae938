import axios, { type AxiosAdapter, type AxiosInstance, type AxiosRequestConfig } from 'axios';
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
import {
  directAdapter,
  exchangeOf,
  httpAdapter,
  LONGEST_ANSWER_BYTES,
  READ_IDLE_MS,
} from './httpAdapter.js';
import { type Connections, createConnections } from './keepAlive.js';
import { isRepeatable, pauseBefore, RETRIES } from './retry.js';
import type { Tokens } from './tokens.js';

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
  /** See `CallOptions`. */
  spentFor?: readonly (string | undefined)[];
  isAhead?: true;
  /** The code of a refusal, as `readRefusal` lets it through. */
  code?: string;
  correlationId?: string;
  /** The notification that it served, where it served one. */
  notificationId?: string;
}

interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  data: unknown;
}

/** SYNs are repeated after 1 s and 3 s; a host that has not answered by then is unreachable. */
const CONNECT_TIMEOUT_MS = 5_000;
/** As curl and axios read them, in lower or upper case. */
const PROXY_SETTINGS = ['http_proxy', 'https_proxy', 'all_proxy'];

/**
 * The one HTTP client of this process towards the platform. The SDK runs on it, Engage and login use
 * it directly. It answers with what a 2xx holds, or throws `CallFailed`; no error of axios, which
 * would hold the token and the body, ever leaves it.
 */
export class Transport {
  readonly #axios: AxiosInstance;
  readonly #connections: Connections;
  readonly #direct: AxiosAdapter;
  /** Whether the environment may name a proxy for hosts other than this machine. */
  readonly #mayBeProxied: boolean;
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
    this.#direct = directAdapter(this.#connections);
    this.#mayBeProxied = PROXY_SETTINGS.some(
      (name) => process.env[name] || process.env[name.toUpperCase()],
    );
    this.#axios = axios.create({
      httpAgent: this.#connections.httpAgent,
      httpsAgent: this.#connections.httpsAgent,
      headers: { 'User-Agent': deps.userAgent },
      maxRedirects: 0,
      maxContentLength: LONGEST_ANSWER_BYTES,
      // Parsed here, not by axios, which hands on a body it cannot parse as if it were a string.
      responseType: 'text',
      transformResponse: [(body: unknown) => body],
      // Put into JSON here as well.
      transformRequest: [(body: unknown) => body],
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
      const { status, data } = await this.#axios.request<unknown>({
        exchange,
        method: request.method,
        url: withParams(request),
        headers: request.headers,
        data: typeof request.body === 'string' ? request.body : JSON.stringify(request.body),
        signal: exchange.signal,
        ...this.#wayTo(request.url, exchange),
      });
      const headers = exchange.head?.headers ?? {};
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

  /**
   * A proxy from the environment is honoured, and axios knows how to use one; but a sandbox next door
   * is not behind it.
   */
  #wayTo(url: string, exchange: CallContext): AxiosRequestConfig {
    if (!this.#mayBeProxied || isLoopback(url)) return { adapter: this.#direct };
    return { transport: httpAdapter(exchange, this.#connections) };
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
      exchange.trace.issued((config.method ?? '').toUpperCase(), config.url ?? '');
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
          const outcome = exchange.head ? `${exchange.head.status}` : failure?.kind;
          this.#noteAttempt(exchange, outcome, failure);
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
        const pauseMs = failure === undefined ? 0 : pauseBefore(count, failure);
        exchangeOf(error.config).trace.willRepeat(pauseMs);
        return pauseMs;
      },
    });
  }

  #noteAttempt(exchange: CallContext, outcome = 'failed', failure?: CallFailure): void {
    const { operation, lane, correlation, spentFor, isAhead, attemptStartedAt } = exchange;
    const durationMs = Math.round(performance.now() - attemptStartedAt);
    const refusal = failure?.kind === 'http' ? failure : undefined;
    const correlationId = refusal?.correlationId ?? correlationIdOf(exchange.head?.headers ?? {});
    exchange.trace.ended(outcome, exchange.head?.status, correlationId);
    this.#observe({
      operation,
      outcome,
      durationMs,
      spentFor,
      isAhead,
      code: refusal?.code,
      correlationId,
      notificationId: correlation?.notificationId,
    });
    this.#log.debug(
      { operation, lane, outcome, durationMs, correlationId, ...correlation },
      'request to Genesys',
    );
  }
}

/** The SDK hands over texts, and leaves out what was not given. */
function withParams({ url, params = {} }: HttpRequest): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) query.append(name, String(value));
  return query.size === 0 ? url : `${url}?${query}`;
}

/** Whether this URL leads to this machine. */
export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
