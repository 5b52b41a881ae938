import type { FastifyInstance } from 'fastify';
import { type Audited, WAYS_IN } from '../../audit/auditEntry.js';
import { type AuditPage, type AuditView, CURSOR } from '../../audit/auditReader.js';
import { type Html, html } from '../../html/html.js';
import type { AuditTrail } from '../../queue/auditTrail.js';
import {
  badge,
  button,
  type Column,
  emptyState,
  field,
  moment,
  table,
} from '../page/components.js';
import { sendPage } from '../page/layout.js';

const PAGE_SIZE = 50;
const LONGEST_WORD = 200;

/** What the page is asked for, as it stands in its URL. */
interface Asked {
  who?: string;
  what?: string;
  on?: string;
  from?: string;
  day?: string;
  before?: string;
}

type Query = { Querystring: Record<string, unknown> };

/** `/audit`: who did what. */
export function auditPages(app: FastifyInstance, { trail }: { trail: Pick<AuditTrail, 'page'> }) {
  app.get<Query>('/audit', async (request, reply) => {
    const asked = askedIn(request.query);
    const page = await trail.page({ limit: PAGE_SIZE, ...asked, ...dayOf(asked) });
    const body = auditPage(page, asked, Date.now());
    return sendPage(request, reply, { title: 'Audit', section: 'audit', body });
  });
}

/** What is no filter is passed over: the form shows what is in force. */
function askedIn(query: Record<string, unknown>): Asked {
  const word = (name: string, fits: (text: string) => boolean = () => true) => {
    const text = query[name];
    if (typeof text !== 'string') return undefined;
    const trimmed = text.trim();
    return trimmed !== '' && trimmed.length <= LONGEST_WORD && fits(trimmed) ? trimmed : undefined;
  };
  return {
    who: word('who'),
    what: word('what'),
    on: word('on'),
    from: word('from', (text) => WAYS_IN.some((way) => way === text)),
    day: word('day', (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))),
    before: word('before', (text) => CURSOR.test(text)),
  };
}

const DAY_MS = 24 * 60 * 60 * 1_000;

function dayOf({ day }: Asked): { since?: number; until?: number } {
  if (day === undefined) return {};
  const since = Date.parse(day);
  return { since, until: since + DAY_MS - 1 };
}

/** Each action in the words of the buttons. */
const ACTIONS: Readonly<Record<Audited, string>> = {
  'sending.pause': 'Stopped all sending',
  'sending.resume': 'Resumed all sending',
  'sending.recover': 'Recovered after Redis went back in time',
  'gate.open': 'Opened the rate-limit gate',
  'notification.cancel': 'Cancelled a notification',
  'notification.resolve': 'Decided an unknown notification',
  'notification.retry': 'Retried a notification',
  'campaign.create': 'Created a campaign',
  'campaign.import': 'Uploaded rows of a campaign',
  'campaign.start': 'Started a campaign',
  'campaign.pause': 'Paused a campaign',
  'campaign.resume': 'Resumed a campaign',
  'campaign.cancel': 'Cancelled a campaign',
  'campaign.retry': 'Retried rows of a campaign',
  'campaign.test': 'Sent a test message',
  'campaign.delete_draft': 'Deleted an empty campaign',
  'person.erase': 'Erased a customer',
  'person.export': 'Exported what is stored about a customer',
  'job.promote': 'Promoted a job',
  'job.duplicate': 'Duplicated a job',
  'job.remove': 'Removed a job',
  'suppression.add': 'Suppressed an address',
  'suppression.remove': 'Took an address off the suppression list',
  'suppression.import': 'Imported suppressions',
  'suppression.import_dnc': 'Imported a DNC list',
  'suppression.export': 'Exported the suppression list',
  'webhook.create': 'Created a webhook',
  'webhook.test': 'Tested a webhook',
  'webhook.pause': 'Paused a webhook',
  'webhook.resume': 'Resumed a webhook',
  'webhook.replay': 'Replayed events to a webhook',
  'webhook.rotate_secret': 'Replaced the secret of a webhook',
  'webhook.delete': 'Deleted a webhook',
  'user.add': 'Added a person',
  'user.replace': 'Changed a person’s password and role',
  'user.remove': 'Removed a person',
  'doctor.run': 'Ran the doctor',
  unsubscribe: 'Unsubscribed by a link',
  'suppression.learned': 'Suppressed by what Genesys Cloud said',
  login: 'Logged in',
  logout: 'Logged out',
};

