import { type Html, html } from '../../html/html.js';
import { describeRecipient } from '../../notification/maskedRecipient.js';
import type { NotificationView } from '../../notification/notificationView.js';
import { type FlowStatus, flowStatus, jobsOfGoneWorkers } from '../../queue/flowStatus.js';
import { QUEUE_NAMES } from '../../queue/intakeJob.js';
import type { FleetStatus } from '../../queue/operations.js';
import type { UnknownFilter } from '../../queue/unknownList.js';
import type { SeenWorker } from '../../queue/workerRegistry.js';
import { time } from '../page/components.js';
import { describeObstacle, obstaclePanels } from '../page/obstacles.js';

/** The way to a notification: by its id, or from the list of those that wait for a person. */
export function notificationListPage(fleet: FleetStatus, page: UnknownPage): Html {
  const flow = flowStatus(fleet);
  return html`<h1>Notifications</h1>
${obstaclePanels(flow)}
<form method="get" action="/notifications">
<label>Open a notification by its id <input name="id" required maxlength="128" autocomplete="off"></label>
<button>Open</button>
</form>
<h2 id="unknown">Waiting for you</h2>
${waitingForYou(flow, fleet, page)}
<h2 id="queues">Queues</h2>
<div class="wide"><table aria-labelledby="queues">
<thead><tr><th scope="col">Queue</th><th scope="col">Waiting</th><th scope="col">Delayed</th>
<th scope="col">Active</th><th scope="col">Failed</th></tr></thead>
<tbody>
${QUEUE_NAMES.map((name) => {
  const { waiting, delayed, active, failed, paused } = fleet.queues[name];
  return html`<tr><td data-label="Queue"><a href="/queues/queue/${name}">${name}</a>${paused ? ' (paused)' : ''}</td>
<td data-label="Waiting">${waiting}</td><td data-label="Delayed">${delayed}</td>
<td data-label="Active">${active}</td><td data-label="Failed">${failed}</td></tr>`;
})}
</tbody></table></div>
${goneNote(fleet)}
<h2 id="workers">Workers</h2>
${workerRows(fleet)}`;
}

/** The same obstacles as a notification's own page names; then what only a person can decide. */
function waitingForYou({ obstacles }: FlowStatus, fleet: FleetStatus, page: UnknownPage): Html {
  const yours = obstacles.filter(({ who }) => who === 'you');
  if (yours.length === 0 && fleet.unknown.count === 0) {
    return html`<p>None. A notification that may or may not have been sent would be listed here.</p>`;
  }
  const access =
    yours.length === 0
      ? undefined
      : html`<p>${yours.length === 1 ? 'This concerns' : 'These concern'} every notification:</p>
<ul>
${yours.map((obstacle) => html`<li>${describeObstacle(obstacle)}</li>`)}
</ul>`;
  return html`${access}
${fleet.unknown.count === 0 ? undefined : unknownTable(fleet.unknown.count, page)}`;
}

/** `active` counts what was taken, also by workers that are gone. */
function goneNote(fleet: FleetStatus): Html | undefined {
  const gone = jobsOfGoneWorkers(fleet);
  if (gone === 0) return undefined;
  return html`<p>Of the active jobs, ${gone} are taken by workers that are gone. A worker that takes jobs
goes on with them within a minute.</p>`;
}

/** The workers that live, and those that ended without leaving. */
function workerRows({ workers }: FleetStatus): Html {
  const rows = [...workers.alive, ...workers.vanished];
  if (rows.length === 0) return html`<p>None is alive.</p>`;
  return html`<div class="wide"><table aria-labelledby="workers">
<thead><tr><th scope="col">Host</th><th scope="col">Process</th><th scope="col">Version</th>
<th scope="col">Started</th><th scope="col">Last seen</th><th scope="col">Does</th></tr></thead>
<tbody>
${rows.map((worker) => {
  const { host, pid, version, since, seenAt } = worker;
  const does = workers.alive.includes(worker) ? doingOf(worker) : 'gone without leaving';
  return html`<tr><td data-label="Host">${host}</td><td data-label="Process">${pid}</td>
<td data-label="Version">${version}</td><td data-label="Started">${time(since)}</td>
<td data-label="Last seen">${time(seenAt)}</td><td data-label="Does">${does}</td></tr>`;
})}
</tbody></table></div>`;
}

