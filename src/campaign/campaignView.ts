import { type ObstacleView, obstacleView } from '../queue/fleetStatusView.js';
import type { Obstacle } from '../queue/flowStatus.js';
import type {
  Campaign,
  CampaignCounts,
  CampaignState,
  ImportSummary,
  RowDefaults,
} from './campaign.js';
import {
  type CampaignProgress,
  type ProgressSurroundings,
  progressOf,
  type Tally,
} from './campaignProgress.js';

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
  /** The product itself has paused it, and lets it go on once its access is repaired. */
  resumesByItself?: true;
  /**
   * While it runs or is paused: what is in the way of the whole deployment, the gravest first; absent
   * when nothing is.
   */
  obstacles?: ObstacleView[];
  possible: CampaignStep[];
}

/** What a view shows beside the campaign and its counts, as it was looked up at `now` (epoch ms). */
export interface CampaignSurroundings extends ProgressSurroundings {
  /** What is in the way of the whole deployment. */
  obstacles: readonly Obstacle[];
}

/** Whether a campaign has begun and not ended. */
export function isUnderWay(state: CampaignState): boolean {
  return state === 'running' || state === 'paused';
}

export function campaignView(
  campaign: Campaign,
  tally: Tally,
  { now, perMinute, deliveryCheckAfterMs, obstacles }: CampaignSurroundings,
): CampaignView {
  const { id, name, state, reason, by, template, defaults, pausedForAccess } = campaign;
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
    counts: tally.counts,
    progress: progressOf(campaign, tally, {
      now,
      perMinute: isStopped ? undefined : perMinute,
      deliveryCheckAfterMs,
    }),
    ...(pausedForAccess !== undefined && { resumesByItself: true as const }),
    ...(isUnderWay(state) && obstacles.length > 0 && { obstacles: obstacles.map(obstacleView) }),
    possible: [...possibleSteps(state)],
  };
}

function importView({ chunks: _ours, finishedAt, ...summary }: ImportSummary) {
  return { ...summary, finishedAt: iso(finishedAt) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
