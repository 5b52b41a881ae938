import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExportedFile } from '../campaign/campaigns.js';
import type { ExportFormat } from '../campaign/exportFormat.js';
import { dryRunSchema, readBody, retrySchema } from './campaignBodies.js';
import { campaignIdParam, noCampaign } from './campaignParam.js';
import { stepRefused } from './campaignStepRoutes.js';
import type { WithId } from './idParam.js';
import { allowOnly } from './methods.js';
import type { ApiParts } from './parts.js';
import { invalidRequest, sendProblem } from './problems.js';
import { readQuery } from './query.js';

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
    const result = await campaigns.dryRun(id, { ...(lookUp !== undefined && { lookUp }) });
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
      ...(until !== undefined && { until: Date.parse(until) }),
      ...(request.caller !== undefined && { by: request.caller }),
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
