import { Readable } from 'node:stream';
import { z } from 'zod';
import { rowReasonSchema } from '../../campaign/viewSchema.js';
import type { SuppressionImport } from '../../consent/suppressionImport.js';
import {
  ADDRESS_EXPECTED,
  CHANNELS_EXPECTED,
  readChannels,
  readReason,
  readSuppressedAddress,
  readUntil,
  suppressionRequestSchema,
  UNTIL_EXPECTED,
} from '../../consent/suppressionRequest.js';
import {
  suppressionSchema,
  suppressionSummarySchema,
  suppressionView,
} from '../../consent/suppressionView.js';
import { REASON_EXPECTED } from '../../suppression/suppression.js';
import type { ApiParts } from '../apiParts.js';
import { invalidRequest, problem } from '../problems.js';
import { answer, ok, queryText, route, type Subject } from '../route.js';
import { uploadOf } from '../uploadConnections.js';
import { charsetProblems, NOT_A_FILE, readingOf, UPLOAD_QUERY } from '../uploadedFile.js';
import { rowProblem } from '../views/problemAnswers.js';

const NO_SUPPRESSION = problem('no-suppression', {
  detail: 'There is no entry for it, or it has ended.',
});

/** Refused by its handler, which knows the country of this deployment. */
const ADDRESS: Subject = {
  description: 'An email address, a phone number or the id of a contact, percent-encoded.',
  isId: (value): value is string => typeof value === 'string',
  missing: NO_SUPPRESSION,
  schema: { type: 'string', minLength: 1, maxLength: 254 },
};

const EXAMPLE = {
  channels: 'all',
  source: 'person',
  reason: 'Asked by phone',
  author: 'api:crm',
  at: '2026-11-22T09:40:00.000Z',
} satisfies z.input<typeof suppressionSchema>;

const put = z
  .object({
    suppression: suppressionSchema,
    before: suppressionSchema.optional().meta({ description: 'What was there before.' }),
  })
  .meta({ id: 'SuppressionPut' });

const wrongAddress = (expected: string) => invalidRequest([{ field: 'address', expected }]);

function readAddress(written: string, { suppressions }: Pick<ApiParts, 'suppressions'>) {
  return readSuppressedAddress(written, suppressions.country);
}

const count = z.int().min(0);

const imported = z
  .object({
    rows: count.meta({ description: 'Rows of which at least one address was taken.' }),
    added: count.meta({ description: 'Entries that were not there before; an address is one.' }),
    replaced: count.meta({ description: 'Entries that were there and are wider now.' }),
    kept: count.meta({ description: 'Entries that were so already.' }),
    rejected: count.meta({ description: 'Rows of which nothing was taken.' }),
    rejectedBy: z.array(rowReasonSchema),
    warned: count.meta({
      description: 'Rows of which something could not be read, and an address was taken.',
    }),
    warnings: z.array(rowReasonSchema),
    problems: z.array(rowProblem).meta({ description: 'Of the first rejected rows, at most 100.' }),
  })
  .meta({ id: 'ImportedSuppressions' });

const IMPORTED = {
  rows: 2,
  added: 2,
  replaced: 0,
  kept: 0,
  rejected: 1,
  rejectedBy: [{ column: 'email', expected: 'an email address', rows: 1, firstRows: [4] }],
  warned: 0,
  warnings: [],
  problems: [{ row: 4, column: 'email', expected: 'an email address' }],
} satisfies z.input<typeof imported>;

const STORED = { rows: 0, added: 0, replaced: 0 };

function storedOf({ report: { rows, added, replaced } }: SuppressionImport): typeof STORED {
  return { rows, added, replaced };
}

const refused = (
  problems: Extract<SuppressionImport, { kind: 'unusable' }>['problems'],
  stored = STORED,
) =>
  problem('rows-refused', {
    detail: 'What was stored before stays. The corrected file may be sent as a whole.',
    problems,
    stored,
  });

const brokenOff = (stored = STORED) =>
  problem('import-broken-off', {
    detail: 'What was stored before stays. Send the whole file again: a row twice changes nothing.',
    stored,
  });

