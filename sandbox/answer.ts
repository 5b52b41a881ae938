import type { z } from 'zod';

/** One refused field: Genesys ErrorBody.details[]. Never holds the value that was sent. */
interface ErrorDetail {
  errorCode: string;
  fieldName: string;
}

/** Genesys: Limit. The one that a 429 ran into. */
export interface Limit {
  key: string;
  namespace: string;
  value: number;
}

type AcceptedStatus = 200 | 202 | 204;

export interface Accepted {
  outcome: 'accepted';
  /** 204 goes out without the body. */
  status: AcceptedStatus;
  body: object;
}

export interface Refused {
  outcome: 'refused';
  status: number;
  code: string;
  message: string;
  details: ErrorDetail[];
  headers: Record<string, string>;
  messageParams: Record<string, string>;
  limit?: Limit | undefined;
}

/** What an operation answers. A refusal is a value, so that a handler's type shows it can refuse. */
export type Answer = Accepted | Refused;

export function accepted(body: object, status: AcceptedStatus = 200): Accepted {
  return { outcome: 'accepted', status, body };
}

export interface RefusalExtras {
  details?: ErrorDetail[];
  headers?: Record<string, string>;
  messageParams?: Record<string, string>;
  limit?: Limit | undefined;
}

export function refused(
  status: number,
  code: string,
  message: string,
  { details = [], headers = {}, messageParams = {}, limit }: RefusalExtras = {},
): Refused {
  return { outcome: 'refused', status, code, message, details, headers, messageParams, limit };
}

export function badRequest(message: string, fieldName?: string): Refused {
  const details = fieldName === undefined ? [] : [{ errorCode: 'invalid.value', fieldName }];
  return refused(400, 'bad.request', message, { details });
}

export function notFound(message: string): Refused {
  return refused(404, 'not.found', message);
}

/** The platform's error shape (Genesys: ErrorBody). `contextId` equals the ININ-Correlation-Id header. */
export function errorBody(refusal: Refused, contextId: string): object {
  const { message, code, status, messageParams, details, limit } = refusal;
  // JSON leaves out the limit that is undefined.
  return { message, code, status, messageParams, contextId, details, errors: [], limit };
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}

function detailsOf(error: z.ZodError): (ErrorDetail & { expected: string })[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        errorCode: 'unknown.field',
        fieldName: fieldName([...issue.path, key]),
        expected: 'is not a field of this request',
      }));
    }
    const name = fieldName(issue.path);
    return [{ errorCode: 'invalid.value', fieldName: name, expected: issue.message }];
  });
}

/** One sentence for every field that is wrong; shared with the control API. */
export function explain(error: z.ZodError): string {
  return detailsOf(error)
    .map(({ fieldName: name, expected }) => (name === '' ? expected : `${name}: ${expected}`))
    .join('; ');
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; refusal: Refused };

/** Checks a body strictly: the real platform ignores little, and a lenient double hides typing errors. */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): Parsed<z.output<S>> {
  const result = schema.safeParse(body);
  if (result.success) return { ok: true, value: result.data };
  const details = detailsOf(result.error).map(({ errorCode, fieldName: name }) => ({
    errorCode,
    fieldName: name,
  }));
  return {
    ok: false,
    refusal: refused(400, 'bad.request', explain(result.error), { details }),
  };
}

/**
 * Genesys 429: `too.many.requests.retry.after`, with Retry-After in whole seconds.
 *
 * @param limit named in the body when the platform says which limit it was.
 */
export function tooManyRequests(retryAfter: string | undefined, limit?: Limit): Refused {
  const message =
    retryAfter === undefined
      ? 'Rate limit exceeded the maximum.'
      : `Rate limit exceeded the maximum. Retry the request in [${retryAfter}] seconds`;
  const headers: Record<string, string> =
    retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
  return refused(429, 'too.many.requests.retry.after', message, { headers, limit });
}

export function authenticationRequired(): Refused {
  return refused(
    401,
    'authentication.required',
    'No authentication bearer token specified in authorization header.',
  );
}

export function badCredentials(): Refused {
  return refused(401, 'bad.credentials', 'Invalid login credentials.');
}
