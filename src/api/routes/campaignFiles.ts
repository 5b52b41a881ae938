import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CampaignImport, ExportedFile } from '../../campaign/campaigns.js';
import type { ExportFormat } from '../../campaign/exports.js';
import { uploadOf } from '../connections.js';
import type { ApiParts } from '../parts.js';
import { httpProblem, invalidRequest, type Problem, problem, sendProblem } from '../problems.js';
import {
  allowOnly,
  campaignIdParam,
  dryRunSchema,
  noCampaign,
  readBody,
  readImportQuery,
  readQuery,
  retrySchema,
  type WithId,
} from '../requests.js';
import { stepRefused } from './campaigns.js';

const FILE_TYPES = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
} as const satisfies Record<ExportFormat, string>;

/** What would become of a campaign, what became of it, and what was set aside. */
export function campaignReportRoutes(app: FastifyInstance, { campaigns }: ApiParts): void {
  app.post<WithId>('/campaigns/:id/dry-run', async (request, reply) => {
    const id = campaignIdParam(request);
    if (id === undefined) return noCampaign(reply);
    const body = readBody(request.body, dryRunSchema);
    if (!body.ok) return sendProblem(reply, invalidRequest(body.problems));
    const { lookUp } = body.body;
    const result = await campaigns.dryRun(id, { lookUp });
    if (result === undefined) return noCampaign(reply);
    if (result.kind === 'refused') return sendProblem(reply, stepRefused(id, result));
    return reply.send(result.dryRun);
  });
  allowOnly(app, '/campaigns/:id/dry-run', ['POST']);

  app.post<WithId>('/campaigns/:id/retry', async (request, reply) => {
    const id = campaignIdParam(request);
    if (id === undefined) return noCampaign(reply);
    const body = readBody(request.body, retrySchema);
    if (!body.ok) return sendProblem(reply, invalidRequest(body.problems));
    const { states, until } = body.body;
    const result = await campaigns.retry(id, {
      states,
      until: until === undefined ? undefined : Date.parse(until),
      by: request.caller,
    });
    if (result === undefined) return noCampaign(reply);
    if (result.kind === 'refused') return sendProblem(reply, stepRefused(id, result));
    return reply.send(result.report);
  });
  allowOnly(app, '/campaigns/:id/retry', ['POST']);

  app.get<WithId>('/campaigns/:id/results', (request, reply) =>
    sendFile(request, reply, 'results', (id, format) => campaigns.results(id, format)),
  );
  allowOnly(app, '/campaigns/:id/results', ['GET', 'HEAD']);

  app.get<WithId>('/campaigns/:id/rejected', (request, reply) =>
    sendFile(request, reply, 'rejected', (id, format) => campaigns.rejected(id, format)),
  );
  allowOnly(app, '/campaigns/:id/rejected', ['GET', 'HEAD']);
}

/**
 * Sends a file as it is read, however long it is. What goes wrong in the middle cuts the connection,
 * so that half a file is not taken for a whole one.
 */
async function sendFile(
  request: FastifyRequest<WithId>,
  reply: FastifyReply,
  name: string,
  open: (id: string, format?: ExportFormat) => Promise<ExportedFile | undefined>,
): Promise<FastifyReply> {
  const id = campaignIdParam(request);
  if (id === undefined) return noCampaign(reply);
  const { values, problems } = readQuery(request, ['format']);
  const asked = values.format ?? acceptedFormat(request.headers.accept);
  if (asked !== undefined && !isFormat(asked)) {
    problems.push({ field: 'format', expected: 'csv or ndjson' });
    return sendProblem(reply, invalidRequest(problems));
  }
  if (problems.length > 0) return sendProblem(reply, invalidRequest(problems));
  const file = await open(id, asked);
  if (file === undefined) return noCampaign(reply);
  return reply
    .type(FILE_TYPES[file.format])
    .header('content-disposition', `attachment; filename="${id}-${name}.${file.format}"`)
    .send(Readable.from(file.text, { objectMode: false }));
}

function isFormat(text: string): text is ExportFormat {
  return Object.hasOwn(FILE_TYPES, text);
}

/** The one that is asked for and the other is not. */
function acceptedFormat(accept = ''): ExportFormat | undefined {
  const csv = /text\/csv/i.test(accept);
  const ndjson = /ndjson|jsonl/i.test(accept);
  if (csv === ndjson) return undefined;
  return csv ? 'csv' : 'ndjson';
}

