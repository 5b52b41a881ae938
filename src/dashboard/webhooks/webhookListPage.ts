import { EVENT_TYPES } from '../../events/event.js';
import { type Html, html } from '../../html/html.js';
import { DISABLED_MEANINGS, WEBHOOKS_MAX } from '../../webhooks/webhook.js';
import type { WebhookView } from '../../webhooks/webhookView.js';
import { counted, named } from '../campaigns/words.js';
import {
  button,
  type Column,
  clockAndAge,
  duration,
  emptyState,
  errorPanel,
  field,
  panel,
  table,
} from '../page/components.js';
import { answerWords, resultBadge, statusBadge, urlShown } from './webhookWords.js';

/** What was written into the form for a new webhook, and what is wrong with it. */
export interface RefusedWebhook {
  values: Readonly<Record<string, string>>;
  wrong: Readonly<Record<string, string>>;
}

export interface WebhookListView {
  webhooks: readonly WebhookView[];
  unreadable: readonly string[];
  isOperator: boolean;
  once(): Html;
  done?: string;
  refused?: RefusedWebhook;
  now: number;
}

export function webhookListPage(view: WebhookListView): Html {
  const { webhooks, unreadable, isOperator, done, now } = view;
  return html`<h1>Webhooks</h1>
<p>Each is sent the changes of notifications and campaigns, signed, in their order for each notification, at least once. See <a href="/docs">the API</a>.</p>
${done === 'deleted' ? panel('good', html`<p>The webhook is deleted. It gets nothing more.</p>`, 'status') : undefined}
${unreadable.map((id) => unreadablePanel(id, view))}
${webhooks.length === 0 ? NONE : table('Webhooks', columns(isOperator, now), webhooks)}
${isOperator ? newForm(view) : undefined}`;
}

const NONE = emptyState(
  'There is no webhook yet',
  html`A webhook is a URL of yours that gets what becomes of notifications, so that you need not ask for it. Make one here or with <code>POST /v1/webhooks</code>.`,
);

function unreadablePanel(id: string, { isOperator, once }: WebhookListView): Html {
  const remove = html`<form method="post" action="/webhooks/${id}/delete">${once()}<p><label><input type="checkbox" name="sure" value="yes" required> Delete it for good</label></p>
<p class="buttons">${button('Delete it', 'danger')}</p></form>`;
  return html`${errorPanel(
    html`The webhook ${named(id)} cannot be decrypted, and gets nothing.`,
    'Give api and workers the NOTIFIER_SECRET that it was made with, or delete it.',
  )}${isOperator ? remove : undefined}`;
}

function columns(isOperator: boolean, now: number): Column<WebhookView>[] {
  return [
    {
      title: 'Webhook',
      kind: 'text',
      cell: (view) =>
        html`<a href="/webhooks/${view.id}">${named(view.description ?? view.id)}</a> <span class="quiet id under">${urlShown(view, isOperator)}</span>`,
    },
    { title: 'Status', cell: (view) => statusCell(view, now) },
    {
      title: 'Events',
      cell: ({ types }) => (types === undefined ? 'all' : counted(types.length, 'type')),
    },
    {
      title: 'Last answer',
      kind: 'text',
      cell: ({ last }) =>
        last === undefined
          ? 'none yet'
          : html`${resultBadge(last)} ${answerWords(last)} <span class="under">${clockAndAge(Date.parse(last.at), now)}</span>`,
    },
    {
      title: 'Behind',
      cell: ({ behindSince }) =>
        behindSince === undefined ? 'no' : `by ${duration(now - Date.parse(behindSince))}`,
    },
  ];
}

function statusCell(view: WebhookView, now: number): Html {
  const { reason, failingSince, since } = view;
  const from = Date.parse(failingSince ?? since);
  const why =
    reason === undefined
      ? undefined
      : html` <span class="quiet under">${DISABLED_MEANINGS[reason]}</span>`;
  return html`${statusBadge(view)} since ${clockAndAge(from, now)}${why}`;
}

function newForm({ once, refused, webhooks }: WebhookListView): Html {
  if (webhooks.length >= WEBHOOKS_MAX) {
    return html`<p>There are ${WEBHOOKS_MAX} webhooks, which is the most.</p>`;
  }
  const { values = {}, wrong = {} } = refused ?? {};
  return html`<h2 id="new">A new webhook</h2>
${refused === undefined ? undefined : errorPanel('Nothing was made.', 'Correct what is marked below.')}
<form method="post" action="/webhooks#new">${once()}
${field({ label: 'URL', name: 'url', value: values['url'], wrong: wrong['url'], hint: 'https, at a public address', required: true, maxLength: 1_000 })}
${field({ label: 'Description', name: 'description', value: values['description'], wrong: wrong['description'], hint: 'What it is for; may be left out', maxLength: 200 })}
<fieldset><legend>Events</legend>
<p class="hint">Tick none for all of them.</p>
<div class="ticks columns">${EVENT_TYPES.map((type) => html`<label><input type="checkbox" name="types" value="${type}"${values['types']?.split(',').includes(type) ? html` checked` : undefined}> ${type}</label>\n`)}</div>
</fieldset>
<p class="buttons">${button('Make it and show its secret', 'main')}</p>
</form>`;
}
