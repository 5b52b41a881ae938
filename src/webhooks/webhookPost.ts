import http from 'node:http';
import https from 'node:https';
import { StringDecoder } from 'node:string_decoder';
import { afterTimeAwake } from '../redis/timeAwake.js';
import { guardedLookup, isRefusedHost, RefusedAddressError, type Resolve } from './addressGuard.js';

/** How a request can come to no answer. */
export const POST_ERRORS = [
  'refused_address',
  'dns',
  'connect',
  'tls',
  'timeout',
  'broken_off',
  'stopped',
] as const;

type PostError = (typeof POST_ERRORS)[number];

export type PostResult = { durationMs: number } & (
  | { kind: 'answered'; status: number; text: string; retryAfter?: string }
  | { kind: 'failed'; error: PostError }
);

/** The whole request, from the look-up of the name to the end of the answer. */
const WITHIN_MS = 10_000;
/** What is read of an answer; its status says all that counts. */
const ANSWER_BYTES = 2_048;
const SOCKETS_MOST = 16;
const USER_AGENT = 'proactive-notifier-webhooks/1';

export interface PosterOptions {
  allowPrivate: boolean;
  /** How names are looked up; for testing. */
  resolve?: Resolve;
  /** For testing in less time (ms). */
  withinMs?: number;
}

/**
 * Sends bodies to one endpoint, over connections of its own: an endpoint that keeps its connections
 * busy takes none from another. Redirects are not followed: what they lead to was not judged.
 */
export class WebhookPoster {
  readonly #options: PosterOptions;
  readonly #lookup: ReturnType<typeof guardedLookup>;
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: SOCKETS_MOST }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: SOCKETS_MOST }),
  };
  /** Of the requests that are under way. */
  readonly #underWay = new Set<AbortController>();
  #isStopped = false;

  constructor(options: PosterOptions) {
    this.#options = options;
    this.#lookup = guardedLookup(options.allowPrivate, options.resolve);
  }

  /** Never rejects. A URL that is not allowed (any more) is refused before a connection. */
  async post(address: string, headers: Record<string, string>, body: string): Promise<PostResult> {
    const startedAt = performance.now();
    const took = () => Math.round(performance.now() - startedAt);
    const url = new URL(address);
    const { allowPrivate, withinMs = WITHIN_MS } = this.#options;
    if (isRefusedHost(url, allowPrivate) || !isAllowedScheme(url, allowPrivate)) {
      return { kind: 'failed', error: 'refused_address', durationMs: took() };
    }
    const request = new AbortController();
    let isOverdue = false;
    const limit = afterTimeAwake(withinMs, () => {
      isOverdue = true;
      request.abort();
    });
    this.#underWay.add(request);
    if (this.#isStopped) request.abort();
    try {
      const answer = await this.#exchange(url, headers, body, request.signal);
      return { kind: 'answered', ...answer, durationMs: took() };
    } catch (error) {
      const named = isOverdue ? 'timeout' : this.#isStopped ? 'stopped' : errorOf(error);
      return { kind: 'failed', error: named, durationMs: took() };
    } finally {
      limit.cancel();
      this.#underWay.delete(request);
    }
  }

  /** Breaks off what is under way, and closes the connections. */
  stop(): void {
    this.#isStopped = true;
    for (const request of this.#underWay) request.abort();
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  /** A connection that was idle may have been closed by the other side meanwhile: then once more, on a new one. */
  async #exchange(
    url: URL,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<Answered> {
    const isPlain = url.protocol === 'http:';
    const options = {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': USER_AGENT,
      },
      lookup: this.#lookup,
      signal,
    };
    const agent = this.#agents[isPlain ? 'http:' : 'https:'];
    const send = (over: http.Agent | false) =>
      exchange((isPlain ? http : https).request(url, { ...options, agent: over }), body);
    const first = await send(agent);
    return first === 'stale' ? orThrow(await send(false)) : first;
  }
}

interface Answered {
  status: number;
  text: string;
  retryAfter?: string;
}

function orThrow(answer: Answered | 'stale'): Answered {
  if (answer === 'stale') throw new Error('a new connection cannot be stale');
  return answer;
}

function exchange(request: http.ClientRequest, body: string): Promise<Answered | 'stale'> {
  return new Promise((resolve, reject) => {
    // The status is there: what comes of the body after it, or does not, changes nothing.
    let end: (() => void) | undefined;
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (end !== undefined) end();
      else if (request.reusedSocket && error.code === 'ECONNRESET') resolve('stale');
      else reject(error);
    });
    request.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const decoder = new StringDecoder('utf8');
      let text = '';
      let bytes = 0;
      const answered = () => resolve({ status, text, retryAfter: headers['retry-after'] });
      end = answered;
      response.on('data', (chunk: Buffer) => {
        text += decoder.write(chunk.subarray(0, ANSWER_BYTES - bytes));
        bytes += chunk.length;
        if (bytes >= ANSWER_BYTES) response.destroy();
      });
      response.on('error', answered);
      response.on('close', answered);
    });
    request.end(body);
  });
}

/** Without TLS a body and its signature can be read on the way; allowed on the inside alone. */
export function isAllowedScheme({ protocol }: URL, allowPrivate: boolean): boolean {
  return protocol === 'https:' || (protocol === 'http:' && allowPrivate);
}

const NOT_CONNECTED = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ETIMEDOUT|EHOSTDOWN)$/;
const NOT_TRUSTED =
  /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|EPROTO|HOSTNAME_MISMATCH)/;

function errorOf(error: unknown): PostError {
  if (error instanceof RefusedAddressError) return 'refused_address';
  const code = String((error as NodeJS.ErrnoException).code);
  if (/^(ENOTFOUND|EAI_|ENODATA)/.test(code)) return 'dns';
  if (NOT_CONNECTED.test(code)) return 'connect';
  return NOT_TRUSTED.test(code) ? 'tls' : 'broken_off';
}
