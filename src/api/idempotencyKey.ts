import type { FastifyRequest } from 'fastify';
import type { CountryCode } from '../notification/country.js';
import {
  type FieldProblem,
  ID_EXPECTED,
  isNotificationId,
  parseRequest,
} from '../notification/request.js';
import { isObject } from './json.js';

const HEADER = 'Idempotency-Key';

export type KeyedInput = { ok: true; input: unknown } | { ok: false; problems: FieldProblem[] };

/**
 * Takes the id from the `Idempotency-Key` header where the body has none. A header that is malformed
 * or differs from the body's id is a wrong field like any other, reported with all the rest.
 */
export function withIdempotencyKey(
  request: FastifyRequest,
  { now, country }: { now: number | undefined; country: CountryCode | undefined },
): KeyedInput {
  const input = request.body;
  const key = request.headers['idempotency-key'];
  if (key === undefined) return { ok: true, input };
  const bodyId = isObject(input) ? input['id'] : undefined;
  const expected = expectedOf(key, bodyId);
  if (expected === undefined) {
    return { ok: true, input: isObject(input) ? { ...input, id: key } : input };
  }
  const parsed = parseRequest(input, now, country);
  return {
    ok: false,
    problems: [{ field: HEADER, expected }, ...(parsed.ok ? [] : parsed.problems)],
  };
}

/** One key cannot stand for many notifications; each of a batch brings its own id. */
export function refuseIdempotencyKey(request: FastifyRequest): FieldProblem[] {
  if (request.headers['idempotency-key'] === undefined) return [];
  return [{ field: HEADER, expected: 'no such header on a batch; give each notification its id' }];
}

function expectedOf(key: string | string[], bodyId: unknown): string | undefined {
  if (!isNotificationId(key)) return ID_EXPECTED;
  if (bodyId !== undefined && bodyId !== key)
    return 'the same as id in the body, or only one of them';
  return undefined;
}
