import { type Html, html } from '../../html/html.js';
import { describeRecipient } from '../../notification/maskedRecipient.js';
import type { NotificationView } from '../../notification/notificationView.js';
import type { UnknownCounts } from '../../notification/unknownCounts.js';
import { whoDecides } from '../../queue/undecided.js';
import type { UnknownKind } from '../../queue/unknownList.js';
import { age, button, clockAndAge, emptyState, moment, panel, table } from '../page/components.js';
import { channelWords, reasonWords, sentence } from './outcomeWords.js';
import { filterForm } from './searchForms.js';
import { campaignOf, further, linkTo, type SearchPage, tick, waitingWords } from './searchPage.js';

export interface UnknownPage extends SearchPage {
  /** Of the first thousand that fit, whatever page is shown. */
  kinds: readonly UnknownKind[];
}

/** What waits for a person, one by one or all of a kind; with what is known of each. */
export function unknownPage(page: UnknownPage): Html {
  const { asked, found, unknown, done, obstacles } = page;
  return html`<h1>Waiting for a decision</h1>
${obstacles}
${done === undefined ? undefined : panel('good', html`<p>${done}</p>`, 'status')}
${unknown.count === 0 ? none() : howTo(unknown)}
${unknown.count === 0 ? undefined : kindTable(page)}
${found.notifications.length > 0 ? each(page) : undefined}
${unknown.count > 0 && found.notifications.length === 0 ? emptyState('None of this kind', html`Take a filter away, or <a href="/notifications?state=unknown">look at all of them</a>.`) : undefined}
${further(page)}
${unknown.count === 0 ? undefined : html`<details><summary>Filter</summary>${filterForm(asked)}</details>`}
<p><a href="/notifications">All notifications</a></p>`;
}

function none(): Html {
  return emptyState(
    'Nothing waits for a decision',
    'A notification comes here when its request left and no answer was recorded: it may or may not have been sent.',
  );
}

function howTo({ count, asked }: UnknownCounts): Html {
  const what = count === 1 ? '1 notification' : `${count} notifications`;
  return panel(
    'open',
    html`<p><strong>${what}: each may or may not have been sent.</strong> Until it is decided, nothing more is sent for it, on any channel.</p>
<p>${waitingWords({ count, asked })} Look in Genesys Cloud for the customer's conversation at the time the request left. There: it was sent. Not there: it was not sent,
and can be tried again afterwards. Nothing is sent by a decision, and the first one counts.</p>`,
  );
}

function kindTable({ kinds, asked, mayOperate, once, now }: UnknownPage): Html {
  // The state is one of them.
  const isFiltered = Object.keys(asked.written).length > 1;
  const count = kinds.reduce((sum, kind) => sum + kind.count, 0);
  const list = table(
    'Kinds',
    [
      { title: 'How many', cell: ({ count }: UnknownKind) => count, kind: 'number' },
      { title: 'Why', cell: ({ reason }) => whyOf(reason) },
      { title: 'Over', cell: ({ channel }) => channelWords(channel) },
      { title: 'Still asked about', cell: ({ asked }) => asked, kind: 'number' },
      { title: 'Campaign', cell: ({ campaignId }) => campaignId ?? 'none' },
      { title: 'Waiting', cell: (kind) => spanOf(kind, now) },
      {
        title: 'These',
        cell: (kind) => html`<a href="/notifications?${kindQuery(kind)}">Look at these</a>`,
      },
    ],
    kinds,
  );
  return html`<h2 id="kinds">Of the same kind</h2>${list}
${isFiltered && count > 0 && mayOperate ? allOfThisKind(asked.written, { count, once, now }) : undefined}`;
}

function whyOf(reason: string | undefined): Html | string {
  const words = reasonWords(reason);
  return words === undefined
    ? (reason ?? 'not known')
    : html`${sentence(words)} <code>${reason}</code>`;
}

/** In a narrow column: the code stands with the kinds. */
function shortWhy(reason: string | undefined): string {
  const words = reasonWords(reason);
  return words === undefined ? (reason ?? 'not known') : sentence(words);
}

function spanOf({ first, last }: UnknownKind, now: number): Html {
  if (last - first < 1_000) return html`since ${moment(first, now)}`;
  return html`since ${moment(first, now)}, the last since ${moment(last, now)}`;
}

function kindQuery({ reason, channel, campaignId }: UnknownKind): string {
  const query = new URLSearchParams({ state: 'unknown' });
  for (const [name, value] of Object.entries({ reason, channel, campaignId })) {
    if (value !== undefined) query.set(name, value);
  }
  return query.toString();
}

/** Without a tick for each; those on other pages are meant, too. Two steps, for it cannot be taken back. */
function allOfThisKind(
  written: Readonly<Record<string, string>>,
  { count, once, now }: { count: number; once: () => Html; now: number },
): Html {
  const { state: _unknown, ...filter } = written;
  return html`<form class="card" method="post" action="/notifications/resolve">
<h3>Decide all ${count} of this kind at once</h3>
${once()}<input type="hidden" name="shownAt" value="${Math.floor(now)}">${Object.entries(filter).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<p><label><input type="checkbox" name="looked" value="yes" required> I have looked in Genesys Cloud, and the same holds for all of them.</label></p>
<p class="buttons">${button('All of this kind were sent', 'plain', { name: 'outcome', value: 'sent' })}
${button('All of this kind were not sent', 'danger', { name: 'outcome', value: 'not_sent' })}</p></form>`;
}

function each({ found, mayOperate, now }: UnknownPage): Html {
  const list = [
    ...(mayOperate ? [tick('Decide')] : []),
    { title: 'Notification', cell: ({ id }: NotificationView) => linkTo(id), kind: 'id' as const },
    {
      title: 'For',
      cell: ({ recipient }: NotificationView) => recipient && describeRecipient(recipient),
    },
    { title: 'Request left', cell: (view: NotificationView) => leftAt(view, now) },
    { title: 'Over', cell: ({ channel }: NotificationView) => channelWords(channel) },
    { title: 'Why', cell: ({ reason }: NotificationView) => shortWhy(reason) },
    { title: 'Decides', cell: (view: NotificationView) => decidesOf(view, now) },
    { title: 'Campaign', cell: campaignOf, kind: 'id' as const },
    {
      title: 'Conversation',
      cell: ({ conversationId }: NotificationView) => conversationId,
      kind: 'id' as const,
    },
  ];
  const all = table('Notifications that wait for a decision', list, found.notifications);
  if (!mayOperate) {
    return html`<h2 id="each">One by one</h2>${all}<p class="quiet">An operator decides. You can look.</p>`;
  }
  return html`<h2 id="each">One by one</h2>
<form method="post" action="/notifications/resolve">${all}
<p class="buttons">${button('Those ticked were sent', 'plain', { name: 'outcome', value: 'sent' })}
${button('Those ticked were not sent', 'danger', { name: 'outcome', value: 'not_sent' })}</p></form>`;
}

/** Who finds out, and when Genesys Cloud is asked next. */
function decidesOf(view: NotificationView, now: number): Html {
  const next = view.reconcile?.nextLookAt;
  if (next === undefined) return html`${whoDecides(view)}`;
  const at = Date.parse(next);
  return at <= now ? html`${whoDecides(view)} now` : html`${whoDecides(view)} ${age(at, now)}`;
}

/** When the request that may have arrived left: where to look in Genesys Cloud. */
function leftAt({ timeline, updatedAt }: NotificationView, now: number): Html {
  const sending = timeline.findLast(({ state }) => state === 'sending');
  return clockAndAge(Date.parse(sending?.at ?? updatedAt), now);
}
