import type { Campaign } from '../../campaign/campaign.js';
import { isPausedByItself } from '../../campaign/lifecycle.js';
import { type Content, type Html, html } from '../../html/html.js';
import { type ErrorKind, type FlowMinute, ofLastMinute } from '../../queue/flowHistory.js';
import { isHeld, jobsOfGoneWorkers } from '../../queue/flowStatus.js';
import { QUEUE_NAMES, type QueueName } from '../../queue/intakeJob.js';
import type { FleetStatus } from '../../queue/operations.js';
import type { SeenWorker } from '../../queue/workerRegistry.js';
import { named } from '../campaigns/words.js';
import {
  badge,
  clockAndAge,
  duration,
  emptyState,
  figures,
  panel,
  progressBar,
  table,
} from '../page/components.js';
import type { LiveParts } from '../page/liveUpdates.js';
import { describeRemedy, obstaclePanels } from '../page/obstacles.js';
import { headline } from './headline.js';
import { CAMPAIGNS_SHOWN, type Overview, type RunningCampaigns } from './overviewReader.js';

/** The live parts of the overview, by name; the page shows them in its own order. */
export function overviewParts(overview: Overview): LiveParts & Record<OverviewPart, Html> {
  const { fleet, flow, minutes, errors, running, paused, budget } = overview;
  const { now } = fleet.workers;
  const first = headline(overview);
  const others = flow.obstacles.filter((obstacle) => obstacle !== first.about);
  return {
    state: html`${first.state}`,
    headline: html`${panel(
      first.tone,
      html`<p class="headline">${first.sentence}</p>${first.about === undefined ? undefined : html`<p>${describeRemedy(first.about)}</p>`}`,
    )}${obstaclePanels({ ...flow, obstacles: others })}`,
    sending: sendingForms(fleet),
    figures: mainFigures(fleet, minutes, budget),
    queues: queueTable(fleet),
    workers: workerTable(fleet),
    campaigns: html`${campaignTable(running, paused, now)}${pausedTable(paused, now)}`,
    errors: errorTable(errors, now),
  };
}

export type OverviewPart =
  | 'state'
  | 'headline'
  | 'sending'
  | 'figures'
  | 'queues'
  | 'workers'
  | 'campaigns'
  | 'errors';

/** Changes only when sending is paused or goes on, so that no text is lost that is being written. */
function sendingForms({ pause }: FleetStatus): Html {
  if (pause !== undefined) {
    return html`<form class="buttons" method="post" action="/sending/resume">
<button class="main">Let the sending go on</button></form>`;
  }
  return html`<details class="stop"><summary class="button">Stop all sending</summary>
<form class="inline" method="post" action="/sending/pause">
<div class="field"><label for="reason">Why</label><span class="hint" id="reason-hint">One line, which all will read. What is accepted meanwhile waits.</span>
<input id="reason" name="reason" required maxlength="200" autocomplete="off" aria-describedby="reason-hint"></div>
<button class="danger">Stop all sending</button></form></details>`;
}

