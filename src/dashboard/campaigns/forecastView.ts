import type { DryRun, DryRunOutcome } from '../../campaign/dryRun/campaignDryRun.js';
import type { CustomerSample, Forecast } from '../../campaign/dryRun/forecast.js';
import type { Sample } from '../../campaign/dryRun/samples.js';
import { type Html, html } from '../../html/html.js';
import { foreseenMeaningOf } from '../../notification/reasonMeanings.js';
import type { Channel } from '../../notification/state.js';
import {
  button,
  definitionList,
  duration,
  errorPanel,
  field,
  figures,
  panel,
  table,
  time,
} from '../page/components.js';
import { messagePreviews } from '../templates/messagePreview.js';
import { channelName, counted, sumOf, whole } from './words.js';

/** What a campaign will do, as far as can be known; `editor` sees rows and may ask Genesys Cloud about some. */
export function forecastView(id: string, outcome: DryRunOutcome, editor: boolean): Html {
  if (outcome.kind === 'refused') {
    return errorPanel('What it will do cannot be said.', `${outcome.because}.`);
  }
  const { dryRun } = outcome;
  const { forecast, lookups, samples } = dryRun;
  return html`${figures([
    messagesFigure(dryRun),
    {
      name: 'Takes about',
      value: duration(forecast.durationMs),
      note: html`ends ${time(Date.parse(forecast.endsAt))}${quietNote(forecast)}`,
    },
    {
      name: 'Requests to Genesys Cloud',
      value: whole(forecast.requests.total),
      note: `at ${whole(forecast.requestsPerMinute)} a minute`,
    },
  ])}
${endPanel(forecast, dryRun.rows)}
<div class="columns"><div>
<h3>Who gets it</h3>
${becomesTable(dryRun)}
</div><div>
<h3>What it costs</h3>
${requestFacts(forecast)}
</div></div>
${lookups === undefined ? undefined : lookupsPanel(lookups)}
${editor ? lookupForm(id, dryRun) : undefined}
<details><summary>What was taken for granted</summary><ul>${forecast.assumptions.map((line) => html`<li>${line}</li>`)}</ul></details>
${editor ? samplesSection(id, samples) : undefined}`;
}

/** What of the time is waiting; nothing where that is less than a minute. */
function quietNote({ quietMs = 0 }: Forecast): string {
  return quietMs < 60_000 ? '' : `, with ${duration(quietMs)} of quiet hours`;
}

/** How many would be tried is not how many get a message: those without a history may be skipped. */
function messagesFigure({ rows, tried, lookups, forecast }: DryRun) {
  const all = sumOf(tried);
  const of = `of ${counted(rows, 'recipient')}`;
  if (lookups?.kind === 'asked' && lookups.customers > 0) {
    const { customers, reachable } = lookups;
    const value = `about ${whole((all * reachable) / customers)}`;
    return { name: 'Messages', value, note: `${of}, by the ${whole(customers)} looked up` };
  }
  const most = forecast.historyRequired && all > 0 ? 'at most ' : '';
  return { name: 'Messages', value: `${most}${whole(all)}`, note: of };
}

/** Undefined where those without a history are written to as well. */
function withoutHistory({ tried, lookups, forecast }: DryRun): string | undefined {
  const all = sumOf(tried);
  if (!forecast.historyRequired || all === 0) return undefined;
  if (lookups?.kind !== 'asked' || lookups.customers === 0) return 'not known yet';
  const { customers, withHistory } = lookups;
  return `about ${whole((all * (customers - withHistory)) / customers)}`;
}

interface Becomes {
  what: string;
  rows: number | string;
}

function becomesTable(dryRun: DryRun): Html {
  const { tried, skipped, failed, deferred } = dryRun;
  const lacking = withoutHistory(dryRun);
  const channels = Object.entries(tried) as [Channel, number][];
  const because = (does: string, counts: Readonly<Record<string, number>>): Becomes[] =>
    Object.entries(counts).map(([reason, rows]) => ({ what: `${does}: ${meant(reason)}`, rows }));
  const rows: Becomes[] = [
    ...channels.map(([channel, some]) => ({
      what: `tried by ${channelName(channel)} first`,
      rows: some,
    })),
    ...because('of those, wait at first', deferred),
    ...(lacking === undefined
      ? []
      : [{ what: 'of those, skipped without an earlier conversation', rows: lacking }]),
    ...because('skipped', skipped),
    ...because('fail', failed),
  ];
  return table(
    'Who gets it',
    [
      { title: 'What happens', cell: ({ what }: Becomes) => what },
      {
        title: 'Rows',
        kind: 'number',
        cell: ({ rows: some }: Becomes) => (typeof some === 'number' ? whole(some) : some),
      },
    ],
    rows,
  );
}

function meant(reason: string): string {
  const meaning = foreseenMeaningOf(reason);
  return meaning === undefined ? reason : `${meaning} (${reason})`;
}

