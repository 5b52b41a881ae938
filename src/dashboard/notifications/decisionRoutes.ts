import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { idParam, type WithId } from '../../api/requests.js';
import { type Html, html } from '../../html/html.js';
import type { NotificationRecord } from '../../notification/record.js';
import { isNotificationId } from '../../notification/request.js';
import type { ResolveResult } from '../../notification/settlement.js';
import type { Notifications, RetryOutcome } from '../../queue/notifications.js';
import { button, errorPanel, table, time } from '../page/components.js';
import type { FormTokens } from '../page/formToken.js';
import { sendPage } from '../page/layout.js';
import { allow } from '../people/access.js';
import { decidedQuery, retriedQuery } from './doneWords.js';
import { linkTo } from './searchPage.js';
import { filterOf } from './searchQuery.js';

interface DecisionParts {
  notifications: Notifications;
  forms: FormTokens;
  /** Epoch ms by Redis. */
  now: () => number;
  sendNone: (request: FastifyRequest, reply: FastifyReply) => FastifyReply;
}

interface WithForm {
  Body: URLSearchParams | undefined;
}

/** What the buttons of the pages do. Only `retry` leads to a send. */
export function decisionRoutes(app: FastifyInstance, parts: DecisionParts): void {
  const { notifications, forms, now, sendNone } = parts;
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    title: string,
    body: Html,
    status = 200,
  ) => sendPage(request, reply, { title, section: 'notifications', body, status });

  app.post<WithId & WithForm>(
    '/notifications/:id/resolve',
    allow('operator'),
    async (request, reply) => {
      const id = idParam(request);
      const outcome = request.body?.get('outcome');
      if (id === undefined) return sendNone(request, reply);
      if (outcome !== 'sent' && outcome !== 'not_sent')
        return send(request, reply, NOTHING, NO_OUTCOME, 409);
      const result = await notifications.resolve(id, outcome, request.caller);
      if (result === undefined) return sendNone(request, reply);
      if (result.kind === 'resolved') return reply.redirect(`/notifications/${id}`, 303);
      const body = html`<h1>${NOTHING}</h1>
<p>Only a notification in state unknown can be decided, and the first decision counts.
${id} is ${describeDecision(result)} ${lastStep(result.record)}.
<a href="/notifications/${id}">Look at it</a>.</p>`;
      return send(request, reply, NOTHING, body, 409);
    },
  );

  app.post<WithForm>('/notifications/resolve', allow('operator'), async (request, reply) => {
    const outcome = request.body?.get('outcome');
    if (outcome !== 'sent' && outcome !== 'not_sent')
      return send(request, reply, NOTHING, NO_OUTCOME, 409);
    if (isOfOneKind(request.body)) return decideAllOfAKind(request, reply, outcome);
    const ids = idsOf(request.body);
    if (ids.length === 0) return send(request, reply, NOTHING, NONE_TICKED, 409);
    const results = await notifications.resolveAll(ids, outcome, request.caller);
    const decided = ids.map((id, at) => ({ id, result: results[at] }));
    return send(request, reply, 'What was decided', decidedPage(decided, forms.field()));
  });

  /** A second click decides nothing more, and is led to what the first one has done. */
  async function decideAllOfAKind(
    request: FastifyRequest<WithForm>,
    reply: FastifyReply,
    outcome: 'sent' | 'not_sent',
  ): Promise<FastifyReply> {
    if (request.body?.get('looked') !== 'yes')
      return send(request, reply, NOTHING, NOT_LOOKED, 409);
    const { filter, wrong } = filterOf(Object.fromEntries(request.body ?? []));
    const shownAt = Number(request.body?.get('shownAt') || Number.NaN);
    // A filter that cannot be read would be left out, and decide more than was meant.
    if (Object.keys(wrong).length > 0 || Number.isNaN(shownAt))
      return send(request, reply, NOTHING, INCOMPLETE, 409);
    return forms.once(request, reply, async () => {
      const since = now();
      // What has become unknown since the page was shown is none of those that the person looked at.
      const to = Math.min(filter.to ?? shownAt, shownAt);
      const page = { ...filter, to, limit: DECIDED_AT_MOST };
      const { notifications: all, next } = await notifications.unknowns(page);
      const ids = all.map(({ id }) => id);
      const results = await notifications.resolveAll(ids, outcome, request.caller);
      const decided = results.filter((result) => result?.kind === 'resolved').length;
      const others = ids.length - decided;
      const done = decidedQuery({ outcome, decided, others, left: next !== undefined });
      const [state, reason] =
        outcome === 'sent' ? ['sent', 'resolved_sent'] : ['failed', 'resolved_not_sent'];
      const from = new Date(since).toISOString();
      const list = `state=${state}&reason=${reason}&from=${encodeURIComponent(from)}`;
      return { kind: 'done', location: `/notifications?${list}&${done}` };
    });
  }

  app.post<WithId & WithForm>(
    '/notifications/:id/retry',
    allow('operator'),
    async (request, reply) => {
      const id = idParam(request);
      if (id === undefined) return sendNone(request, reply);
      return forms.once(request, reply, async () => {
        const result = await notifications.retry(id, request.caller);
        if (result?.kind === 'retried') return { kind: 'done', location: `/notifications/${id}` };
        if (result === undefined) sendNone(request, reply);
        else sendNotRetried(request, reply, id, result);
        return { kind: 'refused' };
      });
    },
  );

  function sendNotRetried(
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    result: RetryOutcome,
  ): void {
    const title = 'It is not tried again';
    const todo = html`<a href="/notifications/${id}">Look at it</a>.`;
    const body = html`<h1>${title}</h1>${errorPanel(describeRetry(result), todo)}`;
    send(request, reply, title, body, 409);
  }

  app.post<WithForm>('/notifications/retry', allow('operator'), async (request, reply) => {
    const ids = idsOf(request.body);
    if (ids.length === 0) return send(request, reply, NOTHING_RETRIED, NONE_TO_RETRY, 409);
    return forms.once(request, reply, async () => {
      let retried = 0;
      for (const id of ids) {
        const result = await notifications.retry(id, request.caller);
        if (result?.kind === 'retried') retried += 1;
      }
      const done = retriedQuery(retried, ids.length - retried);
      return { kind: 'done', location: `/notifications?${done}` };
    });
  });

  app.post<WithId & WithForm>(
    '/notifications/:id/cancel',
    allow('operator'),
    async (request, reply) => {
      const id = idParam(request);
      const result = id === undefined ? undefined : await notifications.cancel(id, request.caller);
      if (id === undefined || result === undefined) return sendNone(request, reply);
      if (result.kind === 'cancelled') return reply.redirect(`/notifications/${id}`, 303);
      const title = 'It is too late to cancel it';
      const what = `It is ${result.state}. Only what is accepted, queued or processing can be cancelled.`;
      const todo = html`<a href="/notifications/${id}">Look at it</a>.`;
      return send(request, reply, title, html`<h1>${title}</h1>${errorPanel(what, todo)}`, 409);
    },
  );
}

