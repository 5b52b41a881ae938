import { z } from 'zod';
import { damageIn, INEXACT_NUMBER_EXPECTED, isExactNumber } from './damagedText.js';
import type { CountryCode } from './phoneNumber.js';
import { type FieldProblem, readRecipient, recipientSchema } from './recipient.js';
import { CHANNELS, LANES } from './state.js';

export type { FieldProblem } from './recipient.js';

const MAX_REQUEST_BYTES = 64 * 1024;
const MAX_SEND_AHEAD_DAYS = 90;
/** With the longest `sendAt`, less than a template's content is kept. */
const MAX_DEADLINE_DAYS = 29;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Deeper than this is an attempt to exhaust the stack of the code that walks through it, us included. */
const MAX_DEPTH = 16;

/** `.` and `..` alone would vanish from a URL before they reach us. */
const ID = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/;
export const ID_EXPECTED = '1 to 128 characters from A-Z a-z 0-9 . _ -';

const id = z.string({ error: `a string of ${ID_EXPECTED}` }).regex(ID, ID_EXPECTED);

export function isNotificationId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

const time = z.iso.datetime({
  offset: true,
  error: 'an ISO 8601 time with a zone, such as 2026-11-22T09:30:00Z',
});

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'variable names of letters, digits and _');
const variableValue = z.union(
  [z.string().max(2000, 'at most 2000 characters'), z.number(), z.boolean()],
  { error: 'a string of at most 2000 characters, a number or a boolean' },
);

const templateName = z
  .string({ error: 'the name of a template' })
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'the name of a template: a-z 0-9 -');

/**
 * The public contract: what a caller may ask for. Everything else that speaks of a request (the
 * HTTP API, the library, OpenAPI, later campaign rows) is derived from this schema; what is said in
 * `meta` is for the derived descriptions and checks nothing.
 */
export const requestSchema = z.strictObject({
  id: id.optional().meta({
    description: 'Your idempotency key; made up when left out. Sending the same again is safe.',
  }),
  recipient: recipientSchema,
  template: templateName.meta({ description: 'The name of a template, such as follow-up.' }),
  variables: z
    .record(variableName, variableValue)
    .optional()
    .meta({ description: 'Values for the variables that the template declares.' }),
  channels: z
    .array(z.enum(CHANNELS, { error: `one of ${CHANNELS.join(', ')}` }))
    .min(1, 'at least one channel')
    .refine((channels) => new Set(channels).size === channels.length, 'each channel once')
    .optional()
    .meta({
      description: 'The order to try them in; the deployment has a default.',
      uniqueItems: true,
    }),
  history: z
    .strictObject({
      required: z.boolean({ error: 'true or false' }).optional().meta({
        description:
          'Skip customers without history; left out, true where the template uses history and false where it uses none.',
      }),
      lookbackDays: z
        .int({ error: 'a whole number from 1 to 366' })
        .min(1, 'a whole number from 1 to 366')
        .max(366, 'a whole number from 1 to 366')
        .optional()
        .meta({
          description: 'How far back conversations are looked for; the deployment has a default.',
        }),
      maxConversations: z
        .int({ error: 'a whole number from 1 to 50' })
        .min(1, 'a whole number from 1 to 50')
        .max(50, 'a whole number from 1 to 50')
        .optional()
        .meta({ description: 'How many of them are read at most; 5 when left out.' }),
    })
    .optional()
    .meta({ description: 'What the notification must know of earlier conversations.' }),
  sendAt: time.optional().meta({ description: 'Not before this time; at most 90 days ahead.' }),
  deadline: time.optional().meta({
    description: 'Not after this time; 24 hours after it may begin when left out.',
  }),
  priority: z
    .enum(LANES, { error: `one of ${LANES.join(', ')}` })
    .optional()
    .meta({ description: 'Which of the two queues; transactional when left out.' }),
  campaignId: id.optional().meta({ description: 'Carried through to what you read back.' }),
  metadata: z
    .record(z.string().max(100), z.json())
    .optional()
    .meta({ description: 'Any JSON values of your own; carried through to what you read back.' }),
});

export type NotificationRequest = z.input<typeof requestSchema>;

export type ParsedRequest =
  /** `written` is the request before its addresses were brought into their one form. */
  | { ok: true; request: NotificationRequest; written: NotificationRequest }
  | { ok: false; problems: FieldProblem[] };

/**
 * Checks what a caller wrote, naming every wrong field at once: the one guard of every way in.
 *
 * Of the request that comes back, each address is in its one form, and the rest is as it was written,
 * before any default. `now` is Redis' time; while it is not known, no time is compared with it.
 * `country` is where phone numbers without a country code are dialled.
 */