function mainFigures(fleet: FleetStatus, minutes: readonly FlowMinute[], budget: number): Html {
  const { workers, unknown, queues } = fleet;
  const { now } = workers;
  const requests = ofLastMinute(minutes, 'requests', now);
  const hour = minutes.slice(-60);
  const total = (line: Exclude<keyof FlowMinute, 'at'>) =>
    hour.reduce((sum, minute) => sum + minute[line], 0);
  const waiting = QUEUE_NAMES.reduce((sum, name) => sum + queues[name].waiting, 0);
  const oldest = QUEUE_NAMES.flatMap((name) => queues[name].oldestSince ?? []);
  const held = workers.alive.filter(isHeld).length;
  return figures([
    {
      name: 'Sent, last minute',
      value: count(ofLastMinute(minutes, 'sent', now)),
      note: `${count(total('sent'))} in the last hour`,
    },
    {
      name: 'Requests, last minute',
      value: count(requests),
      note: `${Math.round((requests / budget) * 100)} % of ${count(budget)}`,
    },
    {
      name: 'Jobs that wait',
      value: count(waiting),
      note: oldest.length === 0 ? 'none' : `the oldest for ${duration(now - Math.min(...oldest))}`,
    },
    {
      name: 'Failed, last hour',
      value: count(total('failed')),
      note: `${count(total('fallback'))} took another channel`,
    },
    {
      name: 'Unknown',
      value: html`<a href="/notifications?state=unknown">${count(unknown.count)}</a>`,
      note:
        unknown.oldestSince === undefined
          ? 'none waits for you'
          : `${count(unknown.count - unknown.asked)} for you, the oldest ${duration(now - unknown.oldestSince)}`,
    },
    {
      name: 'Workers alive',
      value: count(workers.alive.length),
      note:
        workers.alive.length === 0
          ? 'nothing is sent'
          : held === 0
            ? 'all take jobs'
            : `${held} of them ${held === 1 ? 'takes' : 'take'} no jobs`,
    },
  ]);
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function queueTable(fleet: FleetStatus): Html {
  const { now } = fleet.workers;
  const of = (name: QueueName) => fleet.queues[name];
  const gone = jobsOfGoneWorkers(fleet);
  const listed = table<QueueName>(
    'Queues',
    [
      { title: 'Queue', cell: (name) => html`<a href="/queues/queue/${name}">${name}</a>` },
      {
        title: 'State',
        cell: (name) => (of(name).paused ? badge('open', 'paused') : badge('good', 'open')),
      },
      { title: 'Waiting', kind: 'number', cell: (name) => count(of(name).waiting) },
      { title: 'Oldest', kind: 'number', cell: (name) => ageOf(of(name).oldestSince, now) },
      { title: 'Delayed', kind: 'number', cell: (name) => count(of(name).delayed) },
      { title: 'Active', kind: 'number', cell: (name) => count(of(name).active) },
      { title: 'Failed', kind: 'number', cell: (name) => count(of(name).failed) },
    ],
    QUEUE_NAMES,
  );
  if (gone === 0) return listed;
  return html`${listed}<p>Of the active jobs, ${gone} are taken by workers that are gone. A worker that takes jobs
goes on with them within a minute.</p>`;
}

function ageOf(since: number | undefined, now: number): string | undefined {
  return since === undefined ? undefined : duration(now - since);
}

/** The workers that live, and those that ended without leaving. */
function workerTable({ workers }: FleetStatus): Html {
  const { now, alive, vanished } = workers;
  const rows = [...alive, ...vanished];
  if (rows.length === 0) {
    return emptyState('None is alive.', html`Start one: <code>notifier worker</code>`);
  }
  return table<SeenWorker>(
    'Workers',
    [
      { title: 'Host', cell: ({ host }) => host },
      { title: 'Process', cell: ({ pid }) => String(pid) },
      { title: 'Version', cell: ({ version }) => version },
      { title: 'Started', cell: ({ since }) => `${duration(now - since)} ago` },
      {
        title: 'Does',
        cell: (worker) => (alive.includes(worker) ? doingOf(worker) : goneSince(worker, now)),
      },
    ],
    rows,
  );
}

function goneSince({ seenAt }: SeenWorker, now: number): Html {
  return html`${badge('bad', 'gone')} without leaving, last seen ${duration(now - seenAt)} ago`;
}

function doingOf({ breaker, notReady, jobs, concurrency }: SeenWorker): Content {
  if (breaker?.state === 'open') return html`${badge('bad', 'held')} takes no jobs`;
  if (notReady !== undefined && notReady.length > 0) {
    return html`${badge('bad', 'not ready')} ${notReady.join(' ')}`;
  }
  if (breaker !== undefined) return html`${badge('open', 'tries')} one job at a time`;
  const now = jobs.transactional + jobs.campaign;
  if (now === 0) return badge('idle', 'waits for jobs');
  return html`${badge('good', now === 1 ? '1 job' : `${now} jobs`)} of up to ${concurrency} a queue`;
}

function campaignTable(
  { campaigns, all }: RunningCampaigns,
  paused: readonly Campaign[],
  now: number,
): Html {
  if (campaigns.length === 0) {
    const others = paused.length === 0 ? '' : ' Those below are paused.';
    return emptyState('No campaign is running.', `What runs is shown here with its end.${others}`);
  }
  const listed = table<RunningCampaigns['campaigns'][number]>(
    'Running campaigns',
    [
      {
        title: 'Campaign',
        kind: 'text',
        cell: ({ id, name }) => html`<a href="/campaigns/${id}"><bdi>${name}</bdi></a>`,
      },
      {
        title: 'Progress',
        cell: ({ name, progress: { ended, rows } }) =>
          progressBar(`Progress of ${name}`, ended, rows, `${count(ended)} of ${count(rows)}`),
      },
      { title: 'A minute', kind: 'number', cell: ({ progress }) => progress.perMinute },
      {
        title: 'Ends',
        cell: ({ progress: { estimatedEndAt } }) =>
          estimatedEndAt === undefined
            ? 'not known yet'
            : clockAndAge(Date.parse(estimatedEndAt), now),
      },
    ],
    campaigns,
  );
  if (all <= campaigns.length) return listed;
  return html`${listed}<p><a href="/campaigns">All ${count(all)} that run</a></p>`;
}

/** A paused campaign is waited for by its customers: with since when, by whom and why. */
function pausedTable(paused: readonly Campaign[], now: number): Html | undefined {
  if (paused.length === 0) return undefined;
  const listed = table<Campaign>(
    'Paused campaigns',
    [
      {
        title: 'Campaign',
        kind: 'text',
        cell: ({ id, name }) => html`<a href="/campaigns/${id}">${named(name)}</a>`,
      },
      { title: 'Paused', cell: ({ updatedAt }) => html`since ${clockAndAge(updatedAt, now)}` },
      { title: 'By', cell: pausedBy },
      { title: 'Why', kind: 'text', cell: ({ reason }) => named(reason ?? 'no reason was given') },
    ],
    paused.slice(0, CAMPAIGNS_SHOWN),
  );
  if (paused.length <= CAMPAIGNS_SHOWN) return listed;
  return html`${listed}<p><a href="/campaigns">More are paused</a></p>`;
}

function pausedBy(campaign: Campaign): Html | string | undefined {
  if (!isPausedByItself(campaign)) return campaign.by && named(campaign.by);
  return campaign.pausedForAccess === undefined ? 'itself' : 'itself, and goes on by itself';
}

const ERRORS_SHOWN = 12;

function errorTable(errors: readonly ErrorKind[], now: number): Html {
  if (errors.length === 0) {
    return emptyState('No errors.', 'Of this hour and the one before, errors are listed by kind.');
  }
  const listed = table<ErrorKind>(
    'Recent errors',
    [
      { title: 'What', cell: ({ operation }) => OPERATIONS[operation] ?? operation },
      {
        title: 'How',
        cell: ({ status, code }) => html`${badge('bad', status)} ${code}`,
      },
      { title: 'Times', kind: 'number', cell: (kind) => count(kind.count) },
      { title: 'Last', cell: ({ lastAt }) => clockAndAge(lastAt, now) },
      { title: 'Look at', cell: whereToLook },
    ],
    errors.slice(0, ERRORS_SHOWN),
  );
  if (errors.length <= ERRORS_SHOWN) return listed;
  return html`${listed}<p class="quiet">And ${errors.length - ERRORS_SHOWN} rarer kinds.</p>`;
}

const OPERATIONS: Readonly<Record<string, string>> = {
  notification: 'Notification',
  'agentless-message': 'Send of a web message or SMS',
  'agentless-email': 'Send of an email',
  'engage-message': 'Send by Engage',
  'contact-lookup': 'Lookup of a contact',
  'conversation-query': 'Query of conversations',
  login: 'Login to Genesys Cloud',
  other: 'Further kinds',
};

/** The platform's support asks for the correlation id. */
function whereToLook({ notificationId, correlationId }: ErrorKind): Html | undefined {
  const notification =
    notificationId === undefined
      ? undefined
      : html`<a href="/notifications/${notificationId}">the last notification</a> `;
  const correlation =
    correlationId === undefined
      ? undefined
      : html`<span class="quiet">correlation id</span> <span class="id">${correlationId}</span>`;
  return notification === undefined && correlation === undefined
    ? undefined
    : html`${notification}${correlation}`;
}