/** Whether the form means everything of one kind, and not what is ticked. */
function isOfOneKind(form: URLSearchParams | undefined): boolean {
  return KIND_FIELDS.some((name) => (form?.get(name) ?? '') !== '');
}

const KIND_FIELDS = ['campaignId', 'reason', 'channel', 'from', 'to'];

/** As many as the API decides at once. */
const DECIDED_AT_MOST = 1_000;

const NOTHING = 'Nothing was decided';
const BACK = html`<a href="/notifications?state=unknown">Back to the list</a>.`;
const refusal = (what: string) => html`<h1>${NOTHING}</h1>${errorPanel(what, BACK)}`;
const NO_OUTCOME = refusal('Say whether it was sent or was not sent.');
const NONE_TICKED = refusal('No notification was ticked.');
const NOT_LOOKED = refusal('Look in Genesys Cloud first, and tick that you have.');
const INCOMPLETE = refusal('The form is incomplete. Open its page again and decide there.');
const NOTHING_RETRIED = 'Nothing is tried again';
const NONE_TO_RETRY = html`<h1>${NOTHING_RETRIED}</h1>${errorPanel('No notification was ticked.', html`<a href="/notifications">Back to the list</a>.`)}`;

function idsOf(body: URLSearchParams | undefined): string[] {
  return (body?.getAll('id') ?? []).filter(isNotificationId);
}

function describeRetry(result: RetryOutcome | undefined): string {
  switch (result?.kind) {
    case undefined:
      return 'There is no such notification.';
    case 'retried':
      return 'Queued again.';
    case 'request_gone':
      return 'It ended too long ago: what was asked for is no longer kept.';
    case 'refused':
      return result.because === 'still_running'
        ? `It is ${result.state}: it has not ended.`
        : `It is ${result.state}: a message may have reached the customer.`;
    default:
      return result satisfies never;
  }
}

interface Decided {
  id: string;
  result: ResolveResult | undefined;
}

/** What a decision about several came to: what was decided, and what stands where others were first. */
function decidedPage(all: readonly Decided[], once: Html): Html {
  const failed = all.filter(
    ({ result }) => result?.kind === 'resolved' && result.record.state === 'failed',
  );
  const list = table(
    'What was decided',
    [
      { title: 'Notification', cell: ({ id }: Decided) => linkTo(id), kind: 'id' },
      { title: 'Now', cell: ({ result }) => describeDecision(result) },
      { title: 'Last step', cell: ({ result }) => result && lastStep(result.record) },
    ],
    all,
  );
  return html`<h1>What was decided</h1>${list}
${failed.length === 0 ? undefined : retryForm(failed, once)}
<p>${BACK}</p>`;
}

/** In the words of who decided second: what stands. */
function describeDecision(result: ResolveResult | undefined): string {
  if (result === undefined) return 'there is no such notification';
  const { state, reason } = result.record;
  const stands = `${state}${reason === undefined ? '' : ` (${reason})`}`;
  return result.kind === 'resolved' ? stands : `not changed: it was ${stands} already`;
}

function lastStep({ timeline }: NotificationRecord): Html | undefined {
  const last = timeline.at(-1);
  return last === undefined ? undefined : html`${last.detail} ${time(last.at)}`;
}

function retryForm(failed: readonly Decided[], once: Html): Html {
  const these = failed.length === 1 ? 'it' : `these ${failed.length}`;
  return html`<form method="post" action="/notifications/retry">${once}
${failed.map(({ id }) => html`<input type="hidden" name="id" value="${id}">`)}
<p class="buttons">${button(`Try ${these} again`)}
<span class="quiet">${failed.length} surely did not reach the customer.</span></p>
</form>`;
}
