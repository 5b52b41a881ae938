import type { CampaignView, CampaignWaitView } from '../../campaign/campaignView.js';
import { RETRYABLE_STATES } from '../../campaign/retryRows.js';
import { rowsIn } from '../../campaign/tally.js';
import { type Html, html } from '../../html/html.js';
import type { CountedReason } from '../../notification/countedReason.js';
import { meaningOf } from '../../notification/reasonMeanings.js';
import { CHANNELS, type State } from '../../notification/state.js';
import { deferralOf } from '../../queue/deferredReason.js';
import {
  clock,
  definitionList,
  duration,
  emptyState,
  figures,
  moment,
  panel,
  progressBar,
  table,
} from '../page/components.js';
import { type LiveParts, livePart, liveRegion } from '../page/liveUpdates.js';
import { remedyElsewhere } from '../page/obstacles.js';
import { begun } from './checkPage.js';
import { uploadStatus } from './filePage.js';
import { steps } from './stepsBar.js';
import { channelName, counted, named, pauseWords, stateBadge, whole } from './words.js';

/** A campaign that has begun, live: how far it is, where its rows stand and why, and what can be done. */
export function runningPage(
  view: CampaignView,
  controls: Html,
  said: Html | undefined,
  now: number,
): Html {
  const parts = liveParts(view, now);
  const live = (name: string) => livePart(name, parts[name] ?? html``);
  return html`<h1>${named(view.name)}</h1>
${steps('report')}
${said}
${liveRegion(
  `/live/campaigns/${view.id}`,
  html`${live('standing-now')}${live('progress')}
<div id="controls" hx-get="/campaigns/${view.id}/controls" hx-trigger="sse:steps" data-steps="${stepsOf(view)}">${controls}</div>
${live('rows')}
<h2>About it</h2>
${live('facts')}`,
)}`;
}

/** Everything of a campaign that may change while a page is open. No part depends on who looks. */
export function liveParts(view: CampaignView, now: number): LiveParts {
  return {
    upload: uploadStatus(view, now),
    begun: begun(view),
    'standing-now': standingNow(view, now),
    progress: progressOf(view, now),
    steps: html`${stepsOf(view)}`,
    rows: rowsOf(view),
    facts: facts(view, now),
  };
}

/** Changes exactly when other buttons are needed; which, depends on who looks. */
function stepsOf({ state, possible, counts }: CampaignView): string {
  const toRetry = state === 'running' ? [] : RETRYABLE_STATES.filter((one) => counts[one] > 0);
  return [state, ...possible, ...toRetry].join(' ');
}

function standingNow(view: CampaignView, now: number): Html {
  const { state, reason, endedAt, by, waitsFor } = view;
  const stops = waitsFor.filter(({ rows }) => rows === undefined);
  const some = waitsFor.filter(({ rows }) => rows !== undefined);
  return html`${stops.map((wait) => waitPanel(view, wait, now))}
${state === 'cancelled' ? panel('idle', html`<p><strong>It was cancelled</strong>${endedAt === undefined ? undefined : html` ${moment(Date.parse(endedAt), now)}`}${by === undefined ? undefined : html` by ${named(by)}`}${reason === undefined ? undefined : html`: ${named(reason)}`}. What was not sent is not sent any more.</p>`) : undefined}
${some.length === 0 ? undefined : panel('open', html`<ul>${some.map(({ rows = 0, detail }) => html`<li>${counted(rows, 'row')} ${rows === 1 ? 'waits' : 'wait'}: ${detail}</li>`)}</ul>`)}`;
}

function waitPanel(view: CampaignView, wait: CampaignWaitView, now: number): Html {
  const { code, who, since, until, detail, remedy, command } = wait;
  const tone = who === 'you' ? 'bad' : 'open';
  // The button below does what a sentence would say.
  if (code === 'campaign_paused') {
    return panel(tone, html`<p><strong>Paused${pauseWords(view, now)}</strong></p>`, 'status');
  }
  const times = [
    ...(since === undefined ? [] : [`for ${duration(now - Date.parse(since))} so far`]),
    ...(until === undefined ? [] : [`${duration(Math.max(0, Date.parse(until) - now))} to go`]),
  ].join(', ');
  return panel(
    tone,
    html`<p><strong>${detail}</strong>${times === '' ? undefined : html` <span class="age">(${times})</span>`}</p>${
      remedy === undefined
        ? undefined
        : html`<p>${remedyElsewhere({ kind: code, remedy, command })}</p>`
    }`,
    'status',
  );
}

