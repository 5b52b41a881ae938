import { z } from 'zod';
import { CHANNELS } from './channel.js';
import { LANES } from './state.js';

/** One thing wrong with what a caller wrote: which field, and what was expected there. */
export interface FieldProblem {
  field: string;
  expected: string;
}

const MAX_REQUEST_BYTES = 64 * 1024;
const MAX_SEND_AHEAD_DAYS = 90;
/** With the longest `sendAt`, less than a template's content is kept. */
const MAX_DEADLINE_DAYS = 29;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Deeper than this is an attempt to exhaust the stack of whoever walks through it, us included. */
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

/** Names of one line; control characters would end up in mail headers. */
const personName = z
  .string({ error: 'a string of 1 to 200 characters' })
  .trim()
  .min(1, 'at least one character')
  .max(200, 'at most 200 characters')
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'one line without control characters');

/** Finding out takes tens of microseconds, and the rows of a campaign name the same few zones. */
const zonesFound = new Set<string>();
/** Upper and lower case are the same to whoever is asked, so one zone has many names. */
const MAX_ZONES_FOUND = 1_000;

function isTimeZone(name: string): boolean {
  if (zonesFound.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    if (zonesFound.size < MAX_ZONES_FOUND) zonesFound.add(name);
    return true;
  } catch {
    return false;
  }
}

const ADDRESSES = ['email', 'externalContactId', 'phone'] as const;

const recipient = z
  .strictObject({
    email: z
      .email({ error: 'an email address such as customer@example.com' })
      .max(254, 'at most 254 characters')
      .optional()
      .meta({ description: 'For the channels email and engage, and to find the customer by.' }),
    externalContactId: z
      .string({ error: 'the id of an external contact' })
      .regex(/^[A-Za-z0-9-]{1,64}$/, 'the id of an external contact: 1 to 64 of A-Z a-z 0-9 -')
      .optional()
      .meta({ description: 'Their external contact in Genesys Cloud, where you know it.' }),
    phone: z
      .string({ error: 'an E.164 number such as +15550100123' })
      .regex(/^\+[1-9]\d{6,14}$/, 'an E.164 number such as +15550100123')
      .optional()
      .meta({ description: 'E.164, for the channel sms.' }),
    name: personName
      .optional()
      .meta({ description: 'How to address them; looked up when left out.' }),
    timeZone: z
      .string({ error: 'an IANA time zone such as Europe/Berlin' })
      .refine(isTimeZone, 'an IANA time zone such as Europe/Berlin')
      .optional()
      .meta({ description: 'An IANA time zone such as Europe/Berlin; dates are shown in it.' }),
  })
  .refine(
    (value) => Boolean(value.email ?? value.externalContactId ?? value.phone),
    'at least one of email, externalContactId, phone',
  )
  .meta({
    description: 'Who it is for: at least one of email, externalContactId and phone.',
    anyOf: ADDRESSES.map((address) => ({ required: [address] })),
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
  recipient,
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
      required: z
        .boolean({ error: 'true or false' })
        .optional()
        .meta({ description: 'Skip customers without history; true when left out.' }),
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
  | { ok: true; request: NotificationRequest }
  | { ok: false; problems: FieldProblem[] };

/**
 * Checks what a caller wrote, naming every wrong field at once.
 *
 * The request is returned as it was written, before any default: its hash decides whether the same
 * id was used for something else.
 */
export function parseRequest(input: unknown, now: number): ParsedRequest {
  if (isDeeperThan(MAX_DEPTH, input)) {
    const expected = `values nested at most ${MAX_DEPTH} levels deep`;
    return { ok: false, problems: [{ field: '(request)', expected }] };
  }
  const parsed = requestSchema.safeParse(input);
  if (!parsed.success) return { ok: false, problems: schemaProblems(parsed.error) };
  const request = input as NotificationRequest;
  const problems = [...timeProblems(request, now), ...sizeProblems(request)];
  return problems.length === 0 ? { ok: true, request } : { ok: false, problems };
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

function timeProblems(request: NotificationRequest, now: number): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const sendAt = request.sendAt === undefined ? now : Date.parse(request.sendAt);
  if (sendAt > now + MAX_SEND_AHEAD_DAYS * DAY_MS) {
    problems.push({ field: 'sendAt', expected: `at most ${MAX_SEND_AHEAD_DAYS} days ahead` });
  }
  if (request.deadline !== undefined) {
    const deadline = Date.parse(request.deadline);
    if (deadline <= now) problems.push({ field: 'deadline', expected: 'a time in the future' });
    else if (deadline > sendAt + MAX_DEADLINE_DAYS * DAY_MS) {
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
