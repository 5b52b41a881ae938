import { isNestedTooDeeply } from '../ops/jsonNesting.js';
import type { CallFailure } from './failure.js';
import { parseRetryAfter, rateLimitWait } from './retryAfter.js';

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
