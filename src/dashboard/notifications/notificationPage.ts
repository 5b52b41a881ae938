import type { NotificationDetails } from '../../campaign/notificationDetails.js';
import { type Content, type Html, html } from '../../html/html.js';
import { describeRecipient } from '../../notification/maskedRecipient.js';
import {
  isSettled,
  type Leg,
  type NotificationRecord,
  surelyNotReached,
  type TimelineEntry,
} from '../../notification/record.js';
import type { State } from '../../notification/state.js';
import { blockingReasons } from '../../queue/blockingReasons.js';
import { flowStatus } from '../../queue/flowStatus.js';
import { age, button, definitionList, moment, table, time } from '../page/components.js';
import { obstaclePanels } from '../page/obstacles.js';
import { channelWords, reasonWords, STATE_WORDS, sentence, stateBadge } from './outcomeWords.js';
import { stepWords } from './story.js';

/** What the viewer of the page may do, and the hidden field of forms that do their work once. */
export interface PageRights {
  mayOperate: boolean;
  once: () => Html;
}

/** One notification: how it stands, what comes next, what one can do, and what happened step by step. */
export function notificationPage(
  details: NotificationDetails,
  now: number,
  rights: PageRights,
): Html {
  const { record, fleet, jobs, recipient } = details;
  const { campaignId, row } = record;
  return html`<h1>Notification <span class="id">${record.id}</span></h1>
${obstaclePanels(flowStatus(fleet))}
${standing(details, now)}
${actions(record, rights, now)}
<div class="columns"><section aria-labelledby="story"><h2 id="story">What happened</h2>
<ol class="story">
${record.timeline.map((entry) => storyStep(entry, now))}
</ol></section>
<section aria-labelledby="facts"><h2 id="facts">Facts</h2>
${definitionList([
  ['For', recipient === undefined ? 'no longer kept' : describeRecipient(recipient)],
  ['Accepted', moment(record.createdAt, now)],
  ['Last change', moment(record.updatedAt, now)],
  ['Not before', at(record.sendAt, now)],
  ['Deadline', moment(record.deadline, now)],
  ['Asked if it arrived', at(record.deliveryCheckAt, now)],
  ['Asked if it was sent', at(record.looks?.nextAt, now)],
  ['Answers so far', record.looks?.made],
  ['Attempts used', record.attempts],
  ['Campaign', campaignId === undefined ? undefined : campaignLink(campaignId, row)],
  ['Message', idOf(record, 'messageId')],
  ['Conversation', idOf(record, 'conversationId')],
  ['Queue', record.lane],
  ['Generation', record.generation > 1 ? `${record.generation}, after a retry` : undefined],
  ['Jobs', jobLinks(record, jobs)],
])}</section></div>
<h2 id="legs">Each try to reach the customer</h2>
${record.legs.length === 0 ? html`<p>${isSettled(record) ? 'None: nothing was tried.' : 'None yet: nothing has been tried.'}</p>` : legs(record.legs)}
<details><summary>The timeline as codes, as the API has it</summary>
${codes(record.timeline)}</details>`;
}

/** How it stands, and everything that it waits for. */
function standing(details: NotificationDetails, now: number): Html {
  const { record } = details;
  const { state, reason } = record;
  const why = reasonWords(reason);
  const because = why === undefined ? undefined : ` ${sentence(why)}`;
  const code = reason === undefined ? undefined : html` <code>${reason}</code>`;
  const [first, ...others] = blockingReasons(record, details, now);
  return html`<div class="panel ${PANELS[state] ?? ''}">
<p>${stateBadge(state)} <strong>${sentence(STATE_WORDS[state])}</strong>${because}${code}</p>
<p>Waits for: <strong>${first?.who}</strong>. ${first?.detail}</p>
${others.map(({ who, detail }) => html`<p>And for: <strong>${who}</strong>. ${detail}</p>`)}</div>`;
}

const PANELS: Readonly<Partial<Record<State, string>>> = {
  sent: 'good',
  delivered: 'good',
  read: 'good',
  unknown: 'open',
  failed: 'bad',
  undelivered: 'bad',
  expired: 'bad',
};

const CANCELLABLE: ReadonlySet<State> = new Set(['accepted', 'queued', 'processing']);

function actions(
  record: NotificationRecord,
  { mayOperate, once }: PageRights,
  now: number,
): Html | undefined {
  const { id, state } = record;
  const possible = [
    ...(state === 'unknown' ? [decision(record, now)] : []),
    ...(mayBeRetried(record) ? [retryForm(id, once())] : []),
    ...(CANCELLABLE.has(state) ? [cancelForm(id)] : []),
  ];
  if (possible.length === 0) return undefined;
  if (!mayOperate) {
    return html`<p class="quiet">An operator can decide, retry or cancel it. You can look.</p>`;
  }
  return html`<h2 id="actions">What you can do</h2>${possible}`;
}