function doingOf({ breaker, notReady, jobs }: SeenWorker): string {
  if (breaker?.state === 'open') return 'held, takes no jobs';
  if (notReady !== undefined && notReady.length > 0) return 'not ready';
  if (breaker !== undefined) return 'tries one job at a time';
  const count = jobs.transactional + jobs.campaign;
  return count === 1 ? 'works on 1 job' : `works on ${count} jobs`;
}

type Kind = Pick<UnknownFilter, 'campaignId' | 'reason'>;

/** A page of the list of what waits for a person. */
interface UnknownPage {
  filter: Kind;
  notifications: readonly NotificationView[];
  next?: string;
}

/** What waits for a person, to be ticked and decided; several of one kind at once. */
function unknownTable(count: number, { filter, notifications, next }: UnknownPage): Html {
  const { campaignId, reason } = filter;
  const isFiltered = campaignId !== undefined || reason !== undefined;
  return html`<p>${count} unknown: each may or may not have been sent. Look in Genesys Cloud, and decide.
Nothing is sent by that. A campaign or a reason can be chosen, to decide what is of one kind.</p>
${isFiltered ? html`<p>Only campaign ${campaignId ?? 'any'}, reason ${reason ?? 'any'}. <a href="/notifications">Show all</a></p>` : undefined}
<form method="post" action="/notifications/resolve">
<div class="wide"><table aria-labelledby="unknown">
<thead><tr><th scope="col">Decide</th><th scope="col">Notification</th><th scope="col">For</th>
<th scope="col">Since</th><th scope="col">Channel</th><th scope="col">Campaign</th><th scope="col">Why</th>
<th scope="col">Conversation</th></tr></thead>
<tbody>
${notifications.map(row)}
</tbody></table></div>
${notifications.length === 0 ? html`<p>None of this kind on this page.</p>` : BUTTONS}
</form>
${isFiltered && notifications.length > 0 ? allOfThisKind(filter) : undefined}
${next === undefined ? undefined : html`<p><a href="/notifications?${query({ ...filter, after: next })}">Next page</a></p>`}`;
}

/** Without a tick for each; those on other pages are meant, too. */
function allOfThisKind(filter: Kind): Html {
  return html`<form class="buttons" method="post" action="/notifications/resolve">
${Object.entries(filter).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button name="outcome" value="sent">All of this kind were sent</button>
<button name="outcome" value="not_sent">All of this kind were not sent</button>
</form>`;
}

const BUTTONS = html`<p class="buttons"><button name="outcome" value="sent">Those ticked were sent</button>
<button name="outcome" value="not_sent">Those ticked were not sent</button></p>`;

function row(view: NotificationView): Html {
  const { id, recipient, updatedAt, channel, campaignId, reason, conversationId } = view;
  return html`<tr>
<td data-label="Decide"><input type="checkbox" name="id" value="${id}" aria-label="${id}"></td>
<td data-label="Notification"><a href="/notifications/${id}">${id}</a></td>
<td data-label="For">${recipient === undefined ? undefined : describeRecipient(recipient)}</td>
<td data-label="Since">${time(Date.parse(updatedAt))}</td>
<td data-label="Channel">${channel}</td>
<td data-label="Campaign">${campaignId === undefined ? undefined : link({ campaignId }, campaignId)}</td>
<td data-label="Why">${reason === undefined ? undefined : link({ reason, campaignId }, reason)}</td>
<td data-label="Conversation">${conversationId}</td>
</tr>`;
}

function link(filter: Kind, text: string): Html {
  return html`<a href="/notifications?${query(filter)}">${text}</a>`;
}

function query(parameters: Kind & { after?: string }): string {
  return new URLSearchParams({ ...parameters }).toString();
}
