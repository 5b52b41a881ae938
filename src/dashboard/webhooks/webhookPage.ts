import { type Html, html } from '../../html/html.js';
import type { DeliveryView } from '../../webhooks/delivery.js';
import { DISABLED_MEANINGS } from '../../webhooks/webhook.js';
import type { WebhookView } from '../../webhooks/webhookView.js';
import { named, whole } from '../campaigns/words.js';
import {
  button,
  type Column,
  clockAndAge,
  definitionList,
  emptyState,
  errorPanel,
  field,
  moment,
  panel,
  type Tone,
  table,
} from '../page/components.js';
import { answerWords, isFailing, resultBadge, statusBadge, urlShown } from './webhookWords.js';

export interface WebhookPageView {
  webhook: WebhookView;
  deliveries: readonly DeliveryView[];
  /** Cursor of the older ones. */
  next?: string;
  isOperator: boolean;
  once(): Html;
  done?: string;
  /** What is wrong with the time of a replay, and what was written. */
  refusedFrom?: { value: string; wrong: string };
  now: number;
}

const DONE: Readonly<Record<string, readonly [Tone, string]>> = {
  tested: ['good', 'A test was sent. What came of it stands first below.'],
  not_tested: [
    'bad',
    'No worker sent the test within 15 s. Look whether a worker runs, then try again.',
  ],
  paused: ['good', 'It is paused. What happens now is sent after it is resumed.'],
  resumed: ['good', 'It is active, and goes on where it stood.'],
  replayed: ['good', 'What happened since that time is sent again.'],
};

export function webhookPage(view: WebhookPageView): Html {
  const { webhook, done = '', isOperator } = view;
  const [tone, said] = DONE[done] ?? [];
  return html`<p><a href="/webhooks">All webhooks</a></p>
<h1>${named(webhook.description ?? webhook.id)}</h1>
${tone === undefined ? undefined : panel(tone, html`<p>${said}</p>`, 'status')}
${alerts(view)}
${facts(view)}
${isOperator ? actions(view) : undefined}
${deliveries(view)}
${isOperator ? removal(view) : undefined}`;
}

/** The page that shows a secret, once. */
export function secretPage(webhook: WebhookView, secret: string): Html {
  return html`<h1>Keep this secret</h1>
${panel(
  'open',
  html`<p><strong>It is shown this once.</strong> The receiver needs it to check that a request is from here.</p>
<p><code class="id">${secret}</code></p>`,
  'status',
)}
<p><a class="button" href="/webhooks/${webhook.id}">I have it: go to the webhook</a></p>`;
}

function alerts({ webhook, now }: WebhookPageView): Html[] {
  const { reason, missed, failingSince, failures } = webhook;
  const found: Html[] = [];
  if (reason !== undefined) {
    found.push(errorPanel(`It is disabled. ${DISABLED_MEANINGS[reason]}`, RESUME));
  } else if (isFailing(webhook)) {
    const since =
      failingSince === undefined
        ? undefined
        : html` since ${moment(Date.parse(failingSince), now)}`;
    found.push(
      errorPanel(
        html`Nothing gets through${since}: ${whole(failures)} attempts have failed in a row.`,
        'It is tried again at least once an hour, and disabled after 3 days of this. Nothing is skipped meanwhile.',
      ),
    );
  }
  if (missed !== undefined) {
    found.push(
      errorPanel(
        html`It did not get all that happened between ${moment(Date.parse(missed.from), now)} and ${moment(Date.parse(missed.until), now)}.`,
        'It was behind for longer than the feed keeps events (EVENTS_RETENTION, EVENTS_MAX). Read the notifications of that time by other means.',
      ),
    );
  }
  return found;
}

const RESUME =
  'Look at the answers below, repair the receiver, press Test, then Resume. It goes on where it stood.';

