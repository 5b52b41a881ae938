import { type Html, html } from '../html/html.js';
import { describeRecipient } from '../notification/maskedRecipient.js';
import type { NotificationView } from '../notification/notificationView.js';
import type { UnknownFilter } from '../queue/unknownList.js';
import { time } from './layout.js';

/** A page of the list of what waits for a person. */
export interface UnknownPage {
  filter: UnknownFilter;
  notifications: readonly NotificationView[];
  next?: string;
}

/** What waits for a person, to be ticked and decided; several of one kind at once. */
export function unknownTable(count: number, { filter, notifications, next }: UnknownPage): Html {
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
function allOfThisKind(filter: UnknownFilter): Html {
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

function link(filter: UnknownFilter, text: string): Html {
  return html`<a href="/notifications?${query(filter)}">${text}</a>`;
}

function query(parameters: UnknownFilter & { after?: string }): string {
  return new URLSearchParams({ ...parameters }).toString();
}
