import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { z } from 'zod';
import { LARGEST_LOOK_UP } from '../campaign/dryRun/forecast.js';
import { type ColumnChoices, readChoice } from '../campaign/import/columnChoices.js';
import { ENCODING_EXPECTED, encodingNamed } from '../campaign/import/fileText.js';
import { isCampaignId } from '../campaign/request.js';
import { RETRYABLE_STATES, whyNotRetryable } from '../campaign/retryRows.js';
import { BodyRoom, type HeldBody, readJsonBody } from '../http/jsonBody.js';
import { withExactNumbers } from '../notification/exactJson.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import {
  type FieldProblem,
  ID_EXPECTED,
  isNotificationId,
  parseRequest,
  schemaProblems,
} from '../notification/request.js';
import { httpProblem, problem, sendProblem } from './problems.js';

const ONE_LINE = 'one line of 1 to 200 characters';

const time = z.iso.datetime({
  offset: true,
  error: 'an ISO 8601 time with a zone, such as 2026-11-22T09:30:00Z',
});

export const startSchema = z.strictObject({
  at: time.optional().meta({ description: 'Not before this time; now, when left out.' }),
  acceptRejected: z.boolean({ error: 'true or false' }).optional().meta({
    description: 'Start it although more than one in ten rows of its file were rejected.',
  }),
});

export const reasonSchema = z.strictObject({
  reason: z
    .string({ error: ONE_LINE })
    .trim()
    .min(1, ONE_LINE)
    .max(200, ONE_LINE)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, ONE_LINE)
    .optional()
    .meta({ description: 'Why, in one line; others read it.' }),
});

const HOW_MANY = `a whole number from 0 to ${LARGEST_LOOK_UP}`;

export const dryRunSchema = z.strictObject({
  lookUp: z
    .int({ error: HOW_MANY })
    .min(0, HOW_MANY)
    .max(LARGEST_LOOK_UP, HOW_MANY)
    .optional()
    .meta({
      description:
        'How many customers to look up in Genesys Cloud, drawn at random; none when left out. Each costs up to four requests of the allowance.',
    }),
});

export const retrySchema = z.strictObject({
  states: z
    .array(
      z.enum(RETRYABLE_STATES, {
        error: ({ input }) => whyNotRetryable(String(input)) ?? 'a state',
      }),
      { error: `a list from ${RETRYABLE_STATES.join(', ')}` },
    )
    .min(1, `one or more of ${RETRYABLE_STATES.join(', ')}`)
    .meta({ description: 'Rows in these states.' }),
  until: time.optional().meta({
    description: "Until when they may be sent; wanted once the campaign's own endAt has passed.",
  }),
});

export type ReadBody<Body> = { ok: true; body: Body } | { ok: false; problems: FieldProblem[] };

/** A body that may be left out: it counts as an empty object then. */
export function readBody<Body>(body: unknown, schema: z.ZodType<Body>): ReadBody<Body> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return { ok: true, body: parsed.data };
  return { ok: false, problems: schemaProblems(parsed.error) };
}

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

export function noNotification(reply: FastifyReply): FastifyReply {
  const detail =
    'There never was one with this id, it ended too long ago to be remembered, or it is a row of a campaign whose turn has not come.';
  return sendProblem(reply, problem('no-notification', { detail }));
}

/** The id in the path, or undefined when no campaign can have such an id. */
export function campaignIdParam(request: FastifyRequest<WithId>): string | undefined {
  const { id } = request.params;
  if (!isCampaignId(id)) return undefined;
  request.campaignId = id;
  return id;
}

export function noCampaign(reply: FastifyReply): FastifyReply {
  const detail = 'There never was one with this id, or it ended too long ago to be remembered.';
  return sendProblem(reply, problem('no-campaign', { detail }));
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

export type ImportQuery =
  | { ok: true; columns: ColumnChoices; encoding?: string }
  | { ok: false; problems: FieldProblem[] };

/**
 * What an upload says of its file: `?map=COLUMN=FIELD` and `?ignore=COLUMN`, each as often as needed,
 * and the charset of its Content-Type.
 */
export function readImportQuery(request: FastifyRequest): ImportQuery {
  const problems: FieldProblem[] = [];
  const map: Record<string, string> = {};
  const ignore: string[] = [];
  for (const [field, value] of Object.entries(request.query as Record<string, unknown>)) {
    const values = [value].flat().map(String);
    if (field === 'ignore') ignore.push(...values);
    else if (field !== 'map') problems.push({ field, expected: 'no such parameter' });
    else {
      for (const text of values) {
        const choice = readChoice(text);
        if (choice.ok) map[choice.column] = choice.as;
        else problems.push({ field, expected: choice.expected });
      }
    }
  }
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(
    request.headers['content-type'] ?? '',
  )?.[1];
  const encoding = charset === undefined ? undefined : encodingNamed(charset);
  if (charset !== undefined && encoding === undefined) {
    problems.push({ field: 'content-type', expected: ENCODING_EXPECTED });
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, columns: { map, ignore }, encoding };
}

const METHODS: readonly HTTPMethods[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
];

/** Answers every other method at this path with 405 and the list of those there are. */
export function allowOnly(
  app: FastifyInstance,
  url: string,
  allowed: readonly HTTPMethods[],
): void {
  const others = METHODS.filter((method) => !allowed.includes(method));
  app.route({
    method: others,
    url,
    // Before the body is looked at: whatever is wrong with it, the method is.
    onRequest: async (_request, reply) => {
      reply.header('allow', allowed.join(', '));
      return sendProblem(reply, httpProblem(405, `Use ${allowed.join(' or ')} here.`));
    },
    handler: async () => undefined,
  });
}

/** Reads the query of a URL: it may have these names and no others, each once. */
export function readQuery<Name extends string>(
  request: FastifyRequest,
  names: readonly Name[],
): { values: Partial<Record<Name, string>>; problems: FieldProblem[] } {
  const values: Partial<Record<Name, string>> = {};
  const problems: FieldProblem[] = [];
  for (const [field, value] of Object.entries(request.query as Record<string, unknown>)) {
    const name = names.find((candidate) => candidate === field);
    if (name === undefined) problems.push({ field, expected: 'no such parameter' });
    else if (typeof value !== 'string') problems.push({ field, expected: 'one value' });
    else values[name] = value;
  }
  return { values, problems };
}
