import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CampaignImport } from '../../campaign/campaigns.js';
import type { ExportedFile, ExportFormat } from '../../campaign/exports.js';
import { problem } from '../problems.js';
import { type AnswerSpec, answer, ok, route } from '../route.js';
import { CAMPAIGN, NO_CAMPAIGN } from '../sharedProblems.js';
import { uploadOf } from '../uploadConnections.js';
import { charsetProblems, NOT_A_FILE, readingOf, UPLOAD_QUERY } from '../uploadedFile.js';
import { importAnswer } from '../views/campaignAnswers.js';
import * as example from './campaignExamples.js';
import { STEP_REFUSED, stepRefused } from './campaignStepRoutes.js';

const rowsRefused = (
  id: string,
  { problems, rejectedBy }: Omit<Extract<CampaignImport, { kind: 'unusable' }>, 'kind'>,
) => {
  const suggested = problems.find(({ suggestion }) => suggestion !== undefined)?.suggestion;
  const detail =
    suggested === undefined
      ? 'Nothing of this file was stored.'
      : `Nothing of this file was stored. To read a column as what is missing, upload it again with ?${new URLSearchParams({ map: `${suggested.column}=${suggested.as}` })}`;
  // Under both names: callers of the first version read `rows`.
  return problem('rows-refused', { detail, id, problems, rows: problems, rejectedBy });
};

const noRoom = (id: string, retryAfterMs: number) =>
  problem('no-room', {
    detail: 'Nothing of this file was stored. Try again later, with the whole file.',
    id,
    retryAfter: Math.ceil(retryAfterMs / 1000),
  });

const superseded = (id: string) => problem('import-superseded', { id });

const brokenOff = (id: string) =>
  problem('import-broken-off', {
    detail: 'Nothing of them was stored. Send the whole file again.',
    id,
  });

/** The rows of a campaign: the file itself is the body, as it comes from the disk. */
const ROWS_ROUTE = route({
  method: 'PUT',
  url: '/v1/campaigns/:id/rows',
  access: 'limited',
  operationId: 'importRows',
  summary: 'Upload its rows',
  description:
    'The file itself is the body: CSV or NDJSON, plain or gzip, of any size. It is read as it comes, and counts only once its end was read: an upload that breaks off is repeated from the start, and of several the last one wins. Rows that are wrong are rejected; an address that cannot be used is left out with a warning where another one reaches the customer. A charset in the Content-Type says how the text is encoded.',
  of: CAMPAIGN,
  headers: { 'Content-Encoding': 'gzip, where that is said in a header at all.' },
  query: UPLOAD_QUERY,
  upload: {
    'text/csv': example.ROWS_CSV,
    'application/x-ndjson': example.ROWS_NDJSON,
    'application/octet-stream': undefined,
  },
  check: charsetProblems,
  wrong: { query: { map: 'email' } },
  answers: {
    200: answer(
      'Imported; look at what was rejected, and at the warnings',
      importAnswer,
      example.IMPORTED,
    ),
  },
  problems: [
    rowsRefused('autumn', {
      problems: [
        {
          expected: 'a column named email, externalContactId or phone; found: Kontakt, Ort',
          suggestion: { column: 'Kontakt', as: 'email' },
        },
      ],
      rejectedBy: [],
    }),
    STEP_REFUSED,
    superseded('autumn'),
    brokenOff('autumn'),
    noRoom('autumn', 30_000),
    NOT_A_FILE,
  ],
  async handle({ id, query, caller, request }, { campaigns }) {
    const reading = readingOf(request, query);
    if (reading === undefined) return NOT_A_FILE;
    const source = uploadOf(request.raw);
    try {
      const result = await campaigns.importRows(id, source, {
        ...reading,
        by: caller,
      });
      if (result?.kind === 'broken_off') {
        request.log.warn({ campaignId: id }, 'an upload broke off; nothing of it was stored');
      }
      return imported(id, result);
    } finally {
      // Not before there is an answer: this has the rest of the body thrown away.
      source.destroy();
    }
  },
});