type FileFormat = 'csv' | 'ndjson';

/** What a file may be called. Of the last, what `curl` says by itself of anything, nothing is believed. */
const FORMATS: Readonly<Record<string, FileFormat | 'unknown'>> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'text/plain': 'unknown',
  'application/octet-stream': 'unknown',
  'application/gzip': 'unknown',
  'application/x-gzip': 'unknown',
  'application/x-www-form-urlencoded': 'unknown',
  '': 'unknown',
};

/**
 * `PUT /v1/campaigns/:id/rows`: the file itself is the body, as it comes from the disk. It is read as
 * it arrives, so its size does not matter. Until its end has been read it counts for nothing: an
 * upload that breaks off is repeated from the start, and a second one takes the first one's place.
 */
export function campaignRowsRoute(app: FastifyInstance, { campaigns }: ApiParts): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    uploadRoute(scope, { campaigns });
  });
  allowOnly(app, '/campaigns/:id/rows', ['PUT']);
}

function uploadRoute(app: FastifyInstance, { campaigns }: Pick<ApiParts, 'campaigns'>): void {
  app.put<WithId>('/campaigns/:id/rows', async (request, reply) => {
    const id = campaignIdParam(request);
    if (id === undefined) return noCampaign(reply);
    const format = formatOf(request);
    if (format === undefined) return sendProblem(reply, UNSUPPORTED);
    const asked = readImportQuery(request);
    if (!asked.ok) return sendProblem(reply, invalidRequest(asked.problems));
    const source = uploadOf(request.raw);
    try {
      const result = await campaigns.importRows(id, source, {
        format: format === 'unknown' ? undefined : format,
        columns: asked.columns,
        encoding: asked.encoding,
        by: request.caller,
      });
      if (result === undefined) return noCampaign(reply);
      if (result.kind === 'broken_off') {
        request.log.warn({ campaignId: id }, 'an upload broke off; nothing of it was stored');
      }
      return answer(reply, id, result);
    } finally {
      // Not before there is an answer: this has the rest of the body thrown away.
      source.destroy();
    }
  });
}

function answer(reply: FastifyReply, id: string, outcome: CampaignImport): FastifyReply {
  switch (outcome.kind) {
    case 'imported': {
      const { campaign, problems } = outcome;
      // Under both names: callers of the first version read `refused`.
      return reply.send({ campaign, problems, refused: problems });
    }
    case 'unusable':
      return sendProblem(reply, rowsRefused(id, outcome));
    case 'superseded':
      return sendProblem(reply, problem('import-superseded', { id }));
    case 'broken_off': {
      const detail = 'Nothing of them was stored. Send the whole file again.';
      return sendProblem(reply, problem('import-broken-off', { detail, id }));
    }
    case 'refused':
      return sendProblem(reply, noRoom(id, outcome) ?? stepRefused(id, outcome));
    default:
      return outcome satisfies never;
  }
}

/**
 * `problems: [{row?, column?, expected, suggestion?}]`: what keeps the file as a whole from being
 * imported; `rows` is the same, under its first name.
 */
function rowsRefused(
  id: string,
  { problems, rejectedBy }: Extract<CampaignImport, { kind: 'unusable' }>,
): Problem {
  const suggested = problems.find(({ suggestion }) => suggestion !== undefined)?.suggestion;
  const detail =
    suggested === undefined
      ? 'Nothing of this file was stored.'
      : `Nothing of this file was stored. To read a column as what is missing, upload it again with ?${new URLSearchParams({ map: `${suggested.column}=${suggested.as}` })}`;
  return problem('rows-refused', { detail, id, problems, rows: problems, rejectedBy });
}

function noRoom(id: string, { retryAfterMs }: { retryAfterMs?: number }): Problem | undefined {
  if (retryAfterMs === undefined) return undefined;
  const detail = 'Nothing of this file was stored. Try again later, with the whole file.';
  return problem('no-room', { detail, id, retryAfter: Math.ceil(retryAfterMs / 1000) });
}

const UNSUPPORTED = httpProblem(
  415,
  'Send the file itself as the body, as text/csv or application/x-ndjson, plain or in gzip.',
);

function formatOf(request: FastifyRequest): FileFormat | 'unknown' | undefined {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (!/^(identity|gzip|x-gzip)$/i.test(encoding)) return undefined;
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return FORMATS[type];
}
