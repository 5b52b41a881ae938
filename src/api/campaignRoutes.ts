import type { FastifyInstance } from 'fastify';
import { describeUnreadable } from '../campaign/unreadableCampaign.js';
import { campaignIdParam, noCampaign } from './campaignParam.js';
import type { WithId } from './idParam.js';
import { allowOnly } from './methods.js';
import type { ApiParts } from './parts.js';
import { invalidRequest, problem, sendProblem } from './problems.js';
import { readQuery } from './query.js';

const PAGE_DEFAULT = 20;
const PAGE_MAX = 100;

/** Campaigns: make one, list them, look at one. */
export function campaignRoutes(app: FastifyInstance, { campaigns }: ApiParts): void {
  app.post('/campaigns', async (request, reply) => {
    const result = await campaigns.create(request.body, request.caller);
    switch (result.kind) {
      case 'created':
        reply.header('location', `/v1/campaigns/${result.campaign.id}`);
        return reply.code(201).send(result.campaign);
      case 'existing':
        return reply.send(result.campaign);
      case 'invalid':
        return sendProblem(reply, invalidRequest(result.problems));
      case 'conflict': {
        const { id, state } = result;
        const detail = 'That one stays as it is. Use another id for this campaign.';
        return sendProblem(reply, problem('campaign-id-conflict', { detail, id, state }));
      }
      default:
        return result satisfies never;
    }
  });

  app.get('/campaigns', async (request, reply) => {
    const { values, problems } = readQuery(request, ['limit', 'before']);
    const { limit: asked = String(PAGE_DEFAULT), before } = values;
    const limit = /^\d+$/.test(asked) ? Number(asked) : 0;
    if (limit < 1 || limit > PAGE_MAX) {
      problems.push({ field: 'limit', expected: `a whole number from 1 to ${PAGE_MAX}` });
    }
    if (problems.length > 0) return sendProblem(reply, invalidRequest(problems));
    const page = await campaigns.list({ limit, ...(before !== undefined && { before }) });
    for (const one of page.unreadable ?? []) {
      request.log.error({ campaignId: one.id }, describeUnreadable(one));
    }
    return page;
  });
  allowOnly(app, '/campaigns', ['GET', 'HEAD', 'POST']);

  app.get<WithId>('/campaigns/:id', async (request, reply) => {
    const id = campaignIdParam(request);
    const view = id === undefined ? undefined : await campaigns.get(id);
    return view === undefined ? noCampaign(reply) : reply.send(view);
  });
  allowOnly(app, '/campaigns/:id', ['GET', 'HEAD']);
}
