import { type Content, type Html, html } from '../../html/html.js';
import { describeRecipient } from '../../notification/maskedRecipient.js';
import type { NotificationView } from '../../notification/notificationView.js';
import type { UnknownCounts } from '../../notification/unknownCounts.js';
import type { Found } from '../../queue/notificationSearch.js';
import type { Column } from '../page/components.js';
import { button, emptyState, moment, panel, table, time } from '../page/components.js';
import { channelWords, reasonWords, stateBadge } from './outcomeWords.js';
import { filterForm, findForm } from './searchForms.js';
import type { AskedFilter } from './searchQuery.js';

export interface SearchPage {
  /** What keeps notifications from flowing. */
  obstacles: Content;
  asked: AskedFilter;
  found: Found;
  /** How many wait for a decision. */
  unknown: UnknownCounts;
  /** How long what is searched is kept (ms); 0 where searches are off. */
  retentionMs: number;
  mayOperate: boolean;
  once: () => Html;
  /** What has just been done, in a sentence. */
  done?: string;
  now: number;
}

/** The ways to a notification, and what has come to something, the newest first. */
export function searchPage(page: SearchPage): Html {
  const { unknown, retentionMs, done, obstacles, now } = page;
  return html`<h1>Notifications</h1>
${obstacles}
${done === undefined ? undefined : panel('good', html`<p>${done}</p>`, 'status')}
${waitingPanel(unknown, now)}
${findForm(retentionMs > 0)}
${retentionMs > 0 ? outcomes(page) : undefined}`;
}

/** How many wait for whom. */
export function waitingWords({ count, asked }: Pick<UnknownCounts, 'count' | 'asked'>): string {
  const left = count - asked;
  if (asked === 0) return 'Genesys Cloud is not asked any more: a person decides.';
  if (left === 0) return 'Genesys Cloud is still asked. You may decide before.';
  return `Genesys Cloud is still asked for ${asked}; ${left} ${left === 1 ? 'waits' : 'wait'} for a person.`;
}

/** The way to what may need a person. */
function waitingPanel({ count, asked, oldestSince }: UnknownCounts, now: number): Html | undefined {
  if (count === 0) return undefined;
  const since =
    oldestSince === undefined ? undefined : html`, the first since ${moment(oldestSince, now)}`;
  const what = count === 1 ? '1 notification is unknown' : `${count} notifications are unknown`;
  return panel(
    'open',
    html`<p><strong>${what}</strong>${since}: each may or may not have been sent. ${waitingWords({ count, asked })}
<a href="/notifications?state=unknown">Look and decide</a></p>`,
    'status',
  );
}

function outcomes(page: SearchPage): Html {
  const { asked, found, retentionMs } = page;
  const isFiltered = Object.keys(asked.written).length > 0;
  const { notifications } = found;
  const list =
    notifications.length > 0
      ? foundTable(page)
      : emptyState(
          found.next === undefined ? 'Nothing is found' : 'Nothing is found so far',
          html`${nothingFound(found, isFiltered)}`,
        );
  return html`<h2 id="outcomes">What came of notifications</h2>
<p class="quiet">Those that were sent, skipped, failed, cancelled or expired, as they are now, the newest first; kept for ${days(retentionMs)},
the last million. What waits for its turn stands in the <a href="/queues">queues</a>.</p>
<details${isFiltered ? html` open` : undefined}><summary>Filter by state, reason, channel, campaign or time</summary>
${filterForm(asked)}</details>
${list}
${further(page)}`;
}

function nothingFound({ next }: Found, isFiltered: boolean): string {
  if (next !== undefined) return 'There is more to look through: look further.';
  if (isFiltered)
    return 'Nothing that is kept fits these filters. Take one away, or look in an earlier time.';
  return 'No notification has come to something yet. Those that do appear here.';
}

function days(ms: number): string {
  const whole = Math.round(ms / 86_400_000);
  if (whole < 1) return 'less than a day';
  return whole === 1 ? 'a day' : `${whole} days`;
}

