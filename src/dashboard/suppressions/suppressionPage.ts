import type { AuditView } from '../../audit/auditReader.js';
import type { DncImported } from '../../consent/dncImports.js';
import type { SuppressionView } from '../../consent/suppressionView.js';
import { type Html, html } from '../../html/html.js';
import { CHANNELS } from '../../notification/state.js';
import { whole } from '../campaigns/words.js';
import {
  badge,
  button,
  type Column,
  definitionList,
  emptyState,
  errorPanel,
  field,
  figures,
  moment,
  panel,
  table,
} from '../page/components.js';

/** What was looked up: the address as it was written, and what stands for it. */
interface Looked {
  address: string;
  entry: SuppressionView | undefined;
  /** By which the audit knows it. */
  hash: string | undefined;
}

/** A form that was refused, with what was written and what is wrong. */
interface RefusedForm {
  values: Readonly<Record<string, string>>;
  wrong: Readonly<Record<string, string>>;
}

export interface SuppressionPageView {
  total: number;
  bySource: Readonly<Record<string, number>>;
  dnc: readonly DncImported[];
  recent: readonly AuditView[];
  /** May this person change the list? */
  isEditor: boolean;
  /** The hidden field of a form that does its work once. */
  once(): Html;
  done?: string;
  looked?: Looked;
  /** What else is known of the address that was looked up. */
  beside?: Html;
  refusedLook?: RefusedForm;
  refusedAdd?: RefusedForm;
  now: number;
}

const DONE: Readonly<Record<string, string>> = {
  added: 'The address is suppressed. Nothing is sent to it any more, but for what is on the wire.',
  widened: 'It was on the list before. The entry stops what both say, until the later end.',
  removed: 'The address is off the list. It may be written to again.',
  gone: 'Nothing was changed: the address is not on the list any more.',
};

export function suppressionPage(view: SuppressionPageView): Html {
  const { done, isEditor } = view;
  const said = done === undefined ? undefined : DONE[done];
  return html`<h1>Suppressions</h1>
<p>Addresses, numbers and contacts that are not written to. They are kept as keyed hashes: the list cannot be read, only asked about one address.</p>
${said === undefined ? undefined : panel(done === 'gone' ? 'open' : 'good', html`<p>${said}</p>`, 'status')}
${counts(view)}
${lookForm(view)}
${view.looked === undefined ? undefined : lookedUp(view, view.looked)}
${isEditor ? addForm(view) : undefined}
${isEditor ? fileForm() : undefined}
${recentChanges(view)}`;
}

function counts({ total, bySource, dnc, now }: SuppressionPageView): Html {
  if (total === 0 && dnc.length === 0) {
    return emptyState(
      'No address is suppressed.',
      'Opt-outs from elsewhere can be put on the list one by one, as a file, or from DNC lists of Genesys Cloud with notifier suppression import-dnc.',
    );
  }
  const latest = Math.max(...dnc.map(({ at }) => at));
  const lists =
    dnc.length === 0
      ? html`No DNC list of Genesys Cloud was imported: <code>notifier suppression import-dnc</code>.`
      : html`${whole(dnc.length)} DNC ${dnc.length === 1 ? 'list' : 'lists'} of Genesys Cloud imported, the last one ${moment(latest, now)}.`;
  return html`${figures([
    { name: 'Suppressed', value: whole(total) },
    ...Object.entries(SOURCES).map(([source, name]) => ({
      name,
      value: whole(bySource[source] ?? 0),
    })),
  ])}
<p>${lists}</p>`;
}

const SOURCES: Readonly<Record<string, string>> = {
  person: 'by a person',
  import: 'by import',
  unsubscribe: 'unsubscribed',
  bounce: 'bounced',
  stop: 'answered STOP',
};

function lookForm({ looked, refusedLook }: SuppressionPageView): Html {
  return html`<h2 id="lookup">Look an address up</h2>
<form method="post" action="/suppressions/look#lookup">
${field({
  label: 'Email address, phone number or contact id',
  name: 'look',
  value: refusedLook?.values['address'] ?? looked?.address,
  wrong: refusedLook?.wrong['address'],
  required: true,
  maxLength: 254,
})}
<p class="buttons">${button('Look it up', 'main')}</p>
</form>`;
}

function lookedUp(view: SuppressionPageView, { address, entry, hash = '' }: Looked): Html {
  const { beside, isEditor, once, now } = view;
  const history = html`<p><a href="/audit?what=suppression&on=${hash}">What people and programs did about it</a></p>`;
  if (entry === undefined) {
    return html`${panel('good', html`<p><strong>It is not suppressed.</strong></p>${history}`, 'status')}${beside}`;
  }
  const facts = definitionList([
    ['Stops', entry.channels === 'all' ? 'all channels' : entry.channels.join(', ')],
    ['Because', entry.reason],
    ['How', SOURCES[entry.source] ?? entry.source],
    ['By', entry.author],
    ['Since', moment(Date.parse(entry.at), now)],
    ['Until', entry.until === undefined ? 'it is removed' : moment(Date.parse(entry.until), now)],
  ]);
  const remove = html`<form method="post" action="/suppressions/remove">${once()}<input type="hidden" name="address" value="${address}">
<p><label><input type="checkbox" name="wanted" value="yes" required> The person wants to be written to again</label></p>
<p class="buttons">${button('Take it off the list', 'danger')}</p></form>`;
  return html`${panel(
    'open',
    html`<p><strong>It is suppressed.</strong></p>${facts}${history}${isEditor ? remove : undefined}`,
    'status',
  )}${beside}`;
}

