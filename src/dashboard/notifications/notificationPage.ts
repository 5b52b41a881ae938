import type { NotificationDetails } from '../../campaign/notificationDetails.js';
import { type Html, html } from '../../html/html.js';
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
import { badge, type Tone, time } from '../page/components.js';
import { obstaclePanels } from '../page/obstacles.js';

const TONES: Readonly<Partial<Record<State, Tone>>> = {
  sent: 'good',
  delivered: 'good',
  read: 'good',
  failed: 'bad',
  undelivered: 'bad',
  expired: 'bad',
  unknown: 'open',
};

/** One notification, shown: where it stands, what waits for whom, its legs, its timeline. */
export function notificationPage(details: NotificationDetails, now: number): Html {
  const { record, fleet, jobs, recipient } = details;
  const [first, ...others] = blockingReasons(record, details, now);
  return html`<h1>Notification ${record.id}</h1>
${obstaclePanels(flowStatus(fleet))}
<div class="panel ${record.state === 'unknown' ? 'open' : ''}">
<p>State: ${stateOf(record.state)}${record.reason === undefined ? '' : ` (${record.reason})`}</p>
<p>Waits for: <strong>${first?.who}</strong>. ${first?.detail}</p>
${others.map(({ who, detail }) => html`<p>And for: <strong>${who}</strong>. ${detail}</p>`)}
${record.state === 'unknown' ? decision(record) : undefined}
${mayBeRetried(record) ? retryButton(record) : undefined}
</div>
<h2>Facts</h2>
<dl class="facts">
<dt>For</dt><dd>${recipient === undefined ? 'no longer kept' : describeRecipient(recipient)}</dd>
<dt>Attempts used</dt><dd>${record.attempts}</dd>
<dt>Accepted</dt><dd>${time(record.createdAt)}</dd>
<dt>Last change</dt><dd>${time(record.updatedAt)}</dd>
${fact('Not before', record.sendAt)}
<dt>Deadline</dt><dd>${time(record.deadline)}</dd>
${fact('Delivery check', record.deliveryCheckAt)}
<dt>Queue</dt><dd>${record.lane}</dd>
<dt>Generation</dt><dd>${record.generation}</dd>
${record.campaignId === undefined ? undefined : html`<dt>Campaign</dt><dd>${record.campaignId}</dd>`}
<dt>Jobs</dt><dd>${jobLinks(record, jobs)}</dd>
</dl>
<h2 id="legs">Legs: each try to reach the customer</h2>
${record.legs.length === 0 ? html`<p>None yet: nothing has been tried.</p>` : legs(record.legs)}
<h2 id="timeline">Timeline</h2>
${timeline(record.timeline)}`;
}

function decision({ id }: NotificationRecord): Html {
  return html`<form class="buttons" method="post" action="/notifications/${id}/resolve">
<button name="outcome" value="sent">It was sent</button>
<button name="outcome" value="not_sent">It was not sent</button>
</form>
<p>“It was sent” ends it. “It was not sent” ends it as failed, and then it may be retried: be sure.
Nothing is sent by either.</p>`;
}

/** As the API's retry has it: it ended, and surely did not reach the customer. */
function mayBeRetried(record: NotificationRecord): boolean {
  return isSettled(record) && record.legs.every(surelyNotReached);
}

function retryButton({ id }: NotificationRecord): Html {
  return html`<form class="buttons" method="post" action="/notifications/${id}/retry">
<button>Try it again</button>
</form>
<p>It surely did not reach the customer. “Try it again” sends it as if it were new.</p>`;
}

function stateOf(state: State): Html {
  return badge(TONES[state] ?? 'idle', state);
}

function fact(name: string, at: number | undefined): Html | undefined {
  return at === undefined ? undefined : html`<dt>${name}</dt><dd>${time(at)}</dd>`;
}

function jobLinks({ lane }: NotificationRecord, jobs: NotificationDetails['jobs']): Html | Html[] {
  if (jobs.length === 0) return html`none in the queue any more`;
  return jobs.map(({ id, state }) => {
    const href = `/queues/queue/${lane}/${encodeURIComponent(id)}`;
    return html`<a href="${href}">${id}</a> (${state}) `;
  });
}

function legs(all: readonly Leg[]): Html {
  const rows = all.map(
    (leg) => html`<tr>
<td data-label="Intent">${time(leg.intentAt)}</td>
<td data-label="Channel">${leg.channel}</td>
<td data-label="Outcome">${leg.outcome ?? 'no answer yet'}${leg.reason === undefined ? '' : ` (${leg.reason})`}</td>
<td data-label="Delivery">${leg.delivery}</td>
<td class="id" data-label="Message id">${leg.messageId}</td>
<td class="id" data-label="Conversation id">${leg.conversationId}</td>
</tr>`,
  );
  return html`<div class="wide"><table aria-labelledby="legs">
<thead><tr><th scope="col">Intent</th><th scope="col">Channel</th><th scope="col">Outcome</th>
<th scope="col">Delivery</th><th scope="col">Message id</th><th scope="col">Conversation id</th></tr></thead>
<tbody>
${rows}
</tbody></table></div>`;
}

function timeline(entries: readonly TimelineEntry[]): Html {
  const rows = entries.map(
    (entry) => html`<tr>
<td data-label="When">${time(entry.at)}</td>
<td data-label="State">${stateOf(entry.state)}${entry.count === undefined ? '' : ` ×${entry.count}`}</td>
<td data-label="Channel">${entry.channel}</td>
<td data-label="Reason">${entry.reason}</td>
<td data-label="Detail">${entry.detail}</td>
</tr>`,
  );
  return html`<div class="wide"><table aria-labelledby="timeline">
<thead><tr><th scope="col">When</th><th scope="col">State</th><th scope="col">Channel</th>
<th scope="col">Reason</th><th scope="col">Detail</th></tr></thead>
<tbody>
${rows}
</tbody></table></div>`;
}
