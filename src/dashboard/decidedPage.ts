import { type Html, html } from '../html/html.js';
import type { NotificationRecord } from '../notification/record.js';
import type { ResolveResult } from '../notification/settlement.js';
import { time } from './layout.js';

export interface Decided {
  id: string;
  result: ResolveResult | undefined;
}

/** What a decision about several came to: what was decided, and what stands where others were first. */
export function decidedPage(all: readonly Decided[], left: boolean): Html {
  const failed = all.filter(
    ({ result }) => result?.kind === 'resolved' && result.record.state === 'failed',
  );
  return html`<h1 id="decided">What was decided</h1>
<div class="wide"><table aria-labelledby="decided">
<thead><tr><th scope="col">Notification</th><th scope="col">Now</th><th scope="col">Last step</th></tr></thead>
<tbody>
${all.map(
  ({ id, result }) => html`<tr>
<td data-label="Notification"><a href="/notifications/${id}">${id}</a></td>
<td data-label="Now">${describeDecision(result)}</td>
<td data-label="Last step">${result === undefined ? undefined : lastStep(result.record)}</td>
</tr>`,
)}
</tbody></table></div>
${left ? html`<p>More of this kind are left: at most 1000 are decided at once.</p>` : undefined}
${failed.length === 0 ? undefined : retryForm(failed)}
<p><a href="/notifications">Back to the list</a></p>`;
}

/** In the words of who decided second: what stands. */
export function describeDecision(result: ResolveResult | undefined): string {
  if (result === undefined) return 'there is no such notification';
  const { state, reason } = result.record;
  const stands = `${state}${reason === undefined ? '' : ` (${reason})`}`;
  return result.kind === 'resolved' ? stands : `not changed: it was ${stands} already`;
}

export function lastStep({ timeline }: NotificationRecord): Html | undefined {
  const last = timeline.at(-1);
  return last === undefined ? undefined : html`${last.detail} ${time(last.at)}`;
}

function retryForm(failed: readonly Decided[]): Html {
  return html`<form method="post" action="/notifications/retry">
${failed.map(({ id }) => html`<input type="hidden" name="id" value="${id}">`)}
<p>${failed.length} surely did not reach the customer.
<button>Try ${failed.length === 1 ? 'it' : `these ${failed.length}`} again</button></p>
</form>`;
}