function facts({ webhook, isOperator, now }: WebhookPageView): Html {
  const at = (iso: string | undefined) =>
    iso === undefined ? undefined : moment(Date.parse(iso), now);
  const { id, types, createdBy, outstanding, behindSince, secrets } = webhook;
  const [current, ...earlier] = secrets;
  return definitionList([
    ['Status', html`${statusBadge(webhook)} since ${at(webhook.since)}`],
    ['URL', html`<span class="id">${urlShown(webhook, isOperator)}</span>`],
    ['Id', id],
    ['Events', types === undefined ? 'all' : types.join(', ')],
    [
      'Made',
      html`${at(webhook.createdAt)}${createdBy === undefined ? undefined : html` by ${named(createdBy)}`}`,
    ],
    [
      'Secret',
      html`made ${at(current?.createdAt)}${earlier.map(({ until }) => html`; an earlier one signs as well until ${at(until)}`)}`,
    ],
    ['Last event that it took', at(webhook.succeededAt) ?? 'none yet'],
    [
      'Behind',
      behindSince === undefined
        ? 'no: it has got all'
        : html`the oldest event that it has not got is of ${at(behindSince)}`,
    ],
    ['Outstanding', `${whole(outstanding)} events were read for it and are not delivered`],
  ]);
}

function actions({ webhook, once, refusedFrom }: WebhookPageView): Html {
  const { id, status } = webhook;
  const form = (step: string, content: Html) =>
    html`<form method="post" action="/webhooks/${id}/${step}">${once()}${content}</form>`;
  const step =
    status === 'active' ? form('pause', button('Pause')) : form('resume', button('Resume', 'main'));
  return html`<h2>Actions</h2>
<div class="buttons">${form('test', button('Test'))} ${step}</div>
<h3 id="replay">Send again</h3>
${form(
  'replay#replay',
  html`${field({
    label: 'From',
    name: 'from',
    value: refusedFrom?.value,
    wrong: refusedFrom?.wrong,
    hint: 'A time in UTC, such as 2026-11-30 09:00. What happened since then is sent again, with the same ids',
    required: true,
    maxLength: 30,
  })}<p class="buttons">${button('Replay')}</p>`,
)}
<h3>Replace the secret</h3>
${form(
  'rotate-secret',
  html`<p>For a day, requests are signed with the old one as well.</p>
<p><label><input type="checkbox" name="sure" value="yes" required> The receiver will be given the new one</label></p>
<p class="buttons">${button('Make a new secret')}</p>`,
)}`;
}

function removal({ webhook: { id }, once }: WebhookPageView): Html {
  return html`<h2>Delete</h2>
<form method="post" action="/webhooks/${id}/delete">${once()}
<p><label><input type="checkbox" name="sure" value="yes" required> Delete it for good: what it has not got, it does not get</label></p>
<p class="buttons">${button('Delete it', 'danger')}</p></form>`;
}

function deliveries({ webhook, deliveries: all, next, now }: WebhookPageView): Html {
  return html`<h2 id="deliveries">Deliveries</h2>
${all.length === 0 ? emptyState('Nothing was sent yet', 'Each attempt of the last 7 days stands here, the newest first.') : table('Deliveries', columns(now), all)}
${next === undefined ? undefined : html`<p><a href="/webhooks/${webhook.id}?before=${next}#deliveries">Older deliveries</a></p>`}`;
}

function columns(now: number): Column<DeliveryView>[] {
  return [
    { title: 'When', cell: ({ at }) => clockAndAge(Date.parse(at), now) },
    { title: 'Event', cell: eventCell },
    { title: 'Attempt', kind: 'number', cell: ({ attempt }) => attempt },
    { title: 'Result', cell: (one) => resultBadge(one) },
    { title: 'Answer', kind: 'text', cell: (one) => answerWords(one) },
    { title: 'Took', kind: 'number', cell: ({ durationMs }) => `${whole(durationMs)} ms` },
    {
      title: 'Next attempt',
      cell: ({ nextAt }) =>
        nextAt === undefined ? undefined : clockAndAge(Date.parse(nextAt), now),
    },
  ];
}

function eventCell({ type, eventId, notificationId, campaignId }: DeliveryView): Html {
  const subject =
    notificationId !== undefined
      ? html`<a href="/notifications/${notificationId}">${notificationId}</a>`
      : campaignId !== undefined
        ? html`<a href="/campaigns/${campaignId}">${campaignId}</a>`
        : undefined;
  return html`${type} <span class="id under">${subject}</span> <span class="quiet id under">${eventId}</span>`;
}