function progressOf(view: CampaignView, now: number): Html {
  const { counts, progress } = view;
  const { rows, ended, awaitingDelivery, perMinute } = progress;
  const { requestsSpent } = progress;
  const sent = rowsIn(counts, 'sent', 'delivered', 'read');
  const share = rows === 0 ? 0 : Math.floor((ended / rows) * 100);
  const checked =
    awaitingDelivery === undefined
      ? ''
      : ` ${whole(awaitingDelivery)} are sent, and it is being asked whether they arrived.`;
  return html`<div class="card going"><p class="buttons">${stateBadge(view)} <strong>${whole(ended)} of ${counted(rows, 'row')} have ended</strong> (${share} %).${checked}</p>
${progressBar('Rows that have ended', ended, rows, '')}</div>
${figures([
  {
    name: 'Sent',
    value: whole(sent),
    note: `${whole(rowsIn(counts, 'delivered', 'read'))} known to have arrived`,
  },
  {
    name: 'Not reached',
    value: whole(rowsIn(counts, 'failed', 'undelivered')),
    note: `${whole(counts.skipped)} skipped`,
  },
  {
    name: 'Unknown',
    value: whole(counts.unknown),
    note:
      counts.unknown === 0
        ? 'none to decide'
        : html`${askedInVain(view)}<a href="/notifications?state=unknown&amp;campaignId=${view.id}">decide them</a>`,
  },
  { name: 'Pace', value: perMinute === undefined ? '–' : whole(perMinute), note: 'rows a minute' },
  endFigure(view, now),
  {
    name: 'Requests',
    value: requestsSpent === undefined ? '–' : whole(requestsSpent),
    note: requestsNote(progress),
  },
])}`;
}

function endFigure(view: CampaignView, now: number) {
  const { endedAt, progress } = view;
  if (endedAt !== undefined) {
    return { name: 'Ended', value: clock(Date.parse(endedAt), now), note: endNote(view) };
  }
  const end = progress.estimatedEndAt && Date.parse(progress.estimatedEndAt);
  return end
    ? { name: 'Ends', value: `in ${duration(Math.max(0, end - now))}`, note: 'at this pace' }
    : { name: 'Ends', value: '–', note: endNote(view) };
}

function requestsNote(progress: CampaignView['progress']): string {
  const { requestsARow: aRow, requestsEstimate: expected, requestsLeft: left } = progress;
  const parts = [
    ...(aRow === undefined ? [] : [`${aRow} a row`]),
    ...(expected === undefined ? [] : [`an estimate: ${expected.aRow} a row`]),
    ...(left === undefined || left === 0 ? [] : [`about ${whole(left)} to come`]),
  ];
  return parts.join(', ') || 'to Genesys Cloud';
}

function endNote({ state, progress, waitsFor }: CampaignView): string {
  const { noEstimateBecause: because } = progress;
  switch (state) {
    case 'completed':
      return 'all rows have ended';
    case 'cancelled':
      return 'it is over';
    case 'paused':
      return 'not while it is paused';
    default:
      // Above it stands why.
      if (waitsFor.some(({ detail }) => detail === because)) return 'not while nothing is sent';
      return because ?? 'not known yet';
  }
}

interface Standing {
  what: Html | string;
  rows: number;
  /** Where these rows are, one by one. */
  url?: string;
  detail: Html | string | undefined;
}

/** What the states of rows are called here, in the order of their lives. */
const STATES = [
  ['waiting', 'waiting for their turn'],
  ['queued', 'in the queue'],
  ['deferred', 'put off'],
  ['processing', 'being prepared'],
  ['sending', 'being sent'],
  ['sent', 'sent'],
  ['delivered', 'delivered'],
  ['read', 'read'],
  ['undelivered', 'sent, did not arrive'],
  ['unknown', 'unknown: perhaps sent'],
  ['skipped', 'skipped'],
  ['failed', 'failed'],
  ['expired', 'expired: too late'],
  ['cancelled', 'cancelled'],
] as const;

