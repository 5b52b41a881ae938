import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ImportOutcome, RowProblem } from '../campaign/campaigns.js';
import { campaignIdParam, noCampaign } from './campaignParam.js';
import { stepRefused } from './campaignStepRoutes.js';
import type { WithId } from './idParam.js';
import { allowOnly } from './methods.js';
import type { ApiParts } from './parts.js';
import { httpProblem, type Problem, problem, sendProblem } from './problems.js';
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
    const source = uploadOf(request.raw);
    try {
      const result = await campaigns.importRows(id, source, {
        ...(format !== 'unknown' && { format }),
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
      const { campaign, refused } = outcome;
      return reply.send({ campaign, refused });
    }
    case 'unusable':
      return sendProblem(reply, rowsRefused(id, outcome.problems));
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

/** `rows: [{row?, column?, expected}]`: what keeps the file as a whole from being imported. */
function rowsRefused(id: string, rows: readonly RowProblem[]): Problem {
  return problem('rows-refused', { detail: 'Nothing of this file was stored.', id, rows });
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