function addForm({ looked, refusedAdd, once }: SuppressionPageView): Html {
  const { values = {}, wrong = {} } = refusedAdd ?? {};
  const address = values['address'] ?? (looked?.entry === undefined ? looked?.address : undefined);
  return html`<h2 id="add">Suppress an address</h2>
${refusedAdd === undefined ? undefined : errorPanel('Nothing was stored.', 'Correct what is marked below.')}
<form method="post" action="/suppressions/add#add">${once()}
${field({ label: 'Address', name: 'address', value: address, wrong: wrong['address'], hint: 'An email address, a phone number such as +15550100123, or the id of a contact', required: true, maxLength: 254 })}
${field({
  label: 'Channels',
  name: 'channels',
  value: values['channels'] ?? 'all',
  wrong: wrong['channels'],
  options: [
    { value: 'all', label: 'All channels' },
    ...CHANNELS.map((channel) => ({ value: channel, label: `Only ${channel}` })),
  ],
})}
${field({ label: 'Reason', name: 'reason', value: values['reason'], wrong: wrong['reason'], hint: 'One line, without an address or a number: others read it. May be left out', maxLength: 200 })}
${field({ label: 'Until', name: 'until', value: values['until'], wrong: wrong['until'], hint: 'The last day, such as 2027-03-31. Left out, it stays until it is removed', maxLength: 30 })}
<p class="buttons">${button('Suppress it', 'main')}</p>
</form>`;
}

/** As the file of a campaign (filePage.ts), brought to life by the same script. */
function fileForm(): Html {
  return html`<h2 id="file-import">Import a file, or export the list</h2>
<noscript>${errorPanel('This part needs JavaScript to upload a file.', html`Without it: <code>notifier suppression import FILE</code>.`)}</noscript>
<form data-upload data-columns="/suppressions/columns" data-rows="/suppressions/rows" data-left="What was stored before stays.">
<div class="drop"><label for="file">Choose a file, or drop it here</label>
<input type="file" id="file" accept=".csv,.tsv,.txt,.gz,.ndjson,.jsonl,text/csv,application/gzip" aria-describedby="file-hint">
<span class="hint" id="file-hint">CSV or NDJSON, also compressed (.gz), or what an export has written. One column has to be the email, the phone number or the contact id; columns named channels, reason and until are read as well.</span></div>
<div class="field" data-encoding hidden><label for="encoding">Encoding, where letters look wrong below</label>
<select id="encoding"><option value="">As the file says (UTF-8)</option><option value="windows-1252">Windows-1252 (“CSV” of Excel, ANSI)</option><option value="utf-16le">UTF-16 (“Unicode text” of Excel)</option></select></div>
<div data-columns-shown aria-live="polite"></div>
<p class="buttons"><button class="main" data-send hidden>Upload the file</button> <button type="button" data-stop hidden>Stop the upload</button></p>
<div class="sending" data-sending hidden><progress aria-label="Upload" max="100"></progress> <span data-sent role="status"></span></div>
<div data-outcome></div>
</form>
<p><a href="/suppressions/export" download>Export the whole list</a> as keyed hashes, to be kept or imported where the secret is the same.</p>`;
}

const ACTIONS: Readonly<Record<string, string>> = {
  'suppression.add': 'suppressed',
  'suppression.remove': 'taken off',
  'suppression.import': 'file imported',
  'suppression.import_dnc': 'DNC list imported',
  'suppression.export': 'list exported',
};

const COLUMNS = (now: number): readonly Column<AuditView>[] => [
  { title: 'When', cell: ({ at }) => moment(Date.parse(at), now) },
  { title: 'Who', cell: ({ who, from }) => `${who ?? 'without a login'} (${from})` },
  { title: 'What', cell: ({ what }) => ACTIONS[what] ?? what },
  { title: 'Hash or list', cell: ({ on }) => on, kind: 'id' },
  {
    title: 'Outcome',
    cell: ({ outcome = 'not recorded', outcomeDetail }) =>
      html`${badge(outcome === 'done' ? 'good' : 'idle', outcome)} ${outcomeDetail}`,
    kind: 'text',
  },
];

function recentChanges({ recent, now }: SuppressionPageView): Html {
  return html`<h2 id="recent">Latest changes</h2>
${recent.length === 0 ? emptyState('Nothing was changed yet.', 'What people and programs change stands here, and in the audit.') : table('Latest changes of the list', COLUMNS(now), recent)}
<p><a href="/audit?what=suppression">All of them in the audit</a></p>`;
}
