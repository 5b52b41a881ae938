import type { FastifyReply, FastifyRequest } from 'fastify';
import { isCampaignId } from '../campaign/campaignRequest.js';
import type { WithId } from './idParam.js';
import { problem, sendProblem } from './problems.js';

/** The id in the path, or undefined when no campaign can have such an id. */
export function campaignIdParam(request: FastifyRequest<WithId>): string | undefined {
  const { id } = request.params;
  if (!isCampaignId(id)) return undefined;
  request.campaignId = id;
  return id;
}

export function noCampaign(reply: FastifyReply): FastifyReply {
  const detail = 'There never was one with this id, or it ended too long ago to be remembered.';
  return sendProblem(reply, problem('no-campaign', { detail }));
}
