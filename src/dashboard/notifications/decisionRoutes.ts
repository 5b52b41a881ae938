import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { idParam, type WithId } from '../../api/requests.js';
import { type Html, html } from '../../html/html.js';
import type { NotificationRecord } from '../../notification/record.js';
import { isNotificationId } from '../../notification/request.js';
import type { ResolveResult } from '../../notification/settlement.js';
import type { Notifications, RetryOutcome } from '../../queue/notifications.js';
import { time } from '../page/components.js';
import { sendPage } from '../page/layout.js';
import { allow } from '../people/access.js';

interface DecisionParts {
  notifications: Notifications;
  sendNone: (request: FastifyRequest, reply: FastifyReply) => FastifyReply;
}

interface WithForm {
  Body: URLSearchParams | undefined;
}

/** What the buttons of the pages do. Only `retry` leads to a send. */
export function decisionRoutes(app: FastifyInstance, parts: DecisionParts): void {
  const { notifications, sendNone } = parts;
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
    const { ids, left } = await chosenBy(request.body);
    if (ids.length === 0) return send(request, reply, NOTHING, NONE_TICKED, 409);
    const results = await notifications.resolveAll(ids, outcome, request.caller);
    const decided = ids.map((id, at) => ({ id, result: results[at] }));
    return send(request, reply, 'What was decided', decidedPage(decided, left));
  });

  /** What is ticked; or everything of one kind, where the form names it. */
  async function chosenBy(
    form: URLSearchParams | undefined,
  ): Promise<{ ids: string[]; left: boolean }> {
    const campaignId = form?.get('campaignId') ?? undefined;
    const reason = form?.get('reason') ?? undefined;
    if (campaignId === undefined && reason === undefined) return { ids: idsOf(form), left: false };
    const found = await notifications.unknowns({
      limit: DECIDED_AT_MOST,
      campaignId,
      reason,
    });
    return { ids: found.notifications.map(({ id }) => id), left: found.next !== undefined };
  }

  app.post<WithId & WithForm>(
    '/notifications/:id/retry',
    allow('operator'),
    async (request, reply) => {
      const id = idParam(request);
      const result = id === undefined ? undefined : await notifications.retry(id, request.caller);
      if (id === undefined || result === undefined) return sendNone(request, reply);
      if (result.kind === 'retried') return reply.redirect(`/notifications/${id}`, 303);
      const body = html`<h1>It is not tried again</h1>
<p>${describeRetry(result)} <a href="/notifications/${id}">Look at it</a>.</p>`;
      return send(request, reply, 'It is not tried again', body, 409);
    },
  );

  app.post<WithForm>('/notifications/retry', allow('operator'), async (request, reply) => {
    const rows: Html[] = [];
    for (const id of idsOf(request.body)) {
      const result = await notifications.retry(id, request.caller);
      rows.push(html`<li><a href="/notifications/${id}">${id}</a>: ${describeRetry(result)}</li>`);
    }
    const body = html`<h1>Tried again</h1>
<ul>${rows}</ul>
<p><a href="/notifications">Back to the list</a></p>`;
    return send(request, reply, 'Tried again', body);
  });
}

/** As many as the API decides at once. */
const DECIDED_AT_MOST = 1_000;

const NOTHING = 'Nothing was decided';
const NO_OUTCOME = html`<h1>Nothing was decided</h1>
<p>Say whether it was sent or was not sent. <a href="/notifications">Back to the list</a>.</p>`;
const NONE_TICKED = html`<h1>Nothing was decided</h1>
<p>No notification was ticked. <a href="/notifications">Back to the list</a>.</p>`;

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
function decidedPage(all: readonly Decided[], left: boolean): Html {
  const failed = all.filter(
    ({ result }) => result?.kind === 'resolved' && result.record.state === 'failed',
  );
  return html`<h1 id="decided">What was decided</h1>
<div class="wide"><table aria-labelledby="decided">
<thead><tr><th scope="col">Notification</th><th scope="col">Now</th><th scope="col">Last step</th></tr></thead>
<tbody>
${all.map(
  ({ id, result }) => html`<tr>
<td data-label="Notification"><a href="/notifications/${id}">${id}</a></td>
<td data-label="Now">${describeDecision(result)}</td>
<td data-label="Last step">${result === undefined ? undefined : lastStep(result.record)}</td>
</tr>`,
)}
</tbody></table></div>
${left ? html`<p>More of this kind are left: at most 1000 are decided at once.</p>` : undefined}
${failed.length === 0 ? undefined : retryForm(failed)}
<p><a href="/notifications">Back to the list</a></p>`;
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

function retryForm(failed: readonly Decided[]): Html {
  return html`<form method="post" action="/notifications/retry">
${failed.map(({ id }) => html`<input type="hidden" name="id" value="${id}">`)}
<p>${failed.length} surely did not reach the customer.
<button>Try ${failed.length === 1 ? 'it' : `these ${failed.length}`} again</button></p>
</form>`;
}