function actionOf(what: string): string {
  return Object.entries(ACTIONS).find(([code]) => code === what)?.[1] ?? what;
}

const COLUMNS = (now: number): readonly Column<AuditView>[] => [
  { title: 'When', cell: ({ at }) => moment(Date.parse(at), now) },
  {
    title: 'Who',
    cell: ({ who, role }) => html`${who ?? 'without a login'}${role && ` (${role})`}`,
  },
  { title: 'Did', cell: ({ what }) => actionOf(what) },
  { title: 'On', cell: ({ what, on }) => subjectOf(what, on), kind: 'id' },
  { title: 'Detail', cell: ({ detail }) => detail },
  {
    title: 'From',
    cell: ({ from, address }) =>
      html`${from}${address && html` <span class="age">${address}</span>`}`,
  },
  { title: 'Outcome', cell: outcomeOf },
];

function subjectOf(what: string, on: string | undefined): Html | undefined {
  if (on === undefined) return undefined;
  if (what.startsWith('notification.')) return html`<a href="/notifications/${on}">${on}</a>`;
  if (what.startsWith('campaign.')) return html`<a href="/campaigns/${on}">${on}</a>`;
  if (what.startsWith('webhook.')) return html`<a href="/webhooks/${on}">${on}</a>`;
  return html`${on}`;
}

function outcomeOf({ outcome, outcomeDetail }: AuditView): Html {
  const detail = outcomeDetail === undefined ? undefined : html` ${outcomeDetail}`;
  switch (outcome) {
    case 'done':
      return html`${badge('good', 'done')}${detail}`;
    case 'refused':
      return html`${badge('idle', 'refused')}${detail}`;
    case 'failed':
      return html`${badge('bad', 'failed')}${detail}`;
    case undefined:
      return badge('open', 'not recorded');
    default:
      return outcome satisfies never;
  }
}

function auditPage({ entries, next }: AuditPage, asked: Asked, now: number): Html {
  return html`<h1>Audit</h1>
<p>What people and programs changed, the newest first. Times are in UTC. “Not recorded” means that it is under way, or
that the process ended before it could write what came of it.</p>
${filterForm(asked)}
${entries.length === 0 ? nothingFound(next) : table('Audit', COLUMNS(now), entries)}
${next === undefined ? undefined : html`<p><a href="/audit?${queryOf({ ...asked, before: next })}">Look further back</a></p>`}`;
}

function nothingFound(next: string | undefined): Html {
  return next === undefined
    ? emptyState(
        'No entries',
        'Nothing was changed that fits, or it was longer ago than AUDIT_RETENTION.',
      )
    : emptyState('No entries in this part', 'Look further back: there may be more.');
}

function filterForm({ who = '', what = '', on = '', from = '', day = '' }: Asked): Html {
  const any = { value: '', label: 'any' };
  const actions = Object.entries(ACTIONS).map(([value, label]) => ({ value, label }));
  return html`<form class="filters" method="get" action="/audit" aria-label="Filter">
${field({ label: 'Who', name: 'who', value: who, maxLength: LONGEST_WORD })}
${field({ label: 'Did', name: 'what', value: what, options: [any, ...actions] })}
${field({ label: 'On (an id)', name: 'on', value: on, maxLength: LONGEST_WORD })}
${field({ label: 'From', name: 'from', value: from, options: [any, ...WAYS_IN.map((value) => ({ value }))] })}
${field({ label: 'Day', name: 'day', value: day, hint: 'in UTC, such as 2026-11-22' })}
<p class="buttons">${button('Show', 'main')} <a class="button" href="/audit">Show all</a></p>
</form>`;
}

function queryOf(asked: Asked): string {
  const words = Object.entries(asked).filter(([, word]) => word !== undefined);
  return new URLSearchParams(words as [string, string][]).toString();
}
