import type { CampaignView } from '../../campaign/campaignView.js';
import { rowsIn } from '../../campaign/tally.js';
import { describeUnreadable, type UnreadableCampaign } from '../../campaign/unreadableCampaign.js';
import { type Html, html } from '../../html/html.js';
import {
  type Column,
  duration,
  emptyState,
  errorPanel,
  moment,
  panel,
  progressBar,
  table,
} from '../page/components.js';
import { remedyElsewhere } from '../page/obstacles.js';
import { named, pauseWords, stateBadge, whole } from './words.js';

export interface CampaignList {
  campaigns: readonly CampaignView[];
  unreadable?: readonly UnreadableCampaign[];
  next?: string;
}

/** The newest first. `now` is epoch ms. */
export function campaignTable({ campaigns, unreadable = [] }: CampaignList, now: number): Html {
  const broken = unreadable.map((one) =>
    errorPanel('A campaign cannot be read.', describeUnreadable(one)),
  );
  if (campaigns.length === 0) return html`${broken}${NONE}`;
  return html`${broken}${table('Campaigns', columns(now), campaigns)}`;
}

const NONE = emptyState(
  'There is no campaign yet',
  html`A campaign sends one message to every customer in a file. You see what it will do before it starts.`,
);

export function pager(next: string | undefined, isFirst: boolean): Html | undefined {
  if (next === undefined && isFirst) return undefined;
  return html`<nav class="pager" aria-label="More campaigns">
${isFirst ? undefined : html`<a href="/campaigns">The newest</a>`}
${next === undefined ? undefined : html`<a href="/campaigns?before=${encodeURIComponent(next)}">Older campaigns</a>`}
</nav>`;
}

function columns(now: number): Column<CampaignView>[] {
  return [
    {
      title: 'Campaign',
      kind: 'text',
      cell: ({ id, name }) =>
        html`<a href="/campaigns/${id}">${named(name)}</a>${name === id ? undefined : html` <span class="quiet id under">${id}</span>`}`,
    },
    { title: 'State', cell: (view) => stateCell(view, now) },
    { title: 'Progress', cell: progressCell },
    {
      title: 'Sent',
      kind: 'number',
      cell: ({ counts, import: imported }) =>
        imported === undefined ? undefined : whole(rowsIn(counts, 'sent', 'delivered', 'read')),
    },
    {
      title: 'Pace',
      kind: 'number',
      cell: ({ progress: { perMinute } }) =>
        perMinute === undefined ? undefined : `${whole(perMinute)} a minute`,
    },
    { title: 'Ends', cell: (view) => endCell(view, now) },
    { title: 'Made', cell: ({ createdAt }) => moment(Date.parse(createdAt), now) },
  ];
}

function stateCell(view: CampaignView, now: number): Html {
  if (view.state !== 'paused') return stateBadge(view);
  return html`${stateBadge(view)} <span class="quiet under">${pauseWords(view, now)}</span>`;
}

function progressCell({ progress, import: imported }: CampaignView): Html | undefined {
  if (imported === undefined) return undefined;
  const { rows, ended } = progress;
  return progressBar('Rows that have ended', ended, rows, `${whole(ended)} of ${whole(rows)}`);
}

function endCell(view: CampaignView, now: number): Html | string | undefined {
  const { state, startAt, endedAt, progress } = view;
  if (endedAt !== undefined) return html`ended ${moment(Date.parse(endedAt), now)}`;
  if (state === 'ready' && startAt !== undefined) {
    return html`starts ${moment(Date.parse(startAt), now)}`;
  }
  if (progress.estimatedEndAt === undefined) return undefined;
  return `in about ${duration(Date.parse(progress.estimatedEndAt) - now)}`;
}

/** What is in the way of every campaign that has begun, once above all of them. */
export function commonObstacles(campaigns: readonly CampaignView[]): Html[] {
  const { obstacles = [] } = campaigns.find((view) => view.obstacles !== undefined) ?? {};
  return obstacles.map((obstacle) =>
    panel(
      obstacle.stops && obstacle.who === 'you' ? 'bad' : 'open',
      html`<p><strong>${obstacle.detail}</strong></p><p>${remedyElsewhere(obstacle)}</p>`,
      'status',
    ),
  );
}
