import { type Html, html } from '../../html/html.js';
import { COUNTED_REASONS } from '../../notification/countedReason.js';
import { CHANNELS, OUTCOME_STATES } from '../../notification/state.js';
import { button, field } from '../page/components.js';
import { channelWords, STATE_WORDS } from './outcomeWords.js';
import type { AskedFilter } from './searchQuery.js';

/** One field for everything that leads to a notification. It is posted: an address belongs into no URL. */
export function findForm(searchable: boolean): Html {
  return html`<form class="card" method="post" action="/notifications/find" role="search" aria-label="Find one">
${field({
  label: 'Find a notification or a customer',
  name: 'what',
  type: 'search',
  required: true,
  maxLength: 300,
  hint: searchable
    ? 'An id, a campaign and its row (autumn 14), an email address, phone number or contact id, or the id of a message or conversation in Genesys Cloud. Addresses are hashed before anything is looked up.'
    : 'An id, or a campaign and its row (autumn 14). Searches are off: SEARCH_RETENTION is 0s.',
})}
${button('Find', 'main')}</form>`;
}

const ANY = { value: '', label: 'any' };

/** Filters over what has come to something. A link to a filtered list can be kept and passed on. */
export function filterForm({ written, wrong }: AskedFilter): Html {
  return html`<form class="filters" method="get" action="/notifications" aria-label="Filter">
${field({
  label: 'State',
  name: 'state',
  value: written['state'],
  wrong: wrong['state'],
  options: [
    ANY,
    ...OUTCOME_STATES.map((value) => ({ value, label: `${value}: ${STATE_WORDS[value]}` })),
  ],
})}
${field({
  label: 'Sent over',
  name: 'channel',
  value: written['channel'],
  wrong: wrong['channel'],
  options: [ANY, ...CHANNELS.map((value) => ({ value, label: channelWords(value) }))],
})}
<div class="field"><label for="reason">Reason, as a code</label>
<input type="text" id="reason" name="reason" list="reasons" value="${written['reason']}" maxlength="64" autocomplete="off">
<datalist id="reasons">${COUNTED_REASONS.map((code) => html`<option value="${code}"></option>`)}</datalist></div>
${field({ label: 'Campaign', name: 'campaignId', value: written['campaignId'], maxLength: 128 })}
${field({ label: 'From (UTC)', name: 'from', type: 'datetime-local', value: localTime(written['from']), wrong: wrong['from'] })}
${field({ label: 'To (UTC)', name: 'to', type: 'datetime-local', value: localTime(written['to']), wrong: wrong['to'] })}
<div class="buttons">${button('Filter', 'main')}
${Object.keys(written).length === 0 ? undefined : html`<a href="/notifications">Clear</a>`}</div></form>`;
}

/** As the field of a browser takes it: without a zone. */
function localTime(text: string | undefined): string | undefined {
  return text?.replace(' ', 'T').slice(0, 16);
}
