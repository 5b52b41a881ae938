import type { CampaignView, CampaignWaitView } from '../../campaign/campaignView.js';
import { rowsIn } from '../../campaign/tally.js';
import { describeObstacle } from '../deploymentStatus.js';
import { commandLine, printable } from '../output.js';
import {
  bar,
  clipped,
  counted,
  percent,
  span,
  type Terminal,
  type Tone,
  tinted,
  whole,
  wrapped,
} from '../terminal.js';
import { describeReasons } from './describeReason.js';

type Counted = keyof CampaignView['counts'];

/** The states in groups that answer what people ask: who got it, who did not, who will. */
const GROUPS = [
  { label: 'sent', states: ['sent', 'delivered', 'read'], tone: 'good' },
  { label: 'not reached', states: ['failed', 'undelivered'], tone: 'bad' },
  { label: 'unknown', states: ['unknown'], tone: 'bad' },
  { label: 'skipped', states: ['skipped'], tone: 'quiet' },
  { label: 'expired', states: ['expired'], tone: 'bad' },
  { label: 'cancelled', states: ['cancelled'], tone: 'quiet' },
  {
    label: 'on the way',
    states: ['accepted', 'queued', 'processing', 'sending'],
    tone: 'waiting',
  },
  { label: 'deferred', states: ['deferred'], tone: 'waiting' },
  { label: 'waiting', states: ['waiting'], tone: 'quiet' },
] as const satisfies readonly { label: string; states: readonly Counted[]; tone: Tone }[];

const INDENT = '  ';
const SEPARATOR_WIDTH = 3;

/** `1,150 sent (900 known to have arrived)`, `8 not reached`: what there is any of. */
function countedParts({ counts }: CampaignView): { text: string; tone: Tone }[] {
  return GROUPS.map(({ label, states, tone }) => ({ rows: rowsIn(counts, ...states), label, tone }))
    .filter(({ rows }) => rows > 0)
    .map(({ rows, label, tone }) => {
      const arrived = whole(rowsIn(counts, 'delivered', 'read'));
      const note = label === 'sent' ? ` (${arrived} known to have arrived)` : '';
      return { text: `${whole(rows)} ${label}${note}`, tone };
    });
}

function countsLine(view: CampaignView): string {
  return countedParts(view)
    .map(({ text }) => text)
    .join(', ');
}

/** The counts in as many lines as they take; a narrow terminal must not hide any of them. */
function countsLines(view: CampaignView, to: Terminal): string[] {
  const lines: { width: number; parts: string[] }[] = [];
  for (const { text, tone } of countedParts(view)) {
    const line = lines.at(-1);
    const width = text.length + SEPARATOR_WIDTH;
    if (line === undefined || line.width + width > to.columns()) {
      lines.push({ width: INDENT.length + width, parts: [tinted(tone, text, to)] });
    } else {
      line.width += width;
      line.parts.push(tinted(tone, text, to));
    }
  }
  return lines.map(({ parts }) => INDENT + parts.join(to.unicode ? ' · ' : ' | '));
}

/** How fast it goes, or why it does not. */
function paceLine(view: CampaignView, now: number): string {
  const { state, reason, startAt } = view;
  switch (state) {
    case 'paused':
      return pausedLine(view);
    case 'ready':
      if (reason !== undefined) return `does not start by itself: ${reason}`;
      return startAt === undefined ? 'ready to be started' : `starts at ${startAt}`;
    case 'importing':
      return 'no file has been imported in full yet';
    case 'completed':
      return 'completed';
    case 'cancelled':
      return reason === undefined ? 'cancelled' : `cancelled: ${printable(reason)}`;
    case 'running':
      return runningLine(view, now);
    default:
      return state satisfies never;
  }
}

/** What holds up all of it, the gravest; rows that wait by themselves are not meant. */
function stopOf({ waitsFor }: CampaignView): CampaignWaitView | undefined {
  return waitsFor.find(({ rows }) => rows === undefined);
}

function pausedLine(view: CampaignView): string {
  const stop = stopOf(view);
  return stop === undefined ? 'paused' : describeObstacle(stop).join(' ');
}

