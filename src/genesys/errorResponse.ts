import axios from 'axios';
import { isNestedTooDeeply } from '../http/jsonNesting.js';
import { CallFailed, type CallFailure } from './call.js';
import type { CallContext } from './callContext.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Daily quotas are answered with hours, so only a wait beyond a day is taken for nonsense. */
const LONGEST_WAIT = 24 * HOUR;
/** The header counts whole seconds, so `0` or a date already past still means "not this instant". */
const SHORTEST_RATE_LIMIT = 1 * SECOND;
/** The platform's limits refill within a minute: a longer wait only makes everything later. */
const LONGEST_BACKOFF = 64 * SECOND;

/** The three date forms HTTP allows all start with a weekday; Date.parse alone takes anything. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/;

/**
 * How long a `Retry-After` header asks to wait, in milliseconds, at most a day. Seconds or an HTTP
 * date; a date is measured against the answer's own `Date` header if there is one, so that a wrong
 * clock on either side does not stretch or swallow the wait. `undefined` for anything else.
 */
export function parseRetryAfter(header: unknown, answeredAt?: unknown): number | undefined {
  if (typeof header !== 'string') return undefined;
  const text = header.trim();
  if (/^\d{1,9}(\.\d+)?$/.test(text)) return bounded(Number(text) * SECOND);
  const until = parseHttpDate(text);
  if (until === undefined) return undefined;
  return bounded(until - (parseHttpDate(answeredAt) ?? Date.now()));
}

/** The same for a 429; `undefined` without a usable header, which `RateLimitBackoff` stands in for. */
export function rateLimitWait(header: unknown, answeredAt?: unknown): number | undefined {
  const wait = parseRetryAfter(header, answeredAt);
  return wait === undefined ? undefined : Math.max(wait, SHORTEST_RATE_LIMIT);
}

/**
 * How long to wait after a 429 that does not say: 2, 4, 8, … seconds for each one in a row, at most
 * 64. Answers to requests that were under way together count once. Times are of one clock, in
 * milliseconds.
 */
export class RateLimitBackoff {
  #inRow = 0;
  #until = Number.NEGATIVE_INFINITY;

