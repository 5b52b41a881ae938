import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isCampaignId } from '../../campaign/campaignRequest.js';
import type { Campaigns } from '../../campaign/campaigns.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import type { FieldProblem } from '../../notification/request.js';
import type { FormTokens } from '../page/formToken.js';
import { sendPage } from '../page/layout.js';
import { allow } from '../people/access.js';
import {
  type CampaignForm,
  campaignForm,
  campaignIdOf,
  campaignRequestOf,
  formLike,
} from './campaignForm.js';
import { sendNoCampaign } from './campaignParam.js';
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
    const { template, like } = request.query;
    if (typeof like === 'string') {
      const view = await liked(like);
      if (view === undefined) return sendNoCampaign(request, reply);
      return sendForm(request, reply, formLike(view), { like: view });
    }
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
          await replaceEmpty(request, id);
          return { kind: 'done', location: `/campaigns/${id}` };
        case 'invalid':
          await sendForm(request, reply, form, {
            problems: result.problems,
            like: await liked(request.body?.get('like')),
          });
          return { kind: 'refused' };
        case 'conflict':
          // The same form was sent before, and has been changed since: what it made is there.
          return { kind: 'done', location: `/campaigns/${id}` };
        default:
          return result satisfies never;
      }
    }),
  );

  function liked(id: string | null | undefined): Promise<CampaignView | undefined> {
    return isCampaignId(id) ? campaigns.get(id) : Promise.resolve(undefined);
  }

  /** One without a file was made for the same rows; left there, it would only be in the way. */
  async function replaceEmpty({ body, caller }: FastifyRequest<FormCall>, by: string) {
    const view = await liked(body?.get('like'));
    if (view !== undefined && view.id !== by) await campaigns.deleteDraft(view, caller);
  }

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
    { problems = [], like }: { problems?: readonly FieldProblem[]; like?: CampaignView } = {},
  ): Promise<FastifyReply> {
    const entries = await preparation.templates();
    const entry = entries.find(({ name }) => name === form.template);
    if (entry === undefined) return sendChoice(request, reply);
    const look = (await preparation.look(entry.name, form.variables)) ?? [];
    const body = newCampaignPage({
      form,
      entry,
      look,
      problems,
      once: forms.field(),
      like: like && { id: like.id, name: like.name, isEmpty: isEmpty(like) },
    });
    return sendPage(request, reply, { ...PAGE, body, status: problems.length === 0 ? 200 : 422 });
  }
}

function isEmpty({ state, import: imported, upload }: CampaignView): boolean {
  return state === 'importing' && imported === undefined && upload?.state !== 'coming';
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
