import { QUEUE_NAMES } from '../queue/intakeQueue.js';
import type { FleetStatus } from '../queue/operations.js';
import { type Html, html } from './html.js';
import { standingOf } from './standing.js';

/** The way to a notification: by its id, or from the list of those that wait for a person. */
export function overviewPage(fleet: FleetStatus, unknowns: readonly string[]): Html {
  return html`<h1>Notifications</h1>
${standingOf(fleet)}
<form method="get" action="/notifications">
<label>Open a notification by its id <input name="id" required maxlength="128" autocomplete="off"></label>
<button>Open</button>
</form>
<h2>Waiting for you</h2>
${unknowns.length === 0 ? html`<p>None. A notification that may or may not have been sent would be listed here.</p>` : list(fleet, unknowns)}
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
</tbody></table></div>`;
}

function list({ unknown }: FleetStatus, unknowns: readonly string[]): Html {
  const rest = unknown.count - unknowns.length;
  return html`<p>Each of these may or may not have been sent. Open it, and decide.</p>
<ul>
${unknowns.map((id) => html`<li><a href="/notifications/${id}">${id}</a></li>`)}
</ul>
${rest > 0 ? html`<p>And ${rest} more.</p>` : undefined}`;
}
