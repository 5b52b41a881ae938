import type { CampaignView, ImportView } from '../../campaign/campaignView.js';
import { type Html, html } from '../../html/html.js';
import {
  button,
  emptyState,
  errorPanel,
  field,
  figures,
  moment,
  panel,
  time,
} from '../page/components.js';
import { livePart, liveRegion } from '../page/liveUpdates.js';
import { uploadStatus } from './filePage.js';
import { reasonsTable } from './reasonsTable.js';
import { steps } from './stepsBar.js';
import { counted, named, whole } from './words.js';

export interface CheckPage {
  view: CampaignView;
  /** What an editor may do, and what an operator: each form has its own field that lets it do its work once. */
  editor: boolean;
  operator: boolean;
  once(): Html;
  /** Why it starts only with a reason, for its emails have no link to unsubscribe. */
  wantsReason?: string;
  /** A test that was just sent. */
  test?: Html;
  /** What was written into a form that was refused, and why. */
  wrong?: { of: 'start' | 'test'; because: string; given: URLSearchParams };
  now: number;
}

/** Everything to be known of a campaign before it is started. */
export function checkPage(all: CheckPage): Html {
  const { view, editor, operator, now } = all;
  const { id, name, startAt, import: imported, possible } = view;
  const links = editor ? { file: `/campaigns/${id}/file` } : {};
  return html`<h1>${named(name)}</h1>
${steps('check', links)}
${refusedAbove(all)}
${liveRegion(`/live/campaigns/${id}`, html`${livePart('upload', uploadStatus(view, now))}${livePart('begun', html``)}`)}
${startAt === undefined ? undefined : scheduled(all, startAt)}
${imported === undefined ? NO_FILE : checked(all, imported)}
${operator && possible.includes('cancel') ? cancelForm(all) : undefined}`;
}

/** The forms are far down; what came of one has to be seen at once. */
function refusedAbove({ wrong }: CheckPage): Html | undefined {
  if (wrong === undefined) return undefined;
  const what = wrong.of === 'start' ? 'It was not started.' : 'No test was sent.';
  return errorPanel(what, html`${wrong.because} <a href="#${wrong.of}">Go there</a>`);
}

/** While this page lies open, the campaign may begin: by its time, or by another person. */
export function begun({ id, state }: CampaignView): Html {
  if (state === 'importing' || state === 'ready') return html``;
  return panel(
    'open',
    html`<p><strong>It is ${state} now.</strong> What stands below is of before. <a href="/campaigns/${id}">Look at it as it is</a></p>`,
    'status',
  );
}

const NO_FILE = emptyState(
  'There is no file yet',
  html`An editor uploads it; then this page says what the campaign will do.`,
);

function checked(all: CheckPage, imported: ImportView): Html {
  const { view, editor, operator } = all;
  const { id, possible } = view;
  return html`${fileSection(view, imported, editor)}
<section aria-labelledby="forecast"><h2 id="forecast">What it will do</h2>
<div id="foreseen" hx-get="/campaigns/${id}/forecast" hx-trigger="load" aria-live="polite">
<p class="quiet">Going through all ${counted(imported.rows, 'row')} … <a href="/campaigns/${id}/forecast">Show it on a page of its own</a></p>
</div></section>
${editor ? testSection(all) : undefined}
${operator && possible.includes('start') ? startSection(all, imported) : undefined}
${operator ? undefined : panel('idle', html`<p><strong>An operator starts it.</strong> Send them the address of this page.</p>`)}`;
}

function scheduled({ view, operator, once, now }: CheckPage, startAt: string): Html {
  return panel(
    'open',
    html`<p><strong>It starts by itself</strong> ${moment(Date.parse(startAt), now)}.</p>${
      operator
        ? html`<form method="post" action="/campaigns/${view.id}/pause">${once()}<input type="hidden" name="reason" value="not at that time">${button('Do not start it by itself')}</form>`
        : undefined
    }`,
  );
}