  next(now: number): number {
    if (now >= this.#until) {
      this.#inRow += 1;
      this.#until = now + Math.min(LONGEST_BACKOFF, 2 ** this.#inRow * SECOND);
    }
    return Math.max(SHORTEST_RATE_LIMIT, Math.ceil(this.#until - now));
  }

  /** A request that was issued then was answered otherwise: if it came after the wait, the row ends. */
  answered(issuedAt: number): void {
    if (issuedAt >= this.#until) this.#inRow = 0;
  }
}

function parseHttpDate(text: unknown): number | undefined {
  if (typeof text !== 'string' || !HTTP_DATE.test(text)) return undefined;
  // The asctime form carries no zone and would be read as local time.
  const parsed = Date.parse(/GMT$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), LONGEST_WAIT);
}

/** An answer as the transport has read it: header names in lower case, body not yet parsed. */
interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, unknown>>;
  text: string;
}

type HttpFailure = Extract<CallFailure, { kind: 'http' }>;

// An error body may repeat what the caller sent, a customer's address or text included. So nothing
// of it is passed on but what has the form of a code, a field name, a permission or an id.
const CODE = /^[A-Za-z][A-Za-z0-9._-]{0,79}$/;
const FIELD = /^[A-Za-z_][A-Za-z0-9_.[\]-]{0,79}$/;
const ID = /^[A-Za-z0-9-]{1,64}$/;
const PERMISSION =
  /\b[A-Za-z][A-Za-z0-9]{1,63}:[A-Za-z*][A-Za-z0-9*]{0,63}:[A-Za-z*][A-Za-z0-9*]{0,63}/g;
const MOST_NAMES = 20;

/** Genesys: `ININ-Correlation-Id`, equal to an error body's `contextId`. Support asks for it. */
export function correlationIdOf(headers: RawAnswer['headers'], body?: unknown): string | undefined {
  return matching(ID, headers['inin-correlation-id']) ?? matching(ID, member(body, 'contextId'));
}

/**
 * Reads an answer outside 2xx. Genesys: ErrorBody `{message, code, status, contextId, details:
 * [{errorCode, fieldName}], errors: [ErrorBody], limit: {key, namespace}}`; login answers
 * `{error, error_description}` instead. Liberal: any of it may be missing or no JSON at all.
 */
export function readRefusal(answer: RawAnswer): HttpFailure {
  const body = parseJson(answer.text);
  const code = matching(CODE, member(body, 'code')) ?? matching(CODE, member(body, 'error'));
  const failure: HttpFailure = { kind: 'http', status: answer.status, fields: fieldsOf(body) };
  if (code !== undefined) failure.code = code;
  if (code === 'missing.permissions' || code === 'missing.any.permissions') {
    failure.permissions = permissionsOf(body);
  }
  const retryAfter = answer.headers['retry-after'];
  const retryAfterMs =
    answer.status === 429
      ? rateLimitWait(retryAfter, answer.headers['date'])
      : parseRetryAfter(retryAfter, answer.headers['date']);
  if (retryAfterMs !== undefined) failure.retryAfterMs = retryAfterMs;
  const limit = matching(CODE, member(member(body, 'limit'), 'key'));
  if (limit !== undefined) failure.limit = limit;
  const correlationId = correlationIdOf(answer.headers, body);
  if (correlationId !== undefined) failure.correlationId = correlationId;
  return failure;
}

/**
 * `undefined` for what is no JSON, which has no such value itself, and for what is nested too deeply:
 * no answer is, and the largest that is read would keep the process from everything else for seconds.
 */
export function parseJson(text: string): unknown {
  if (isNestedTooDeeply(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fieldsOf(body: unknown): string[] {
  const details = [body, ...list(member(body, 'errors'))].flatMap((error) =>
    list(member(error, 'details')),
  );
  const names = details.map((detail) => matching(FIELD, member(detail, 'fieldName')));
  return unique(names.filter((name) => name !== undefined));
}

function permissionsOf(body: unknown): string[] {
  const places = [
    member(body, 'message'),
    member(body, 'messageWithParams'),
    member(body, 'messageParams'),
    member(body, 'details'),
    member(body, 'errors'),
  ];
  return unique(JSON.stringify(places).match(PERMISSION) ?? []);
}

function unique(names: string[]): string[] {
  return [...new Set(names)].slice(0, MOST_NAMES);
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function matching(form: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined;
}

/**
 * What an error met by the transport means. `undefined` for errors that are no outcome of a call: a
 * bug, or an admission or guard that broke.
 *
 * The error is only asked for a code; whether the request may have been written is the exchange's
 * own knowledge.
 */
export function mapError(error: unknown, exchange: CallContext): CallFailure | undefined {
  if (error instanceof CallFailed) return error.failure;
  if (!axios.isAxiosError(error) && !axios.isCancel(error)) return undefined;
  if (exchange.withheld) return { kind: 'not_issued', reason: 'send_by_passed' };
  // A 429 closes the gate whatever becomes of its body.
  if (exchange.head?.status === 429)
    return readRefusal({ ...exchange.head, text: bodyOf(error) ?? '' });
  switch (exchange.ending) {
    case 'deadline':
      return exchange.connected ? { kind: 'timeout' } : { kind: 'unreachable', code: 'ETIMEDOUT' };
    case 'aborted':
    case 'closed':
      return exchange.connected
        ? { kind: 'aborted' }
        : { kind: 'not_issued', reason: exchange.ending };
    case undefined:
      break;
    default:
      return exchange.ending satisfies never;
  }
  const text = bodyOf(error);
  if (text !== undefined && exchange.head !== undefined) {
    return readRefusal({ ...exchange.head, text });
  }
  const code = codeOf(error);
  return exchange.connected ? { kind: 'connection_lost', code } : { kind: 'unreachable', code };
}

/** The body of an answer that arrived in full; one broken off half-way has none. */
function bodyOf(error: unknown): string | undefined {
  if (!axios.isAxiosError(error)) return undefined;
  const data: unknown = error.response?.data;
  return typeof data === 'string' ? data : undefined;
}

function codeOf(error: unknown): string {
  const code = axios.isAxiosError(error) ? error.code : undefined;
  return code !== undefined && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : 'UNKNOWN';
}