/** No forecast counts on rows that wait for something whose length cannot be known. */
function runningLine(view: CampaignView, now: number): string {
  const { progress, counts } = view;
  const { rows, ended, awaitingDelivery = 0, perMinute, estimatedEndAt } = progress;
  const stop = stopOf(view);
  if (stop !== undefined) return describeObstacle(stop).join(' ');
  if (counts.deferred > 0 && counts.deferred === rows - ended - awaitingDelivery) {
    return 'only deferred rows are left:';
  }
  const parts = [
    perMinute === undefined ? 'running' : `${whole(perMinute)} a minute`,
    requestsARow(view),
    estimatedEndAt === undefined
      ? progress.noEstimateBecause && `no end in sight: ${progress.noEstimateBecause}`
      : `about ${span(Date.parse(estimatedEndAt) - now)} left`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** Really spent, or else an estimate that says so. */
function requestsARow({ progress }: CampaignView): string | undefined {
  const { requestsARow: real, requestsEstimate: estimate } = progress;
  if (real !== undefined) return `${real} requests a row`;
  return estimate && `about ${estimate.aRow} requests a row (an estimate, ${estimate.detail})`;
}

/** What it has cost and what it will still cost; undefined where nothing is known of that. */
export function requestsFact(view: CampaignView): string | undefined {
  const { requestsSpent, requestsLeft } = view.progress;
  const parts = [
    requestsSpent === undefined ? undefined : `${whole(requestsSpent)} spent`,
    requestsARow(view),
    requestsLeft === undefined ? undefined : `about ${whole(requestsLeft)} to come`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** Everything else that it waits for, a sentence each. */
function otherWaits(view: CampaignView): string[] {
  const stop = stopOf(view);
  return view.waitsFor
    .filter((wait) => wait !== stop)
    .map((wait) => {
      const { rows, code, detail } = wait;
      if (rows === undefined) return describeObstacle(wait).join(' ');
      return `${whole(rows)} ${rows === 1 ? 'waits' : 'wait'}: ${printable(detail)} (${code})`;
    });
}

/** What is in the way of the whole deployment and does not stop it. */
function lesserObstacles({ obstacles = [] }: CampaignView): string[] {
  return obstacles
    .filter(({ stops }) => !stops)
    .map((obstacle) => describeObstacle(obstacle).join(' '));
}

/** How rows are found and decided of which it is not known whether they were sent; nothing when there are none. */
export function describeUnknown({ id, counts }: Pick<CampaignView, 'id' | 'counts'>): string[] {
  if (counts.unknown === 0) return [];
  return [
    `${whole(counts.unknown)} unknown: each may have been sent. Genesys Cloud is asked, then a person.`,
    `  to find them: ${commandLine(`unknowns --campaign ${id}`)}, or the page`,
    `                /notifications?state=unknown&campaignId=${id}`,
    `  to decide:    ${commandLine('resolve ID sent')} (several ids at once; or not-sent),`,
    '                the page, or POST /v1/notifications/resolve',
  ];
}

/** The lines drawn over and over while a campaign runs. */
export function liveLines(view: CampaignView, to: Terminal, now: number): string[] {
  const { rows, ended } = view.progress;
  const share = shareOf(view);
  const width = Math.max(10, Math.min(40, to.columns() - 40));
  const isStopped = view.state === 'paused' || stopOf(view)?.who === 'you';
  const tone = isStopped ? 'waiting' : 'good';
  const said = (lines: readonly string[]) =>
    lines
      .flatMap((line) => wrapped(line, to.columns() - INDENT.length - 1))
      .map((line) => INDENT + line);
  const paced = said([paceLine(view, now)]);
  return [
    `${tinted(tone, bar(share, width, to), to)} ${percent(share).padStart(5)}  ${whole(ended)} of ${whole(rows)}`,
    ...countsLines(view, to),
    ...(isStopped ? paced.map((line) => tinted('waiting', line, to)) : paced),
    ...said(otherWaits(view)),
    ...said(lesserObstacles(view)),
  ];
}

/** One line that stands by itself in a log. */
export function logLine(view: CampaignView, now: number): string {
  const { rows, ended } = view.progress;
  const share = percent(shareOf(view)).padStart(5);
  const waits = [paceLine(view, now), ...otherWaits(view)].join(' ');
  return `${new Date(now).toISOString()} ${share}  ${whole(ended)} of ${whole(rows)}: ${countsLine(view)}; ${waits}`;
}

function shareOf({ progress: { rows, ended } }: CampaignView): number {
  return rows === 0 ? 0 : ended / rows;
}

/** Everything there is to say of one campaign. */
export function describeCampaign(view: CampaignView, to: Terminal, now: number): string {
  const { id, name, state, counts, import: imported, startAt, startedAt, endAt, endedAt } = view;
  const facts: [string, string | undefined][] = [
    ['template', view.template],
    ['rows', imported === undefined ? undefined : rowsFact(imported)],
    ['created', view.createdAt],
    ['starts', startedAt === undefined ? startAt : undefined],
    ['started', startedAt],
    ['ends by', endedAt === undefined ? endAt : undefined],
    ['ended', endedAt],
    ['last step', view.by === undefined ? undefined : `by ${printable(view.by)}`],
    ['possible', view.possible.join(', ') || undefined],
  ];
  const progress = imported === undefined ? [`  ${paceLine(view, now)}`] : liveLines(view, to, now);
  const requests = requestsFact(view);
  const title = name === id ? id : `${id}: ${printable(name)}`;
  return [
    `${title} (${state})`,
    ...progress,
    '',
    ...whyLines(view, to),
    ...facts.flatMap(([label, value]) => labelled(label, value === undefined ? [] : [value])),
    ...labelled('requests', requests === undefined ? [] : wrapped(requests, factColumns(to))),
    ...(counts.unknown > 0 ? ['', ...describeUnknown(view)] : []),
  ].join('\n');
}

/** Why rows were skipped, failed or are unknown, each with its number. */
function whyLines({ reasons }: CampaignView, to: Terminal): string[] {
  const lines = (['skipped', 'failed', 'unknown'] as const)
    .filter((label) => Object.keys(reasons[label]).length > 0)
    .flatMap((label) => labelled(label, wrapped(describeReasons(reasons[label]), factColumns(to))));
  return lines.length === 0 ? [] : [...lines, ''];
}

const LABEL_WIDTH = 10;

/** The label stands before the first of the lines. */
function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `  ${(at === 0 ? label : '').padEnd(LABEL_WIDTH)} ${line}`);
}

function factColumns(to: Terminal): number {
  return Math.max(20, to.columns() - LABEL_WIDTH - 4);
}

function rowsFact({
  rows,
  rejected,
  duplicates,
  warned,
}: NonNullable<CampaignView['import']>): string {
  const others = [
    rejected > 0 && `${whole(rejected)} rejected`,
    duplicates > 0 && counted(duplicates, 'duplicate'),
    warned > 0 && counted(warned, 'warning'),
  ].filter((part) => part !== false);
  return [whole(rows), ...others].join(', ');
}

/** A list of campaigns, one line each; below it what is in the way of all that have not ended. */
export function describeCampaigns(views: readonly CampaignView[], to: Terminal): string {
  if (views.length === 0) return 'There is no campaign yet.';
  const rows = views.map((view) => ({
    id: view.id,
    state: view.state,
    share: view.import === undefined ? '' : percent(shareOf(view)),
    what:
      view.state === 'paused'
        ? printable(stopOf(view)?.detail ?? 'paused')
        : countsLine(view).replace(/ \(.*?\)/, ''),
  }));
  const width = (of: 'id' | 'state') => Math.max(...rows.map((row) => row[of].length));
  const [ids, states] = [width('id'), width('state')];
  const columns = to.live ? to.columns() - 1 : Number.POSITIVE_INFINITY;
  const lines = rows
    .map(({ id, state, share, what }) =>
      `${id.padEnd(ids)}  ${state.padEnd(states)}  ${share.padStart(5)}  ${what}`.trimEnd(),
    )
    .map((line) => clipped(line, columns));
  // The same for each of them: it is in the way of the whole deployment.
  const { obstacles = [] } = views.find((view) => view.obstacles !== undefined) ?? {};
  const inTheWay = obstacles.flatMap((obstacle) => describeObstacle(obstacle));
  return [...lines, ...(inTheWay.length > 0 ? ['', ...inTheWay] : [])].join('\n');
}