function fileSection(
  { id, reason, template }: CampaignView,
  imported: ImportView,
  editor: boolean,
): Html {
  const { rows, rejected, duplicates, warned, warnings, rejectedBy, ignoredColumns } = imported;
  return html`<section aria-labelledby="rows"><h2 id="rows">The file</h2>
${figures([
  { name: 'Recipients', value: whole(rows), note: `get the message ${template}` },
  {
    name: 'Refused rows',
    value: whole(rejected),
    note: rejected === 0 ? 'every row can be used' : 'get nothing',
  },
  { name: 'Duplicates', value: whole(duplicates), note: 'one message a recipient' },
  {
    name: 'Warnings',
    value: whole(warned),
    note: warned === 0 ? 'every address can be used' : 'an address is left out',
  },
])}
${reason === undefined ? undefined : panel('bad', html`<p><strong>Many rows were refused.</strong> ${sentence(reason)}</p>`, 'alert')}
${
  rejected === 0
    ? undefined
    : html`<h3>Why rows were refused</h3>
${reasonsTable('Why rows were refused', rejectedBy)}
${
  editor
    ? html`<p class="buttons"><a class="button" href="/campaigns/${id}/rejected" download>Download the refused rows</a>
<a href="/new-campaign?like=${id}">Send the corrected ones by a campaign of their own</a></p>
<p class="quiet">Each has its row number and what was expected. Correct them in the whole file and <a href="/campaigns/${id}/file">upload that again</a>, or start this one and upload only those to a new campaign.</p>`
    : undefined
}`
}
${warned === 0 ? undefined : html`<details><summary>${counted(warned, 'row')} with an address that is left out</summary>${reasonsTable('Addresses that are left out', warnings)}</details>`}
${ignoredColumns.length === 0 ? undefined : html`<p class="quiet">Columns that the message does not use: ${ignoredColumns.map((column, at) => html`${at === 0 ? '' : ', '}${named(column)}`)}.</p>`}
${editor ? html`<p><a href="/campaigns/${id}/file">Upload another file in its place</a></p>` : undefined}
</section>`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Every form has its fields under names of its own, since they stand on one page. */
function testSection({ view, once, test, wrong }: CheckPage): Html {
  const refused = wrong?.of === 'test' ? wrong : undefined;
  return html`<section aria-labelledby="test"><h2 id="test">Test it on yourself</h2>
${test}
<p>The message of one row goes to another address. It is sent at once, and counts for nothing in the campaign.</p>
<form method="post" action="/campaigns/${view.id}/test" class="inline">
${once()}
${field({ label: 'Your email address or phone number', name: 'to', required: true, maxLength: 320, autocomplete: 'email', value: refused?.given.get('to') ?? '', wrong: refused?.because })}
${field({ label: 'With the text of row (empty: the first recipient)', name: 'row', type: 'number', value: refused?.given.get('row') ?? '' })}
${button('Send the test')}
</form></section>`;
}

function startSection({ view, once, wrong, wantsReason }: CheckPage, imported: ImportView): Html {
  const { id, reason, endAt } = view;
  const rows = whole(imported.rows);
  const refused = wrong?.of === 'start' ? wrong : undefined;
  return html`<section aria-labelledby="start"><h2 id="start">Start it</h2>
<form method="post" action="/campaigns/${id}/start" class="card">
${once()}
<input type="hidden" name="importedAt" value="${imported.finishedAt}">
${reason === undefined ? undefined : html`<label><input type="checkbox" name="acceptRejected" value="yes" required> I have seen that ${counted(imported.rejected, 'row')} get nothing.</label>`}
${wantsReason === undefined ? undefined : field({ label: 'Why these emails need no link to unsubscribe', name: 'noUnsubscribe', required: true, maxLength: 200, value: refused?.given.get('noUnsubscribe') ?? '', hint: sentence(wantsReason) })}
${field({ label: 'Not before (UTC)', name: 'at', type: 'datetime-local', value: refused?.given.get('at') ?? '', hint: endAt === undefined ? 'Empty: now.' : html`Empty: now. It ends ${time(Date.parse(endAt))}.` })}
${field({ label: `Type the number of recipients to start: ${rows}`, name: 'recipients', required: true, maxLength: 20, value: '', wrong: refused === undefined ? undefined : refused.because })}
<p>${button('Start the campaign', 'main')}</p>
</form></section>`;
}

export function cancelForm({ view, once }: Pick<CheckPage, 'view' | 'once'>): Html {
  return html`<details><summary>Cancel this campaign</summary>
<form method="post" action="/campaigns/${view.id}/cancel">
${once()}
<p>For good: what was not sent is not sent any more. What is on its way arrives.</p>
${field({ label: 'Why it is cancelled', name: 'reason', maxLength: 200 })}
${button('Cancel it for good', 'danger')}
</form></details>`;
}
