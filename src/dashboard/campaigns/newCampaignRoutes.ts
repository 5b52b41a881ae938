import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Campaigns } from '../../campaign/campaigns.js';
import type { FieldProblem } from '../../notification/request.js';
import type { FormTokens } from '../page/formToken.js';
import { sendPage } from '../page/layout.js';
import { allow } from '../people/access.js';
import {
  type CampaignForm,
  campaignForm,
  campaignIdOf,
  campaignRequestOf,
} from './campaignForm.js';
import { sendMessageMail } from './messageMail.js';
import { lookView, newCampaignPage, templateChoicePage } from './newCampaignPage.js';

interface FormCall {
  Body: URLSearchParams | undefined;
  Querystring: Record<string, unknown>;
}

/** From a message to a campaign that waits for its file. */
export function newCampaignRoutes(
  app: FastifyInstance,
  { campaigns, forms }: { campaigns: Campaigns; forms: FormTokens },
): void {
  const { preparation } = campaigns;

  app.get<FormCall>('/new-campaign', allow('editor'), async (request, reply) => {
    const { template } = request.query;
    if (typeof template === 'string') {
      const form = campaignForm(new URLSearchParams(), template);
      return sendForm(request, reply, form);
    }
    return sendChoice(request, reply);
  });

  app.post<FormCall>('/new-campaign/message', allow('editor'), async (request, reply) => {
    const form = formIn(request.body);
    const look = await preparation.look(form.template, form.variables);
    return reply.type('text/html; charset=utf-8').send(lookView(form, look ?? []).text);
  });

  app.get<FormCall>('/new-campaign/mail', allow('editor'), async (request, reply) => {
    const query = new URLSearchParams(request.query as Record<string, string>);
    const form = formIn(query);
    const look = await preparation.look(form.template, form.variables);
    return sendMessageMail(
      reply,
      look?.find(({ channel }) => channel === query.get('channel'))?.rendered,
    );
  });

  app.post<FormCall>('/campaigns', allow('editor'), (request, reply) =>
    forms.once(request, reply, async (token) => {
      const form = formIn(request.body);
      const id = campaignIdOf(form.name, token);
      const result = await campaigns.create(campaignRequestOf(form, id), request.caller);
      switch (result.kind) {
        case 'created':
        case 'existing':
          return { kind: 'done', location: `/campaigns/${id}` };
        case 'invalid':
          await sendForm(request, reply, form, result.problems);
          return { kind: 'refused' };
        case 'conflict':
          // The same form was sent before, and has been changed since: what it made is there.
          return { kind: 'done', location: `/campaigns/${id}` };
        default:
          return result satisfies never;
      }
    }),
  );

  async function sendChoice(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const entries = await preparation.templates();
    const all = await Promise.all(
      entries.map(async (entry) => ({
        entry,
        look: (await preparation.look(entry.name, {})) ?? [],
      })),
    );
    return sendPage(request, reply, { ...PAGE, body: templateChoicePage(all) });
  }

  async function sendForm(
    request: FastifyRequest,
    reply: FastifyReply,
    form: CampaignForm,
    problems: readonly FieldProblem[] = [],
  ): Promise<FastifyReply> {
    const entries = await preparation.templates();
    const entry = entries.find(({ name }) => name === form.template);
    if (entry === undefined) return sendChoice(request, reply);
    const look = (await preparation.look(entry.name, form.variables)) ?? [];
    const body = newCampaignPage({ form, entry, look, problems, once: forms.field() });
    return sendPage(request, reply, { ...PAGE, body, status: problems.length === 0 ? 200 : 422 });
  }
}

const PAGE = {
  title: 'New campaign',
  section: 'campaigns',
  frames: true,
  scripts: ['htmx.js'],
} as const;

function formIn(values: URLSearchParams | undefined): CampaignForm {
  const given = values ?? new URLSearchParams();
  return campaignForm(given, given.get('template') ?? '');
}
