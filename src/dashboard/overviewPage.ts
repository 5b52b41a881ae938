import { type FlowStatus, flowStatus, jobsOfGoneWorkers } from '../queue/flowStatus.js';
import { QUEUE_NAMES } from '../queue/intakeQueue.js';
import type { FleetStatus } from '../queue/operations.js';
import type { SeenWorker } from '../queue/workerRegistry.js';
import { type Html, html } from './html.js';
import { describeObstacle, obstaclePanels } from './obstacles.js';
import { time } from './time.js';
import { type UnknownPage, unknownTable } from './unknownTable.js';

/** The way to a notification: by its id, or from the list of those that wait for a person. */
export function overviewPage(fleet: FleetStatus, page: UnknownPage): Html {
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
