import { rowsIn } from '../../campaign/campaignProgress.js';
import type { CampaignView } from '../../campaign/campaignView.js';
import { commandLine } from '../commandLine.js';
import { describeObstacle } from '../describeObstacle.js';
import { printable } from '../printable.js';
import { clipped, type Terminal, type Tone, tinted, wrapped } from '../terminal.js';
import { bar, counted, percent, span, whole } from './figures.js';

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
      return `paused: ${printable(reason ?? 'no reason was given')}`;
    case 'ready':
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

/** Nobody can say how long conversations take that others have. */
function runningLine({ progress, counts, obstacles }: CampaignView, now: number): string {
  const { rows, ended, awaitingDelivery = 0, perMinute, estimatedEndAt } = progress;
  const stopped = obstacles?.find(({ stops }) => stops);
  if (stopped !== undefined) return describeObstacle(stopped).join(' ');
  if (ended + awaitingDelivery === rows) return 'all sent; waiting to hear what arrived';
  const left = rows - ended - awaitingDelivery;
  if (counts.deferred === left) return describeDeferred(counts.deferred);
  if (perMinute === undefined) return 'running';
  const pace = `${whole(perMinute)} a minute`;
  if (estimatedEndAt === undefined) return pace;
  return `${pace}, about ${span(Date.parse(estimatedEndAt) - now)} left`;
}

function describeDeferred(rows: number): string {
  const wait = rows === 1 ? 'waits' : 'wait';
  return `${whole(rows)} ${wait} for a reason, such as a conversation that is going on; asked again until the deadline`;
}

/** How rows are found and decided of which nobody knows whether they were sent; nothing when there are none. */
export function describeUnknown({ id, counts }: Pick<CampaignView, 'id' | 'counts'>): string[] {
  if (counts.unknown === 0) return [];
  return [
    `${whole(counts.unknown)} unknown: each may have been sent, and a person has to decide.`,
    `  to find them: ${commandLine(`campaign results ${id}`)} (the rows with the state unknown)`,
    `  to decide:    ${commandLine('resolve ID sent')} (or not-sent), the page /notifications/ID,`,
    '                or POST /v1/notifications/ID/resolve',
  ];
}

/** The lines drawn over and over while a campaign runs. */
export function liveLines(view: CampaignView, to: Terminal, now: number): string[] {
  const { rows, ended } = view.progress;
  const share = shareOf(view);
  const width = Math.max(10, Math.min(40, to.columns() - 40));
  const isPaused = view.state === 'paused';
  const tone = isPaused ? 'waiting' : 'good';
  const paced = wrapped(paceLine(view, now), to.columns() - INDENT.length - 1);
  const drawn = tinted(tone, bar(share, width, to), to);
  return [
    `${drawn} ${percent(share).padStart(5)}  ${whole(ended)} of ${whole(rows)}`,
    ...countsLines(view, to),
    ...paced.map((line) => INDENT + (isPaused ? tinted('waiting', line, to) : line)),
    ...obstacleLines(view, to),
    ...deferredLines(view, to),
    ...(isPaused
      ? [
          `${INDENT}to let it go on${view.resumesByItself ? ' before that' : ''}: ${commandLine(`campaign resume ${view.id}`)}`,
        ]
      : []),
  ];
}

/** What is in the way of the whole deployment, but for what the line above says. */
function obstacleLines({ state, obstacles = [] }: CampaignView, to: Terminal): string[] {
  const said = state === 'running' ? obstacles.find(({ stops }) => stops) : undefined;
  const width = to.columns() - INDENT.length - 1;
  return obstacles
    .filter((obstacle) => obstacle !== said)
    .flatMap((obstacle) => wrapped(describeObstacle(obstacle).join(' '), width))
    .map((line) => INDENT + line);
}

/** Why some wait while others go on; where only they are left, the line above says it. */
function deferredLines({ state, counts, progress, obstacles }: CampaignView, to: Terminal) {
  const { rows, ended, awaitingDelivery = 0 } = progress;
  if (counts.deferred === 0) return [];
  const isStopped = obstacles?.some(({ stops }) => stops) ?? false;
  const left = rows - ended - awaitingDelivery;
  if (state === 'running' && !isStopped && counts.deferred === left) return [];
  const width = to.columns() - INDENT.length - 1;
  return wrapped(describeDeferred(counts.deferred), width).map((line) => INDENT + line);
}

/** One line that stands by itself in a log. */
export function logLine(view: CampaignView, now: number): string {
  const { rows, ended } = view.progress;
  const share = percent(shareOf(view)).padStart(5);
  return `${new Date(now).toISOString()} ${share}  ${whole(ended)} of ${whole(rows)}: ${countsLine(view)}; ${paceLine(view, now)}`;
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
  const title = name === id ? id : `${id}: ${printable(name)}`;
  return [
    `${title} (${state})`,
    ...progress,
    '',
    ...facts
      .filter(([, value]) => value !== undefined)
      .map(([label, value]) => `  ${label.padEnd(10)} ${value}`),
    ...(counts.unknown > 0 ? ['', ...describeUnknown(view)] : []),
  ].join('\n');
}

function rowsFact({ rows, rejected, duplicates }: NonNullable<CampaignView['import']>): string {
  const others = [
    rejected > 0 && `${whole(rejected)} refused`,
    duplicates > 0 && `${counted(duplicates, 'duplicate')} folded`,
  ].filter((part) => part !== false);
  return [whole(rows), ...others].join(', ');
}

/** A list of campaigns, one line each; on a terminal no wider than that. */
export function describeCampaigns(views: readonly CampaignView[], to: Terminal): string {
  if (views.length === 0) return 'There is no campaign yet.';
  const rows = views.map((view) => ({
    id: view.id,
    state: view.state,
    share: view.import === undefined ? '' : percent(shareOf(view)),
    what: view.state === 'paused' ? paceLine(view, 0) : countsLine(view).replace(/ \(.*?\)/, ''),
  }));
  const width = (of: 'id' | 'state') => Math.max(...rows.map((row) => row[of].length));
  const [ids, states] = [width('id'), width('state')];
  const columns = to.live ? to.columns() - 1 : Number.POSITIVE_INFINITY;
  return rows
    .map(({ id, state, share, what }) =>
      `${id.padEnd(ids)}  ${state.padEnd(states)}  ${share.padStart(5)}  ${what}`.trimEnd(),
    )
    .map((line) => clipped(line, columns))
    .join('\n');
}
