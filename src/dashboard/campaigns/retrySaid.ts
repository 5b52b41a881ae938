import type { RetryReport } from '../../campaign/retryRows.js';
import { type Html, html } from '../../html/html.js';
import { panel } from '../page/components.js';
import { counted } from './words.js';

type RefusedBecause = RetryReport['refused'][number]['because'];

const BECAUSE: Readonly<Record<RefusedBecause, string>> = {
  may_have_arrived: 'an earlier try may have reached the customer',
  still_running: 'is being tried already',
  never_released: 'the campaign ended before its turn came: upload it to a new campaign',
  id_taken: 'something else has its id',
  request_gone: 'what was asked for is not kept any more',
  forgotten: 'how it ended is not known any more',
  unreadable: 'its record is damaged',
};

/** What a retry has come to, for the address of the page that says it: numbers and codes alone. */
export function retryQuery({ retried, left, refused, refusedCount }: RetryReport): string {
  const query = new URLSearchParams({ retried: String(retried), kept: String(refusedCount) });
  if (left) query.set('left', 'yes');
  for (const because of new Set(refused.map((row) => row.because)))
    query.append('because', because);
  return query.toString();
}

/** The same in words; undefined where no retry has led here. */
export function retrySaid(query: Readonly<Record<string, unknown>>): Html | undefined {
  const retried = numberIn(query['retried']);
  const kept = numberIn(query['kept']);
  if (retried === undefined || kept === undefined) return undefined;
  const codes = [query['because']].flat();
  const reasons = Object.entries(BECAUSE).filter(([code]) => codes.includes(code));
  return panel(
    retried > 0 ? 'good' : 'open',
    html`<p><strong>${counted(retried, 'row')} ${retried === 1 ? 'was' : 'were'} set going again.</strong>
${kept === 0 ? undefined : `${counted(kept, 'row')} ${kept === 1 ? 'stays as it is' : 'stay as they are'}: ${reasons.map(([, words]) => words).join('; ')}.`}
${query['left'] === 'yes' ? 'Some were left, since enough are waiting: try again when these have ended.' : undefined}</p>`,
    'status',
  );
}

function numberIn(text: unknown): number | undefined {
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