function imported(id: string, outcome: CampaignImport | undefined) {
  switch (outcome?.kind) {
    case undefined:
      return NO_CAMPAIGN;
    case 'imported': {
      const { campaign, problems } = outcome;
      // Under both names: callers of the first version read `refused`.
      return ok({ campaign, problems, refused: problems });
    }
    case 'unusable':
      return rowsRefused(id, outcome);
    case 'superseded':
      return superseded(id);
    case 'broken_off':
      return brokenOff(id);
    case 'refused': {
      const { retryAfterMs } = outcome;
      return retryAfterMs === undefined ? stepRefused(id, outcome) : noRoom(id, retryAfterMs);
    }
    default:
      return outcome satisfies never;
  }
}

export const FILE_TYPES = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
} as const satisfies Record<ExportFormat, string>;

const file = z
  .custom<Readable>((value) => value instanceof Readable)
  .meta({
    id: 'File',
    type: 'string',
    description: 'A file, however long; it comes as it is read.',
  });

const FORMAT = {
  format: z.enum(['csv', 'ndjson'], { error: 'csv or ndjson' }).optional().meta({
    description:
      'csv or ndjson; else what Accept asks for, else csv (for rejected rows: as they came).',
  }),
};

function files(csv: string, ndjson: string): AnswerSpec<typeof file> {
  const examples = { 'text/csv': csv, 'application/x-ndjson': ndjson };
  return { description: 'The rows', schema: file, examples };
}

/** The one that is asked for and the other is not. */
function acceptedFormat({ headers }: FastifyRequest): ExportFormat | undefined {
  const { accept = '' } = headers;
  const csv = /text\/csv/i.test(accept);
  const ndjson = /ndjson|jsonl/i.test(accept);
  if (csv === ndjson) return undefined;
  return csv ? 'csv' : 'ndjson';
}

/**
 * A file is sent as it is read, however long it is. What goes wrong in the middle cuts the connection,
 * so that half a file is not taken for a whole one.
 */
function fileAnswer(id: string, name: string, exported: ExportedFile | undefined) {
  if (exported === undefined) return NO_CAMPAIGN;
  const { format, text } = exported;
  const headers = {
    'content-type': FILE_TYPES[format],
    'content-disposition': `attachment; filename="${id}-${name}.${format}"`,
  };
  return { ...ok(Readable.from(text, { objectMode: false })), headers };
}

const FILE_OF_CAMPAIGN = {
  method: 'GET',
  access: 'limited',
  of: CAMPAIGN,
  query: FORMAT,
  wrong: { query: { format: 'pdf' } },
} as const;

/** The files of a campaign: its rows, what became of them, and those that were rejected. */
export const CAMPAIGN_FILE_ROUTES = [
  ROWS_ROUTE,

  route({
    ...FILE_OF_CAMPAIGN,
    url: '/v1/campaigns/:id/results',
    operationId: 'getResults',
    summary: 'What became of every row',
    description:
      'In the order of the file, as far as it has come. A CSV has the separator of that file, and ends with its own columns.',
    answers: { 200: files(example.RESULTS_CSV, example.RESULTS_NDJSON) },
    async handle({ id, query, request }, { campaigns }) {
      const format = query.format ?? acceptedFormat(request);
      return fileAnswer(id, 'results', await campaigns.results(id, format));
    },
  }),

  route({
    ...FILE_OF_CAMPAIGN,
    url: '/v1/campaigns/:id/rejected',
    operationId: 'getRejected',
    summary: 'The rows that were rejected',
    description:
      'With what was expected of each; corrected, the same file can be uploaded again. A CSV has the separator of the file that was imported.',
    answers: { 200: files(example.REJECTED_CSV, example.REJECTED_NDJSON) },
    async handle({ id, query, request }, { campaigns }) {
      const format = query.format ?? acceptedFormat(request);
      return fileAnswer(id, 'rejected', await campaigns.rejected(id, format));
    },
  }),
];
