import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FILE_TYPES } from '../../api/routes/campaignFileRoutes.js';
import type { Campaigns } from '../../campaign/campaigns.js';
import type { ExportedFile, ExportFormat } from '../../campaign/exports.js';
import { allow } from '../people/access.js';
import { type CampaignCall, campaignParam, sendNoCampaign } from './campaignParam.js';

/** Files with addresses of customers: for editors. */
export function campaignFiles(app: FastifyInstance, campaigns: Campaigns): void {
  app.get<CampaignCall>('/campaigns/:id/results', allow('editor'), (request, reply) =>
    sendFile(request, reply, 'results', (id, format) => campaigns.results(id, format)),
  );
  app.get<CampaignCall>('/campaigns/:id/rejected', allow('editor'), (request, reply) =>
    sendFile(request, reply, 'rejected', (id, format) => campaigns.rejected(id, format)),
  );
}

/** Sent as it is read; what goes wrong in the middle cuts the connection, so that half a file is not taken for a whole one. */
async function sendFile(
  request: FastifyRequest<CampaignCall>,
  reply: FastifyReply,
  name: string,
  read: (id: string, format: ExportFormat | undefined) => Promise<ExportedFile | undefined>,
): Promise<FastifyReply> {
  const id = campaignParam(request);
  const asked = request.query['format'];
  const format = asked === 'csv' || asked === 'ndjson' ? asked : undefined;
  const file = id === undefined ? undefined : await read(id, format);
  if (file === undefined) return sendNoCampaign(request, reply);
  return reply
    .header('content-disposition', `attachment; filename="${id}-${name}.${file.format}"`)
    .type(FILE_TYPES[file.format])
    .send(Readable.from(file.text, { objectMode: false }));
}
