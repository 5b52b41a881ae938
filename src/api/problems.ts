import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { FieldProblem } from '../notification/request.js';

/** An RFC 9457 problem document. Members beyond the standard's are listed where they are added. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  [member: string]: unknown;
}

/** What can be wrong in this service's own terms. The type is a name to compare, not a page to open. */
const KINDS = {
  'invalid-request': [422, 'The request is invalid'],
  'id-conflict': [409, 'The id is in use for a different request'],
  'backlog-full': [503, 'Too many notifications are waiting'],
  'unexpected-failure': [500, 'The service met an unexpected error'],
  'nothing-to-recover': [409, 'There is nothing to recover from'],
  'redis-went-back': [409, 'Redis went back in time'],
  'redis-full': [503, 'Redis is full'],
  'no-room': [503, 'Redis has no room for the rows'],
  'redis-unavailable': [503, 'Redis is unavailable'],
  'redis-unfit': [503, 'Redis may not hold notifications'],
  'too-many-bodies': [503, 'Too many large bodies at once'],
  stopping: [503, 'The service is stopping'],
  'not-ready': [503, 'The service is not ready'],
  unauthorized: [401, 'A valid API key is needed'],
  'too-many-requests': [429, 'Too many requests with this key'],
  'no-notification': [404, 'There is no such notification'],
  'too-late': [409, 'It is too late to cancel'],
  'not-unknown': [409, 'Only a notification in state unknown can be resolved'],
  'not-retryable': [409, 'The notification cannot be retried'],
  'request-gone': [410, 'The request is no longer kept'],
  'events-gone': [410, 'Events after this cursor may be missing'],
  'searches-off': [409, 'Searches are off'],
  'no-campaign': [404, 'There is no such campaign'],
  'campaign-id-conflict': [409, 'The id is in use for a different campaign'],
  'campaign-step-refused': [409, 'This cannot be done with the campaign now'],
  'rows-refused': [422, 'The rows cannot be imported'],
  'import-superseded': [409, 'Another import of this campaign has begun since'],
  'no-suppression': [404, 'The address is not suppressed'],
  'no-webhook': [404, 'There is no such webhook'],
  'webhook-exists': [409, 'The id is in use for another webhook'],
  'too-many-webhooks': [409, 'There are too many webhooks'],
  'webhook-not-tested': [503, 'No worker has tested the webhook'],
  'import-broken-off': [400, 'The rows did not come to their end'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemKind = keyof typeof KINDS;

export function problem(
  kind: ProblemKind,
  members: { detail?: string; [member: string]: unknown } = {},
): Problem {
  const [status, title] = KINDS[kind];
  return { type: `urn:proactive-notifier:problem:${kind}`, title, status, ...members };
}

/** A problem that HTTP has a status for and that needs no more than a sentence. */
export function httpProblem(status: number, detail: string): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
}

const MAX_ERRORS = 100;
const MAX_FIELD_LENGTH = 200;

/** `errors: [{field, expected}]`, every wrong field at once; bounded, since callers name the fields. */
export function invalidRequest(problems: readonly FieldProblem[]): Problem {
  const errors = problems.slice(0, MAX_ERRORS).map(({ field, expected }) => ({
    field: field.slice(0, MAX_FIELD_LENGTH),
    expected,
  }));
  const more = problems.length - errors.length;
  return problem('invalid-request', {
    detail: more > 0 ? `and ${more} more fields are wrong` : undefined,
    errors,
  });
}

const REDIS_RETRY_AFTER_S = 5;

/**
 * Redis did not answer. The work may have been done all the same, hence the id: a
 * repeated call with it gets the work done once.
 */
export function redisUnavailable(
  id: string | undefined,
  { mayBeDone = id !== undefined, since }: { mayBeDone?: boolean; since?: number } = {},
): Problem {
  const detail = [
    mayBeDone ? 'It is not known whether this was done. ' : '',
    id === undefined ? 'Try again later.' : 'Try again later, with this id.',
  ].join('');
  return problem('redis-unavailable', {
    detail,
    id,
    since: since === undefined ? undefined : new Date(since).toISOString(),
    retryAfter: REDIS_RETRY_AFTER_S,
  });
}

/** A defect of the service. What was asked for may have been done: the id makes a repetition safe. */
export function unexpectedFailure(id: string): Problem {
  const detail =
    'This is a defect of the service. It is not known whether this was done. Try again later, with this id.';
  return problem('unexpected-failure', { detail, id, retryAfter: REDIS_RETRY_AFTER_S });
}

export const PROBLEM_JSON = 'application/problem+json';

/** Sends a problem; its member `retryAfter` (seconds) becomes the header too. */
export function sendProblem(reply: FastifyReply, body: Problem): FastifyReply {
  if (typeof body['retryAfter'] === 'number') reply.header('retry-after', body['retryAfter']);
  return reply.code(body.status).type(PROBLEM_JSON).send(JSON.stringify(body));
}
