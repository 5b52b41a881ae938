import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Campaigns } from '../../campaign/campaigns.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import type { Tester } from '../../campaign/testSend.js';
import { type Html, html } from '../../html/html.js';
import { isNotificationId } from '../../notification/request.js';
import { isFinalState } from '../../notification/state.js';
import type { AcceptResult } from '../../queue/acceptor.js';
import type { Notifications } from '../../queue/notifications.js';
import { panel } from '../page/components.js';
import type { FormOutcome, FormTokens } from '../page/formToken.js';
import { allow } from '../people/access.js';
import { type CampaignCall, campaignParam, sendNoCampaign } from './campaignParam.js';
import type { CheckPage } from './checkPage.js';

interface FormCall extends CampaignCall {
  Body: URLSearchParams | undefined;
}

export type SendCheck = (
  request: FastifyRequest<CampaignCall>,
  reply: FastifyReply,
  view: CampaignView,
  wrong?: CheckPage['wrong'],
) => Promise<FastifyReply>;

interface TestParts {
  campaigns: Campaigns;
  notifications: Notifications;
  forms: FormTokens;
  sendCheck: SendCheck;
}

/**
 * A test send. The form's token is part of the notification's id: should a process die between the mark of the
 * form and its answer, sending the same form again finds the same notification, and no second message leaves.
 */
export function testRoutes(
  app: FastifyInstance,
  { campaigns, notifications, forms, sendCheck }: TestParts,
): void {
  app.post<FormCall>('/campaigns/:id/test', allow('editor'), (request, reply) =>
    forms.once(request, reply, async (key): Promise<FormOutcome> => {
      const id = campaignParam(request);
      const form = request.body ?? new URLSearchParams();
      const refused = async (because: string): Promise<FormOutcome> => {
        const view = id === undefined ? undefined : await campaigns.get(id);
        if (view === undefined) await sendNoCampaign(request, reply);
        else await sendCheck(request, reply, view, { of: 'test', because, given: form });
        return { kind: 'refused' };
      };
      const to = testerOf(form.get('to') ?? '');
      const row = rowIn(form.get('row'));
      if (id === undefined) return refused('');
      if (to === undefined) return refused(NO_ADDRESS);
      const outcome = await campaigns.preparation.testSend(id, {
        row,
        to,
        key,
        by: request.caller,
      });
      if (outcome?.kind !== 'asked') return refused(NO_ROW);
      const because = whyNotSent(outcome.result);
      if (because !== undefined) return refused(because);
      const { id: test } = outcome.result;
      return { kind: 'done', location: `/campaigns/${id}?test=${test}#test` };
    }),
  );

  app.get<CampaignCall>('/campaigns/:id/test', allow('editor'), async (request, reply) => {
    const id = campaignParam(request);
    const status = id && (await testStatus(notifications, id, request.query['test']));
    return reply.type('text/html; charset=utf-8').send(status ? status.text : '');
  });
}

const NO_ADDRESS =
  'Expected an email address, such as you@example.com, or a phone number with + and country code.';
const NO_ROW = 'The file has no such row among its recipients. The first one is in row 2.';

/** Undefined where none is named. */
function rowIn(text: string | null): number | undefined {
  const number = (text ?? '').trim();
  return number === '' ? undefined : Math.trunc(Number(number));
}

const CONTACT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function testerOf(text: string): Tester | undefined {
  const address = text.trim();
  if (address.includes('@')) return { email: address };
  if (CONTACT_ID.test(address)) return { externalContactId: address };
  return /\d{4}/.test(address) ? { phone: address } : undefined;
}

/** Undefined when it is kept, by this request or by an earlier one of the same form. */
function whyNotSent(result: AcceptResult): string | undefined {
  switch (result.status) {
    case 'accepted':
    case 'existing':
      return undefined;
    case 'invalid':
      return result.problems
        .map(({ field, expected }) => `${field}: expected ${expected}.`)
        .join(' ');
    case 'conflict':
      return 'This form was sent before, to another address. Load the page again for another test.';
    case 'backlog_full':
      return 'Too many notifications wait. Try again later.';
    case 'redis_full':
      return 'Redis has no room now. Try again later.';
    case 'unavailable':
      return 'Redis does not answer, and whether the test is kept is not known. Send the same form again: it goes out once.';
    case 'error':
      throw result.error;
    default:
      return result satisfies never;
  }
}

/** How it stands with a test, asked again every second until there is a last word. */
export async function testStatus(
  notifications: Notifications,
  id: string,
  asked: unknown,
): Promise<Html | undefined> {
  if (!isNotificationId(asked) || !asked.includes('.test-')) return undefined;
  const view = await notifications.get(asked);
  if (view === undefined) return undefined;
  const { state, reason, channel } = view;
  const isSettled = isFinalState(state) || state === 'unknown';
  const isOver = isSettled || (state === 'sent' && view.deliveryCheckAt === undefined);
  const tone = state === 'sent' || state === 'delivered' || state === 'read' ? 'good' : 'open';
  const again = isOver
    ? undefined
    : html` hx-get="/campaigns/${id}/test?test=${asked}" hx-trigger="load delay:1s" hx-swap="outerHTML"`;
  const by = channel === undefined ? '' : ` by ${channel}`;
  const why = reason === undefined ? '' : ` (${reason})`;
  return html`<div${again}>${panel(
    tone,
    html`<p><strong>Your test: ${state}${why}${by}.</strong> <a href="/notifications/${asked}">What happened to it</a></p>`,
    'status',
  )}</div>`;
}
