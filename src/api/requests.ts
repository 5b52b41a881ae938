import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BodyRoom, type HeldBody, readJsonBody } from '../http/jsonBody.js';
import { withExactNumbers } from '../notification/exactJson.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import {
  type FieldProblem,
  ID_EXPECTED,
  isNotificationId,
  parseRequest,
} from '../notification/request.js';

export interface WithId {
  Params: { id: string };
}

/** The id in the path, or undefined when no notification can have such an id. */
export function idParam(request: FastifyRequest<WithId>): string | undefined {
  const { id } = request.params;
  if (!isNotificationId(id)) return undefined;
  request.notificationId = id;
  return id;
}

/** Four of the largest batches at once, with what is made of them. */
const ROOM_BYTES = 64 * 1024 * 1024;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** A body in another encoding. Read as UTF-8, its letters would be lost without a sign. */
export class NotUtf8Error extends Error {
  override readonly name = 'NotUtf8Error';
}

/** A parsed JSON object: no array, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Bodies are JSON and nothing else. Plain text is refused too, which also keeps web pages of other
 * origins from posting without asking first. An empty body counts as none: many clients announce
 * JSON with every request, those without a body included.
 *
 * A body is UTF-8, and a number that would change its digits is marked for the guard to refuse. What is
 * nested too deeply, or finds no room beside other large bodies, is refused while it comes in.
 */
export function acceptOnlyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  const room = new BodyRoom(ROOM_BYTES);
  const bodies = new WeakMap<FastifyRequest, HeldBody>();
  app.addHook('preParsing', async (request, reply) => {
    const held = room.open();
    bodies.set(request, held);
    reply.raw.once('close', () => held.close());
  });
  app.addContentTypeParser('application/json', (request, payload, done) => {
    const held = bodies.get(request) ?? room.open();
    const { bodyLimit: limit } = request.routeOptions;
    const announced = request.headers['content-length'];
    readJsonBody(payload, { limit, announced, held }).then((body) => {
      const text = textOf(body);
      if (text === undefined) done(new NotUtf8Error('the body is not UTF-8'));
      else if (text === '') done(null, undefined);
      else parse(request, withExactNumbers(text), done);
    }, done);
  });
}

/** Undefined for what is not UTF-8; a byte order mark is passed over. */
function textOf(body: Buffer): string | undefined {
  try {
    return UTF8.decode(body);
  } catch {
    return undefined;
  }
}

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