function decision({ id, looks }: NotificationRecord, now: number): Html {
  const nextAt = looks?.nextAt;
  const asked =
    nextAt === undefined
      ? 'Look'
      : html`Genesys Cloud is asked for it again ${nextAt > now ? age(nextAt, now) : 'now'}. You need not wait: look`;
  return html`<form method="post" action="/notifications/${id}/resolve">
<p>${asked} in Genesys Cloud whether the customer got a message at the time below. “It was sent” ends it. “It was not sent”
ends it as failed, and then it may be retried: be sure. Nothing is sent by either, and the first decision counts.</p>
<p class="buttons">${button('It was sent', 'main', { name: 'outcome', value: 'sent' })}
${button('It was not sent', 'danger', { name: 'outcome', value: 'not_sent' })}</p></form>`;
}

/** As the API's retry has it: it ended, and surely did not reach the customer. */
function mayBeRetried(record: NotificationRecord): boolean {
  return isSettled(record) && record.legs.every(surelyNotReached);
}

function retryForm(id: string, once: Html): Html {
  return html`<form class="buttons" method="post" action="/notifications/${id}/retry">${once}
${button('Try it again')} <span class="quiet">It surely did not reach the customer. It is sent as if it were new.</span></form>`;
}

function cancelForm(id: string): Html {
  return html`<form class="buttons" method="post" action="/notifications/${id}/cancel">
${button('Cancel it', 'danger')} <span class="quiet">Works until the request to send it leaves. It cannot be taken back, but it can be tried again.</span></form>`;
}

function storyStep(entry: TimelineEntry, now: number): Html {
  const { detail } = entry;
  const code = detail === undefined || detail.startsWith('by ') ? undefined : detail;
  return html`<li><span>${stepWords(entry)}${code === undefined ? undefined : html` <code>${code}</code>`}</span>
<span class="quiet">${moment(entry.at, now)}</span></li>
`;
}

function at(ms: number | undefined, now: number): Html | undefined {
  return ms === undefined ? undefined : moment(ms, now);
}

function campaignLink(campaignId: string, row: number | undefined): Html {
  if (row === undefined) return html`${campaignId}`;
  return html`<a href="/campaigns/${encodeURIComponent(campaignId)}">${campaignId}</a>, row ${row}`;
}

function idOf({ legs: all }: NotificationRecord, name: 'messageId' | 'conversationId'): Content {
  const id = all.findLast((leg) => leg[name] !== undefined)?.[name];
  return id === undefined ? undefined : html`<span class="id">${id}</span>`;
}

function jobLinks({ lane }: NotificationRecord, jobs: NotificationDetails['jobs']): Html | Html[] {
  if (jobs.length === 0) return html`none in the queue any more`;
  return jobs.map(({ id, state }) => {
    const href = `/queues/queue/${lane}/${encodeURIComponent(id)}`;
    return html`<a href="${href}">${id}</a> (${state}) `;
  });
}

function legs(all: readonly Leg[]): Html {
  return table(
    'Each try to reach the customer',
    [
      { title: 'Intent', cell: ({ intentAt }: Leg) => time(intentAt) },
      { title: 'Over', cell: ({ channel }) => channelWords(channel) },
      { title: 'Outcome', cell: (leg) => outcomeOf(leg) },
      { title: 'Delivery', cell: ({ delivery }) => delivery },
      { title: 'Message', cell: ({ messageId }) => messageId, kind: 'id' },
      { title: 'Conversation', cell: ({ conversationId }) => conversationId, kind: 'id' },
    ],
    all,
  );
}

function outcomeOf({ outcome, reason }: Leg): Html {
  const why = reason === undefined ? undefined : html` <code>${reason}</code>`;
  return html`${outcome?.replaceAll('_', ' ') ?? 'no answer yet'}${why}`;
}

function codes(entries: readonly TimelineEntry[]): Html {
  return table(
    'The timeline as codes',
    [
      { title: 'When', cell: (entry: TimelineEntry) => time(entry.at) },
      {
        title: 'State',
        cell: ({ state, count }) => (count === undefined ? state : `${state} ×${count}`),
      },
      { title: 'Channel', cell: ({ channel }) => channel },
      { title: 'Reason', cell: ({ reason }) => reason },
      { title: 'Detail', cell: ({ detail }) => detail },
    ],
    entries,
  );
}