export function parseRequest(
  input: unknown,
  now: number | undefined,
  country?: CountryCode,
): ParsedRequest {
  const tooDeep = depthProblems(input);
  if (tooDeep.length > 0) return { ok: false, problems: tooDeep };
  const parsed = requestSchema.safeParse(input);
  const read = readRecipient((input as { recipient?: unknown } | null)?.recipient, country);
  const found = [...read.problems, ...textProblems(input)];
  const named = new Set(found.map(({ field }) => field));
  if (!parsed.success) {
    const others = schemaProblems(parsed.error).filter(({ field }) => !named.has(field));
    return { ok: false, problems: [...found, ...others] };
  }
  const written = input as NotificationRequest;
  const problems = [...found, ...timeProblems(written, now), ...sizeProblems(written)];
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, request: { ...written, recipient: read.recipient }, written };
}

/** The recipient's texts have a reader of their own, which knows more of them. */
const READ_ELSEWHERE = 'recipient';

/**
 * The damaged texts and numbers of anything JSON can hold, by their field: keys and values, at every
 * depth. The caller has bounded the depth.
 */
export function textProblems(input: unknown): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (typeof input !== 'object' || input === null) return problems;
  for (const [name, value] of Object.entries(input)) {
    if (name !== READ_ELSEWHERE) collectTextProblems(name, value, problems);
  }
  return problems;
}

function collectTextProblems(field: string, value: unknown, problems: FieldProblem[]): void {
  if (typeof value === 'string') {
    const expected = damageIn(value);
    if (expected !== undefined) problems.push({ field, expected });
  } else if (typeof value === 'number') {
    if (!isExactNumber(value)) problems.push({ field, expected: INEXACT_NUMBER_EXPECTED });
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const expected = damageIn(name);
      // A damaged name is not repeated.
      if (expected !== undefined) problems.push({ field, expected: `names that are ${expected}` });
      // The schema library passes it over, its value included.
      else if (name === '__proto__')
        problems.push({ field: `${field}.${name}`, expected: 'another name' });
      else collectTextProblems(`${field}.${name}`, inner, problems);
    }
  }
}

/** A problem for what is nested so deep that walking through it is a danger. */
export function depthProblems(input: unknown): FieldProblem[] {
  if (!isDeeperThan(MAX_DEPTH, input)) return [];
  return [{ field: '(request)', expected: `values nested at most ${MAX_DEPTH} levels deep` }];
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

/** What is wrong with a request's times; without `now`, only what they say of each other. */
export function timeProblems(
  request: NotificationRequest,
  now: number | undefined,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const sendAt = request.sendAt === undefined ? now : Date.parse(request.sendAt);
  if (sendAt === undefined) return problems;
  if (now !== undefined && sendAt > now + MAX_SEND_AHEAD_DAYS * DAY_MS) {
    problems.push({ field: 'sendAt', expected: `at most ${MAX_SEND_AHEAD_DAYS} days ahead` });
  }
  if (request.deadline !== undefined) {
    const deadline = Date.parse(request.deadline);
    if (now !== undefined && deadline <= now) {
      problems.push({ field: 'deadline', expected: 'a time in the future' });
    } else if (deadline > sendAt + MAX_DEADLINE_DAYS * DAY_MS) {
      problems.push({
        field: 'deadline',
        expected: `at most ${MAX_DEADLINE_DAYS} days from its start: say an earlier time`,
      });
    } else if (deadline <= sendAt) {
      problems.push({ field: 'deadline', expected: 'a time after sendAt' });
    }
  }
  return problems;
}

function sizeProblems(request: NotificationRequest): FieldProblem[] {
  const bytes = Buffer.byteLength(JSON.stringify(request));
  if (bytes <= MAX_REQUEST_BYTES) return [];
  return [{ field: '(request)', expected: `at most ${MAX_REQUEST_BYTES} bytes of JSON` }];
}

/** Every wrong field that a schema has found, in our words. */
export function schemaProblems(error: z.core.$ZodError): FieldProblem[] {
  return error.issues.flatMap(problemsOf);
}

function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const field = issue.path.map(String).join('.') || '(request)';
  if (issue.code === 'unrecognized_keys') {
    const prefix = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}.`;
    return issue.keys.map((key) => ({ field: `${prefix}${key}`, expected: 'no such field' }));
  }
  if (issue.code === 'invalid_key') {
    return [{ field, expected: issue.issues[0]?.message ?? 'a valid name' }];
  }
  return [{ field, expected: kindExpected(issue) ?? issue.message }];
}

/** In our words what the schema library says in its own about a value of the wrong kind. */
function kindExpected(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code !== 'invalid_type' || !issue.message.startsWith('Invalid input')) return undefined;
  return issue.expected === 'array' ? 'an array' : 'an object';
}

/** The last moment (epoch ms) this notification may still be sent, `defaultMs` after it may begin. */
export function deadlineOf(request: NotificationRequest, now: number, defaultMs: number): number {
  if (request.deadline !== undefined) return Date.parse(request.deadline);
  const sendAt = request.sendAt === undefined ? now : Date.parse(request.sendAt);
  return Math.max(now, sendAt) + defaultMs;
}
