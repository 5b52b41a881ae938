import { isFinalState } from '../notification/state.js';
import { type ObstacleView, obstacleView } from '../queue/fleetStatusView.js';
import type { Obstacle } from '../queue/flowStatus.js';
import type {
  Campaign,
  CampaignCounts,
  CampaignState,
  ImportSummary,
  RowDefaults,
} from './campaign.js';

/** What can be done to a campaign, as the steps are called on the command line and in URLs. */
export const CAMPAIGN_STEPS = [
  'import',
  'dry-run',
  'start',
  'pause',
  'resume',
  'cancel',
  'retry',
] as const;

export type CampaignStep = (typeof CAMPAIGN_STEPS)[number];

const POSSIBLE: Readonly<Record<CampaignState, readonly CampaignStep[]>> = {
  importing: ['import', 'cancel'],
  ready: ['start', 'dry-run', 'import', 'cancel'],
  running: ['pause', 'cancel', 'retry'],
  paused: ['resume', 'cancel', 'retry'],
  completed: ['retry'],
  cancelled: [],
};

/** What can be done next with a campaign in this state, the likeliest first. */
export function possibleSteps(state: CampaignState): readonly CampaignStep[] {
  return POSSIBLE[state];
}

interface CampaignProgress {
  rows: number;
  /** Rows that came to an end, whichever; `unknown` ones too: only a person can move them. */
  ended: number;
  /** Of the last minute, while it runs. */
  perMinute?: number;
  /** When the last row will have ended, at this pace. ISO time. */
  estimatedEndAt?: string;
}

/** A campaign as people see it. Times are ISO 8601. */
export interface CampaignView extends RowDefaults {
  id: string;
  name: string;
  state: CampaignState;
  reason?: string;
  by?: string;
  template: string;
  createdAt: string;
  updatedAt: string;
  startAt?: string;
  startedAt?: string;
  endAt?: string;
  endedAt?: string;
  import?: Omit<ImportSummary, 'chunks' | 'finishedAt'> & { finishedAt: string };
  /** Of every state how many rows stand there; the sum is `import.rows`. */
  counts: CampaignCounts;
  progress: CampaignProgress;
  /**
   * While it runs or is paused: what is in the way of the whole deployment, the gravest first; absent
   * when nothing is.
   */
  obstacles?: ObstacleView[];
  possible: CampaignStep[];
}

/** What a view shows beside the campaign and its counts, as it was looked up at `now` (epoch ms). */
export interface CampaignSurroundings {
  now: number;
  /** The pace of the last minute, where it is known. */
  perMinute?: number | undefined;
  /** What is in the way of the whole deployment. */
  obstacles?: readonly Obstacle[];
}

/** Whether a campaign has begun and not ended. */
export function isUnderWay(state: CampaignState): boolean {
  return state === 'running' || state === 'paused';
}

export function campaignView(
  campaign: Campaign,
  counts: CampaignCounts,
  { now, perMinute, obstacles = [] }: CampaignSurroundings,
): CampaignView {
  const { id, name, state, reason, by, template, defaults } = campaign;
  const { createdAt, updatedAt, startAt, startedAt, endAt, endedAt } = campaign;
  // A pace of the minute before would forecast an end that nothing works towards.
  const isStopped = obstacles.some(({ stops }) => stops);
  return {
    id,
    name,
    state,
    ...(reason !== undefined && { reason }),
    ...(by !== undefined && { by }),
    template,
    ...defaults,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    ...(startAt !== undefined && { startAt: iso(startAt) }),
    ...(startedAt !== undefined && { startedAt: iso(startedAt) }),
    ...(endAt !== undefined && { endAt: iso(endAt) }),
    ...(endedAt !== undefined && { endedAt: iso(endedAt) }),
    ...(campaign.import !== undefined && { import: importView(campaign.import) }),
    counts,
    progress: progressOf(campaign, counts, now, isStopped ? undefined : perMinute),
    ...(isUnderWay(state) && obstacles.length > 0 && { obstacles: obstacles.map(obstacleView) }),
    possible: [...possibleSteps(state)],
  };
}

function importView({ chunks: _ours, finishedAt, ...summary }: ImportSummary) {
  return { ...summary, finishedAt: iso(finishedAt) };
}

/** How many rows are in one of these states. */
export function rowsIn(
  counts: CampaignCounts,
  ...states: readonly (keyof CampaignCounts)[]
): number {
  return states.reduce((sum, state) => sum + counts[state], 0);
}

function progressOf(
  campaign: Campaign,
  counts: CampaignCounts,
  now: number,
  perMinute: number | undefined,
): CampaignProgress {
  const rows = rowsIn(counts, ...statesIn(counts));
  const ended = endedRows(counts);
  if (campaign.state !== 'running' || perMinute === undefined) return { rows, ended };
  const left = rows - ended;
  const progress = { rows, ended, perMinute: Math.round(perMinute) };
  if (left === 0 || perMinute <= 0) return progress;
  return { ...progress, estimatedEndAt: iso(now + (left / perMinute) * 60_000) };
}

function statesIn(counts: CampaignCounts): (keyof CampaignCounts)[] {
  return Object.keys(counts) as (keyof CampaignCounts)[];
}

/** How many rows have ended, one way or the other. */
export function endedRows(counts: CampaignCounts): number {
  return rowsIn(counts, ...statesIn(counts).filter(hasEnded));
}

/** `sent` may yet be looked at for its delivery, but what could be done for the row is done. */
function hasEnded(state: keyof CampaignCounts): boolean {
  if (state === 'waiting' || state === 'deferred') return false;
  return state === 'sent' || state === 'unknown' || isFinalState(state);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
