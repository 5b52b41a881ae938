import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ImportOutcome } from '../campaign/campaigns.js';
import { campaignIdParam, noCampaign } from './campaignParam.js';
import { stepRefused } from './campaignStepRoutes.js';
import type { WithId } from './idParam.js';
import { readImportQuery } from './importQuery.js';
import { allowOnly } from './methods.js';
import type { ApiParts } from './parts.js';
import { httpProblem, invalidRequest, type Problem, problem, sendProblem } from './problems.js';
import { uploadOf } from './upload.js';

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
        ...(format !== 'unknown' && { format }),
        columns: asked.columns,
        ...(asked.encoding !== undefined && { encoding: asked.encoding }),
        ...(request.caller !== undefined && { by: request.caller }),
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

function answer(reply: FastifyReply, id: string, outcome: ImportOutcome): FastifyReply {
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
  { problems, rejectedBy }: Extract<ImportOutcome, { kind: 'unusable' }>,
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
