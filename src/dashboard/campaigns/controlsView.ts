import type { CampaignView } from '../../campaign/campaignView.js';
import { RETRYABLE_STATES, type RetryableState } from '../../campaign/retryRows.js';
import { type Html, html } from '../../html/html.js';
import { button, field } from '../page/components.js';
import { cancelForm } from './checkPage.js';
import { whole } from './words.js';

export interface Controls {
  view: CampaignView;
  editor: boolean;
  operator: boolean;
  once(): Html;
  now: number;
}

/** What can be done with a campaign that has begun, by the person who looks. */
export function controlsView(controls: Controls): Html {
  const { view, editor, operator } = controls;
  const may = (step: CampaignView['possible'][number]) => operator && view.possible.includes(step);
  return html`${may('resume') ? resumeForm(controls) : undefined}
${may('pause') ? pauseForm(controls) : undefined}
${editor ? files(view) : undefined}
${may('retry') ? retryForm(controls) : undefined}
${may('cancel') ? cancelForm(controls) : undefined}`;
}

function resumeForm({ view, once }: Controls): Html {
  return html`<form method="post" action="/campaigns/${view.id}/resume" class="buttons">${once()}${button('Let it go on', 'main')}</form>`;
}

function pauseForm({ view, once }: Controls): Html {
  return html`<form method="post" action="/campaigns/${view.id}/pause" class="inline">${once()}
${field({ label: 'Why it is paused', name: 'reason', required: true, maxLength: 200, hint: 'Others read it. Within a second nothing of it leaves any more, and nothing is lost.' })}
${button('Pause it')}</form>`;
}

function files({ id, import: imported }: CampaignView): Html {
  return html`<p class="buttons"><a class="button" href="/campaigns/${id}/results" download>Download the results</a>
<a href="/campaigns/${id}/results?format=ndjson" download>as NDJSON</a>
${imported === undefined || imported.rejected === 0 ? undefined : html`<a class="button" href="/campaigns/${id}/rejected" download>Download the refused rows</a>`}</p>`;
}

const WORDS: Readonly<Record<RetryableState, string>> = {
  failed: 'failed',
  expired: 'expired',
  undelivered: 'sent, and surely did not arrive',
  skipped: 'skipped',
};

/** While it runs, the numbers would be old at once; the table below has them. */
function retryForm({ view, once, now }: Controls): Html | undefined {
  const { id, state, counts, endAt } = view;
  const some = RETRYABLE_STATES.filter((one) => counts[one] > 0);
  if (some.length === 0) return undefined;
  const isOver = endAt !== undefined && Date.parse(endAt) <= now;
  const numbered = (one: RetryableState) =>
    state === 'running' ? WORDS[one] : `${WORDS[one]} (${whole(counts[one])})`;
  return html`<details><summary>Try again what surely was not sent</summary>
<form method="post" action="/campaigns/${id}/retry">${once()}
<fieldset class="ticks"><legend>Rows that are</legend>${some.map(
    (one) =>
      html`<label><input type="checkbox" name="states" value="${one}"${one === 'failed' || one === 'expired' ? html` checked` : undefined}> ${numbered(one)}</label>`,
  )}</fieldset>
${isOver ? field({ label: 'Until when they may be sent (UTC)', name: 'until', type: 'datetime-local', required: true, hint: 'The end of the campaign itself has passed.' }) : undefined}
<p class="quiet">A row that may have reached its customer stays as it is, and an unknown one has to be decided first. At most 5,000 rows are set going at once.</p>
${button('Try them again')}
</form></details>`;
}