/** States whose every row has a notification that can be found by its state. */
const FOUND = [
  'sent',
  'delivered',
  'read',
  'undelivered',
  'unknown',
  'skipped',
  'failed',
] as const satisfies readonly State[];

function rowsCell(rows: number, url: string | undefined): Html | string {
  return url === undefined ? whole(rows) : html`<a href="${url}">${whole(rows)}</a>`;
}

/** Where the rows stand: by channel what has left, by reason what has not. */
function rowsOf(view: CampaignView): Html {
  const { counts } = view;
  const all = STATES.map(([state, what]): Standing => {
    const rows = state === 'queued' ? counts.queued + counts.accepted : counts[state];
    const url = `/notifications?state=${state}&campaignId=${view.id}`;
    const isFound = (FOUND as readonly string[]).includes(state);
    return { what, rows, detail: detailOf(view, state), url: isFound ? url : undefined };
  }).filter(({ rows }) => rows > 0);
  if (all.length === 0) {
    return html`<h2>Where the rows stand</h2>${emptyState('It has no rows', 'It was ended before a file was there.')}`;
  }
  return html`<h2>Where the rows stand</h2>
${table(
  'Where the rows stand',
  [
    { title: 'State', cell: ({ what }: Standing) => what },
    { title: 'Rows', kind: 'number', cell: ({ rows, url }: Standing) => rowsCell(rows, url) },
    { title: 'By channel or reason', cell: ({ detail }: Standing) => detail },
  ],
  all,
)}`;
}

function detailOf(
  view: CampaignView,
  state: (typeof STATES)[number][0],
): Html | string | undefined {
  switch (state) {
    case 'sent':
    case 'delivered':
    case 'read':
    case 'undelivered': {
      const parts = CHANNELS.flatMap((channel) => {
        const rows = view.byChannel[channel]?.[state];
        return rows === undefined ? [] : [`${channelName(channel)} ${whole(rows)}`];
      });
      return parts.join(', ') || undefined;
    }
    case 'deferred':
    case 'skipped':
    case 'failed':
    case 'unknown': {
      const reasons = Object.entries(view.reasons[state]).sort(([, a], [, b]) => b - a);
      return reasons.length === 0
        ? undefined
        : html`<ul class="reasons">${reasons.map(([reason, rows]) => html`<li>${whole(rows)}: ${meant(state, reason)} <span class="quiet">(${reason})</span></li>`)}</ul>`;
    }
    default:
      return undefined;
  }
}

/** For how many of its unknown rows Genesys Cloud was asked, and could not say: these wait for a person. */
function askedInVain({ reasons }: CampaignView): string {
  const { not_found_on_platform: none = 0, ambiguous_on_platform: unclear = 0 } = reasons.unknown;
  return none + unclear === 0 ? '' : `asked in vain for ${whole(none + unclear)}: `;
}

function meant(state: string, reason: string): string {
  if (state !== 'deferred') return meaningOf(reason) ?? reason;
  return deferralOf(reason as CountedReason).what;
}

function facts(view: CampaignView, now: number): Html {
  const { id, template, channels, import: imported, by, endAt } = view;
  const at = (iso: string | undefined) =>
    iso === undefined ? undefined : moment(Date.parse(iso), now);
  return definitionList([
    ['Id', html`<span class="id">${id}</span>`],
    ['Message', named(template)],
    ['Channels', channels?.map(channelName).join(', then ')],
    ['Recipients', imported === undefined ? undefined : whole(imported.rows)],
    [
      'Refused rows',
      imported === undefined || imported.rejected === 0 ? undefined : whole(imported.rejected),
    ],
    [
      'Duplicates',
      imported === undefined || imported.duplicates === 0 ? undefined : whole(imported.duplicates),
    ],
    ['Made', at(view.createdAt)],
    ['Started', at(view.startedAt)],
    ['Nothing is sent after', at(endAt)],
    ['Ended', at(view.endedAt)],
    ['Last step by', by === undefined ? undefined : named(by)],
  ]);
}
