import type { FastifyReply, FastifyRequest } from 'fastify';
import { isCampaignId } from '../../campaign/campaignRequest.js';
import { html } from '../../html/html.js';
import { sendPage } from '../page/layout.js';

/** A request about one campaign. */
export interface CampaignCall {
  Params: { id: string };
  Querystring: Record<string, unknown>;
}

/** The id in the path, or undefined when no campaign can have such an id. */
export function campaignParam(request: FastifyRequest<CampaignCall>): string | undefined {
  const { id } = request.params;
  if (!isCampaignId(id)) return undefined;
  request.campaignId = id;
  return id;
}

export function sendNoCampaign(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body = html`<h1>There is no such campaign</h1>
<p>There never was one with this id, or it ended too long ago to be remembered.
<a href="/campaigns">All campaigns</a>.</p>`;
  return sendPage(request, reply, {
    title: 'No such campaign',
    section: 'campaigns',
    body,
    status: 404,
  });
}
