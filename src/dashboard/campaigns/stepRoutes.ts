import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { StepOutcome } from '../../campaign/campaignSteps.js';
import type { Campaigns } from '../../campaign/campaigns.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import { RETRYABLE_STATES } from '../../campaign/retryRows.js';
import { html } from '../../html/html.js';
import { errorPanel } from '../page/components.js';
import type { FormOutcome, FormTokens } from '../page/formToken.js';
import { sendPage } from '../page/layout.js';
import { allow } from '../people/access.js';
import { utcTime } from './campaignForm.js';
import { type CampaignCall, campaignParam, sendNoCampaign } from './campaignParam.js';
import { retryQuery } from './retrySaid.js';
import type { SendCheck } from './testRoutes.js';
import { named, whole } from './words.js';

interface FormCall extends CampaignCall {
  Body: URLSearchParams | undefined;
}

interface StepParts {
  campaigns: Campaigns;
  forms: FormTokens;
  sendCheck: SendCheck;
}

type Take = (id: string, form: URLSearchParams) => Promise<FormOutcome>;

/** What operators do to a campaign; each form does its work once, however often it is sent. */
export function stepRoutes(app: FastifyInstance, { campaigns, forms, sendCheck }: StepParts): void {
  app.post<FormCall>('/campaigns/:id/start', allow('operator'), (request, reply) =>
    once(request, reply, async (id, form) => {
      const view = await campaigns.get(id);
      if (view === undefined) return none(request, reply);
      // It was started by another form, and may have ended since: that is what there is to see.
      if (view.startedAt !== undefined) return { kind: 'done', location: `/campaigns/${id}` };
      const refused = async (because: string): Promise<FormOutcome> => {
        const now = (await campaigns.get(id)) ?? view;
        if (now.startedAt !== undefined) return { kind: 'done', location: `/campaigns/${id}` };
        await sendCheck(request, reply, now, { of: 'start', because, given: form });
        return { kind: 'refused' };
      };
      const rows = view.import?.rows ?? 0;
      if (numberIn(form.get('recipients')) !== rows) return refused(typeTheNumber(rows));
      const at = timeIn(form.get('at'));
      if (at === 'none') return refused('Expected a time in UTC, or nothing: then it starts now.');
      const result = await campaigns.start(id, {
        at,
        acceptRejected: form.get('acceptRejected') === 'yes',
        noUnsubscribe: reasonIn(form.get('noUnsubscribe')),
        seen: { rows, importedAt: Date.parse(form.get('importedAt') ?? '') },
        by: request.caller,
      });
      if (result?.kind === 'refused') return refused(sentence(result.because));
      return stepped(request, reply, view, result);
    }),
  );

  app.post<FormCall>('/campaigns/:id/pause', allow('operator'), (request, reply) =>
    step(request, reply, (id, reason) =>
      campaigns.pause(id, { reason: reason ?? 'no reason was given', by: request.caller }),
    ),
  );

  app.post<FormCall>('/campaigns/:id/resume', allow('operator'), (request, reply) =>
    step(request, reply, (id) => campaigns.resume(id, { by: request.caller })),
  );

  app.post<FormCall>('/campaigns/:id/cancel', allow('operator'), (request, reply) =>
    step(request, reply, (id, reason) => campaigns.cancel(id, { reason, by: request.caller })),
  );

  app.post<FormCall>('/campaigns/:id/retry', allow('operator'), (request, reply) =>
    once(request, reply, async (id, form) => {
      const view = await campaigns.get(id);
      if (view === undefined) return none(request, reply);
      const states = RETRYABLE_STATES.filter((state) => form.getAll('states').includes(state));
      if (states.length === 0) return notDone(request, reply, view, 'No state was ticked.');
      const until = timeIn(form.get('until'));
      if (until === 'none') return notDone(request, reply, view, 'Expected a time in UTC.');
      const result = await campaigns.retry(id, { states, until, by: request.caller });
      if (result === undefined) return none(request, reply);
      if (result.kind === 'refused') return notDone(request, reply, view, sentence(result.because));
      return { kind: 'done', location: `/campaigns/${id}?${retryQuery(result.report)}` };
    }),
  );

  function once(
    request: FastifyRequest<FormCall>,
    reply: FastifyReply,
    take: Take,
  ): Promise<FastifyReply> {
    return forms.once(request, reply, async () => {
      const id = campaignParam(request);
      if (id === undefined) return none(request, reply);
      return take(id, request.body ?? new URLSearchParams());
    });
  }

  function step(
    request: FastifyRequest<FormCall>,
    reply: FastifyReply,
    take: (
      id: string,
      reason: string | undefined,
    ) => Promise<StepOutcome<CampaignView> | undefined>,
  ): Promise<FastifyReply> {
    return once(request, reply, async (id, form) => {
      const view = await campaigns.get(id);
      if (view === undefined) return none(request, reply);
      return stepped(request, reply, view, await take(id, reasonIn(form.get('reason'))));
    });
  }
}

async function none(request: FastifyRequest, reply: FastifyReply): Promise<FormOutcome> {
  await sendNoCampaign(request, reply);
  return { kind: 'refused' };
}

async function stepped(
  request: FastifyRequest,
  reply: FastifyReply,
  view: CampaignView,
  result: StepOutcome<CampaignView> | undefined,
): Promise<FormOutcome> {
  if (result === undefined) return none(request, reply);
  if (result.kind === 'refused') return notDone(request, reply, view, sentence(result.because));
  return { kind: 'done', location: `/campaigns/${view.id}` };
}

async function notDone(
  request: FastifyRequest,
  reply: FastifyReply,
  { id, name }: CampaignView,
  because: string,
): Promise<FormOutcome> {
  const body = html`<h1>${named(name)}</h1>
${errorPanel('Nothing was done.', because)}
<p><a href="/campaigns/${id}">Look at it as it is now</a></p>`;
  await sendPage(request, reply, {
    title: 'Nothing was done',
    section: 'campaigns',
    body,
    status: 409,
  });
  return { kind: 'refused' };
}

function typeTheNumber(rows: number): string {
  return `Type the number of recipients, ${whole(rows)}, to show that you mean this campaign.`;
}

/** As people write numbers: `1,204`, `1 204`, `1.204`. */
function numberIn(text: string | null): number | undefined {
  const digits = (text ?? '').replace(/[\s.,'’\u00a0\u202f]/g, '');
  return /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
}

/** Epoch ms; undefined where nothing was written. */
function timeIn(text: string | null): number | undefined | 'none' {
  if (text === null || text.trim() === '') return undefined;
  const at = Date.parse(utcTime(text.trim()));
  return Number.isNaN(at) ? 'none' : at;
}

const REASON_CHARS = 200;

/** One line: others read it. */
function reasonIn(text: string | null): string | undefined {
  const line = (text ?? '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, REASON_CHARS);
  return line === '' ? undefined : line;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
