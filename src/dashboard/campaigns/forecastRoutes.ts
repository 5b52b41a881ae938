import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Campaigns } from '../../campaign/campaigns.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import { LARGEST_LOOK_UP } from '../../campaign/dryRun/forecast.js';
import { type Html, html } from '../../html/html.js';
import { may } from '../../people/role.js';
import { emptyState } from '../page/components.js';
import { sendPage } from '../page/layout.js';
import { allow } from '../people/access.js';
import { type CampaignCall, campaignParam, sendNoCampaign } from './campaignParam.js';
import type { DryRuns } from './dryRuns.js';
import { forecastView, sampleView } from './forecastView.js';
import { sendMessageMail } from './messageMail.js';
import { named } from './words.js';

interface FormCall extends CampaignCall {
  Body: URLSearchParams | undefined;
}

/** What a campaign will do, and how its rows look; each part also as a page of its own, for who has no script. */
export function forecastRoutes(
  app: FastifyInstance,
  { campaigns, dryRuns }: { campaigns: Campaigns; dryRuns: DryRuns },
): void {
  app.get<CampaignCall>('/campaigns/:id/forecast', (request, reply) =>
    sendForecast(request, reply, 0),
  );

  // Asks the platform, which costs requests of the allowance: a repeat within a minute asks nothing more.
  app.post<FormCall>('/campaigns/:id/lookups', allow('editor'), (request, reply) => {
    const asked = Math.trunc(Number(request.body?.get('customers')));
    const customers = asked > 0 ? Math.min(asked, LARGEST_LOOK_UP) : 0;
    return sendForecast(request, reply, customers);
  });

  app.get<CampaignCall>('/campaigns/:id/sample', allow('editor'), async (request, reply) => {
    const view = await viewOf(request);
    if (view === undefined) return sendNoCampaign(request, reply);
    const sample = await sampleOf(view.id, request.query['number']);
    const body = sample === undefined ? NO_ROW : sampleView(view.id, sample);
    return sendPart(request, reply, view, body);
  });

  app.get<CampaignCall>('/campaigns/:id/mail', allow('editor'), async (request, reply) => {
    const id = campaignParam(request);
    if (id === undefined) return sendNoCampaign(request, reply);
    const { number, channel, history } = request.query;
    const sample = await sampleOf(id, number);
    const message = sample?.messages.find(
      (one) => one.channel === channel && one.history === (history !== 'no'),
    );
    return sendMessageMail(reply, message?.rendered);
  });

  async function sendForecast(
    request: FastifyRequest<CampaignCall>,
    reply: FastifyReply,
    lookUp: number,
  ): Promise<FastifyReply> {
    const view = await viewOf(request);
    const outcome = view && (await dryRuns.of(view, lookUp));
    if (view === undefined || outcome === undefined) return sendNoCampaign(request, reply);
    const body = forecastView(view.id, outcome, may(request.person, 'editor'));
    return sendPart(request, reply, view, body);
  }

  function viewOf(request: FastifyRequest<CampaignCall>): Promise<CampaignView | undefined> {
    const id = campaignParam(request);
    return id === undefined ? Promise.resolve(undefined) : campaigns.get(id);
  }

  async function sampleOf(id: string, number: unknown) {
    const row = Math.trunc(Number(number));
    return row > 0 ? campaigns.preparation.sample(id, row) : undefined;
  }
}

const NO_ROW = emptyState(
  'The file has no such row among its recipients',
  'It was refused or is a duplicate, or the file is shorter. The first recipient is in row 2.',
);

/** A part of the page for htmx; without a script, a page with this part alone. */
function sendPart(
  request: FastifyRequest,
  reply: FastifyReply,
  { id, name }: CampaignView,
  part: Html,
): FastifyReply {
  if (request.headers['hx-request'] === 'true') {
    return reply.type('text/html; charset=utf-8').send(part.text);
  }
  const body = html`<h1>${named(name)}</h1>
<p><a href="/campaigns/${id}">Back to the campaign</a></p>
${part}`;
  return sendPage(request, reply, { title: name, section: 'campaigns', body, frames: true });
}