function requestFacts({ requests, prefetch, beside }: Forecast): Html {
  const some = (count: number) => (count === 0 ? undefined : whole(count));
  return definitionList([
    ['To find customers', some(requests.identity)],
    ['For their histories', some(requests.history)],
    ['For what was said', some(requests.transcript)],
    ['To send', some(requests.send)],
    ['To see what arrived', some(requests.deliveryCheck)],
    [
      'Fetched in bulk',
      prefetch === undefined || prefetch.saves <= 0
        ? undefined
        : `saves about ${whole(prefetch.saves)} of them and ${duration(prefetch.savesMs)}, where Genesys Cloud grants it`,
    ],
    [
      'Beside it',
      beside.campaigns === 0
        ? undefined
        : `${counted(beside.campaigns, 'other campaign')} with ${counted(beside.rows, 'row')} left`,
    ],
  ]);
}

function endPanel({ endAt }: Forecast, rows: number): Html | undefined {
  if (endAt === undefined) return undefined;
  const end = time(Date.parse(endAt.at));
  if (endAt.isMet) return panel('good', html`<p>All of it can be sent before its end, ${end}.</p>`);
  return panel(
    'bad',
    html`<p><strong>Not all of it can be sent before its end</strong>, ${end}: about ${whole(endAt.rowsInTime)} of ${counted(rows, 'row')}. The rest expires. Start it earlier, or make it anew with a later end.</p>`,
    'alert',
  );
}

function lookupsPanel(lookups: CustomerSample): Html {
  if (lookups.kind === 'refused') {
    return errorPanel('No customer was looked up.', `${lookups.because}.`);
  }
  const { customers, found, withHistory, reachable, notKnown, notKnownBecause } = lookups;
  const missing =
    notKnown === 0
      ? ''
      : ` ${whole(notKnown)} could not be asked about: ${notKnownBecause.join(', ')}.`;
  return panel(
    'good',
    html`<p><strong>Of ${counted(customers, 'customer')} that were looked up</strong>, Genesys Cloud knows ${whole(found)}; ${whole(withHistory)} have an earlier conversation; ${whole(reachable)} would get a message.${missing} The figures above follow from that.</p>`,
    'status',
  );
}

const LOOK_UPS = [10, 20, 50, 100];

/** What looking up costs is said before it is done. */
function lookupForm(id: string, { tried, forecast }: DryRun): Html | undefined {
  const rows = sumOf(tried);
  if (rows === 0) return undefined;
  const { identity, history, transcript } = forecast.requests;
  const each = (identity + history + transcript) / rows;
  if (each === 0) return undefined;
  const options = LOOK_UPS.filter((some) => some <= Math.max(10, rows)).map((some) => {
    const customers = Math.min(some, rows);
    const requests = Math.ceil(each * customers);
    const takes = duration((requests / forecast.requestsPerMinute) * 60_000);
    return {
      value: String(some),
      label: `${counted(customers, 'customer')}: about ${counted(requests, 'request')}, ${takes} of the allowance`,
    };
  });
  return html`<form method="post" action="/campaigns/${id}/lookups" class="inline" hx-post="/campaigns/${id}/lookups" hx-target="#foreseen" hx-disabled-elt="find button">
${field({ label: 'Ask Genesys Cloud who it can find', name: 'customers', options, hint: 'Drawn at random. Sends nothing.' })}
${button('Look them up')}
</form>`;
}

/** One is enough to see most of it; the others are a click away. */
function samplesSection(id: string, [first, ...others]: readonly Sample[]): Html {
  return html`<h3>Messages of real rows</h3>
${first === undefined ? undefined : sampleView(id, first)}
${
  others.length === 0
    ? undefined
    : html`<details><summary>${counted(others.length, 'more row')}</summary>
${others.map((sample) => sampleView(id, sample))}</details>`
}
<form method="get" action="/campaigns/${id}/sample" class="inline" hx-get="/campaigns/${id}/sample" hx-target="#other-row">
${field({ label: 'Another row of the file', name: 'number', type: 'number', required: true })}
${button('Show it')}
</form>
<div id="other-row" aria-live="polite"></div>`;
}

const KINDS = { first: 'the first', random: 'one at random', longest: 'the longest' } as const;

/** One row as its message would arrive. */
export function sampleView(
  id: string,
  { kinds, row, outlook, placeholders, messages }: Sample,
): Html {
  const which = kinds.map((kind) => KINDS[kind]).join(', ');
  const would =
    outlook.would === 'try'
      ? `is tried by ${outlook.channel === undefined ? 'no channel' : channelName(outlook.channel)} first`
      : `would ${outlook.would}: ${meant(outlook.reason ?? '')}`;
  return html`<section class="sample"><h3>Row ${row}${which === '' ? undefined : html` <span class="quiet">(${which})</span>`}</h3>
<p>It ${would}.${placeholders.length === 0 ? undefined : ` What stands in brackets is looked up for each customer: ${placeholders.join(', ')}.`}</p>
${messagePreviews(
  messages.map(({ channel, history, rendered }) => ({
    channel,
    rendered,
    note: history ? undefined : 'to a customer without an earlier conversation',
    mailUrl: `/campaigns/${id}/mail?number=${row}&channel=${channel}&history=${history ? 'yes' : 'no'}`,
  })),
)}</section>`;
}