const noRoom = (retryAfterMs: number, stored = STORED) =>
  problem('no-room', {
    detail: 'What was stored before stays. Send the whole file again later.',
    retryAfter: Math.ceil(retryAfterMs / 1_000),
    stored,
  });

function importAnswer(result: SuppressionImport) {
  switch (result.kind) {
    case 'imported':
      return ok(result.report);
    case 'unusable':
      return refused(result.problems, storedOf(result));
    case 'broken_off':
      return brokenOff(storedOf(result));
    case 'no_room':
      return noRoom(result.retryAfterMs, storedOf(result));
    default:
      return result satisfies never;
  }
}

const file = z
  .custom<Readable>((value) => value instanceof Readable)
  .meta({ type: 'string', description: 'A file, however long; it comes as it is read.' });

const EXPORTED = [
  { suppressions: 1, keys: ['k1:Zk0bYw3TmQm2'] },
  { digest: 'mQm2Zk0bYw3TmQm2', ...EXAMPLE },
  { entries: 1 },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

/** Addresses that are not written to. */
export const SUPPRESSION_ROUTES = [
  route({
    method: 'GET',
    url: '/v1/suppressions',
    access: 'limited',
    operationId: 'summariseSuppressions',
    summary: 'How many addresses are suppressed',
    description:
      'By what put them there. The list cannot be shown: addresses are kept as keyed hashes, and are found by asking about one.',
    answers: {
      200: answer('The counts', suppressionSummarySchema, {
        total: 3,
        bySource: { person: 1, import: 2, unsubscribe: 0, bounce: 0, stop: 0 },
      }),
    },
    async handle(_call, { suppressions }) {
      return ok(await suppressions.summary());
    },
  }),

  route({
    method: 'PUT',
    url: '/v1/suppressions/:address',
    access: 'limited',
    operationId: 'suppress',
    summary: 'Write to an address no more',
    description:
      'From the answer on no notification that names the address, or is to be sent to it, gets an intent to send on these channels; what is on the wire arrives. An entry that is there is not weakened: channels are added, and the later end counts. To narrow one, remove it first. Only a keyed hash of the address is kept.',
    of: ADDRESS,
    body: {
      schema: suppressionRequestSchema,
      optional: true,
      examples: {
        'On all channels': { reason: 'Asked by phone' },
        'On one channel, for a time': { channels: ['sms'], until: '2027-03-01T00:00:00Z' },
      },
    },
    wrong: { body: { channels: [] } },
    answers: {
      201: answer('Suppressed now', put, { suppression: EXAMPLE }),
      200: answer('Was suppressed before', put, { suppression: EXAMPLE, before: EXAMPLE }),
    },
    problems: [wrongAddress(ADDRESS_EXPECTED)],
    async handle({ id, body, caller }, parts) {
      const read = readAddress(id, parts);
      const isPast = body.until !== undefined && Date.parse(body.until) <= parts.suppressions.now();
      const problems = [
        ...(read.ok ? [] : [{ field: 'address', expected: read.expected }]),
        ...(isPast ? [{ field: 'until', expected: UNTIL_EXPECTED }] : []),
      ];
      if (!read.ok || isPast) return invalidRequest(problems);
      const { suppression, before } = await parts.suppressions.add(read.address, body, caller);
      const view = suppressionView(suppression);
      if (before === undefined) return { status: 201, body: { suppression: view } };
      return ok({ suppression: view, before: suppressionView(before) });
    },
  }),

  route({
    method: 'GET',
    url: '/v1/suppressions/:address',
    access: 'limited',
    operationId: 'getSuppression',
    summary: 'Is an address suppressed?',
    description: 'The entry of this address, or a 404. What ended is not there any more.',
    of: ADDRESS,
    answers: { 200: answer('It is', suppressionSchema, EXAMPLE) },
    problems: [wrongAddress(ADDRESS_EXPECTED)],
    async handle({ id }, parts) {
      const read = readAddress(id, parts);
      if (!read.ok) return wrongAddress(read.expected);
      const suppression = await parts.suppressions.find(read.address);
      return suppression === undefined ? NO_SUPPRESSION : ok(suppressionView(suppression));
    },
  }),

  route({
    method: 'DELETE',
    url: '/v1/suppressions/:address',
    access: 'limited',
    operationId: 'unsuppress',
    summary: 'Take an address off the list',
    description:
      'Answers with what was there. Make sure that the person wants it: an opt-out of theirs goes with it.',
    of: ADDRESS,
    answers: { 200: answer('Taken off', suppressionSchema, EXAMPLE) },
    problems: [wrongAddress(ADDRESS_EXPECTED)],
    async handle({ id, caller }, parts) {
      const read = readAddress(id, parts);
      if (!read.ok) return wrongAddress(read.expected);
      const was = await parts.suppressions.remove(read.address, caller);
      return was === undefined ? NO_SUPPRESSION : ok(suppressionView(was));
    },
  }),

  route({
    method: 'POST',
    url: '/v1/suppressions/import',
    access: 'limited',
    operationId: 'importSuppressions',
    summary: 'Suppress the addresses of a file',
    description:
      'The file itself is the body: CSV or NDJSON, plain or gzip, of any size, with the columns that rows of a campaign have (email, phone, externalContactId, country), and channels, reason and until if wanted. A row with several addresses suppresses each. What an export has written comes back the same way. What was stored stays, also where the file breaks off.',
    headers: { 'Content-Encoding': 'gzip, where that is said in a header at all.' },
    query: {
      ...UPLOAD_QUERY,
      channels: queryText
        .refine((text) => readChannels(text) !== undefined, CHANNELS_EXPECTED)
        .optional()
        .meta({ description: 'For rows that name none; all when left out.', example: 'web,email' }),
      reason: queryText
        .refine((text) => readReason(text) !== undefined, REASON_EXPECTED)
        .optional()
        .meta({ description: 'For rows that have none.' }),
      until: queryText
        .refine((text) => readUntil(text, 0) !== undefined, UNTIL_EXPECTED)
        .optional()
        .meta({ description: 'For rows that have none.' }),
    },
    upload: {
      'text/csv': 'email,phone,channels,reason\r\nann@example.com,,all,Asked by phone\r\n',
      'application/x-ndjson': '{"phone":"+15550100123","channels":["sms"]}\n',
      'application/octet-stream': undefined,
    },
    check: charsetProblems,
    wrong: { query: { channels: 'fax' } },
    answers: {
      200: answer('Stored; look at what was rejected, and at the warnings', imported, IMPORTED),
    },
    problems: [
      refused([{ expected: 'a column named email, externalContactId or phone; found: Kontakt' }]),
      brokenOff({ rows: 1_000, added: 998, replaced: 2 }),
      noRoom(30_000),
      NOT_A_FILE,
    ],
    async handle({ query, caller, request }, { suppressions }) {
      const reading = readingOf(request, query);
      if (reading === undefined) return NOT_A_FILE;
      const { channels, reason, until } = query;
      const end = until === undefined ? undefined : readUntil(until, suppressions.now());
      if (until !== undefined && end === undefined) {
        return invalidRequest([{ field: 'until', expected: UNTIL_EXPECTED }]);
      }
      const source = uploadOf(request.raw);
      try {
        const read = channels === undefined ? undefined : readChannels(channels);
        const given = {
          channels: read === undefined || read === 'all' ? read : [...read],
          reason,
          until: end === undefined ? undefined : new Date(end).toISOString(),
        };
        return importAnswer(await suppressions.importFile(source, given, caller, reading));
      } finally {
        // Not before there is an answer: this has the rest of the body thrown away.
        source.destroy();
      }
    },
  }),

  route({
    method: 'GET',
    url: '/v1/suppressions/export',
    access: 'limited',
    operationId: 'exportSuppressions',
    summary: 'The whole list, as hashes',
    description:
      'NDJSON, an entry a line, with the keyed hash of its address: to be kept, or to be imported where NOTIFIER_SECRET is the same. It holds no address.',
    answers: {
      200: {
        description: 'The list',
        schema: file,
        examples: { 'application/x-ndjson': EXPORTED },
      },
    },
    async handle({ caller }, { suppressions }) {
      const text = await suppressions.exported(caller);
      const headers = {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'content-disposition': 'attachment; filename="suppressions.ndjson"',
      };
      return { ...ok(Readable.from(text, { objectMode: false })), headers };
    },
  }),
];