/** States that a retry may be possible from; the ledger refuses where a message may have arrived. */
const RETRYABLE: ReadonlySet<string> = new Set(['failed', 'expired', 'undelivered']);

function foundTable(page: SearchPage): Html {
  const { found, asked, mayOperate, now } = page;
  const { notifications } = found;
  const isRetryable = mayOperate && RETRYABLE.has(asked.filter.state ?? '');
  if (!isRetryable) return table('Notifications', columns(now), notifications);
  return html`<form method="post" action="/notifications/retry">${page.once()}
${table('Notifications', [tick('Retry'), ...columns(now)], notifications)}
<p class="buttons">${button('Try those ticked again')}
<span class="quiet">Refused where a message may have reached the customer.</span></p></form>`;
}

/** Where a list is to be ticked. */
export function tick(title: string): Column<NotificationView> {
  return {
    title,
    cell: ({ id }) => html`<input type="checkbox" name="id" value="${id}" aria-label="${id}">`,
  };
}

function columns(now: number): Column<NotificationView>[] {
  return [
    { title: 'Notification', cell: ({ id }) => linkTo(id), kind: 'id' },
    { title: 'State', cell: stateOf },
    { title: 'Since', cell: (view) => moment(sinceWhen(view), now) },
    { title: 'Over', cell: ({ channel }) => channelWords(channel) },
    { title: 'For', cell: ({ recipient }) => recipient && describeRecipient(recipient) },
    { title: 'Campaign', cell: campaignOf, kind: 'id' },
  ];
}

export function linkTo(id: string): Html {
  return html`<a href="/notifications/${id}">${id}</a>`;
}

export function campaignOf({ campaignId }: NotificationView): Content {
  if (campaignId === undefined) return undefined;
  return html`<a href="/notifications?${new URLSearchParams({ campaignId }).toString()}">${campaignId}</a>`;
}

function stateOf({ state, reason }: NotificationView): Html {
  if (reason === undefined) return stateBadge(state);
  const words = reasonWords(reason);
  return html`${stateBadge(state)} <span class="quiet" title="${reason}">${words ?? reason}</span>`;
}

function sinceWhen({ timeline, createdAt }: NotificationView): number {
  return Date.parse(timeline.at(-1)?.at ?? createdAt);
}

/** Searches look through a bounded part at a time; this is the way to the next. */
export function further({ asked, found }: Pick<SearchPage, 'asked' | 'found'>): Html | undefined {
  const { next, lookedBackTo } = found;
  if (next === undefined) return undefined;
  const after = new URLSearchParams({ ...asked.written, after: next }).toString();
  return html`<p class="pager"><a class="button" href="/notifications?${after}">Look further</a>
${lookedBackTo === undefined ? undefined : html`<span class="quiet">Looked back to ${time(lookedBackTo)}.</span>`}</p>`;
}

/** What one text has led to, where it is not one notification alone. */
export function foundPage(
  notifications: readonly NotificationView[],
  { now, more, retentionMs }: { now: number; more: boolean; retentionMs: number },
): Html {
  const count = notifications.length;
  const title =
    count === 0 ? 'Nothing is found' : `${count}${more ? ' or more' : ''} notifications`;
  const why = html`There never was one, or it was ${retentionMs === 0 ? 'forgotten' : `accepted more than ${days(retentionMs)} ago`}, which is how long
recipients and ids of Genesys Cloud can be searched; by its own id a notification is found for longer. A row of a campaign is found once its turn has come.
Look at the spelling, and at the country code of a phone number.`;
  return html`<h1>${title}</h1>
${count === 0 ? emptyState('No notification fits', why) : table('Notifications', columns(now), notifications)}
${more ? html`<p>Only the newest ${count} are shown.</p>` : undefined}
${findForm(retentionMs > 0)}
<p><a href="/notifications">All outcomes</a></p>`;
}
