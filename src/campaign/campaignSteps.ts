import {
  CAMPAIGN_STEPS,
  type Campaign,
  type CampaignState,
  type CampaignStep,
  type ImportSummary,
  type RowReason,
} from './campaign.js';
import type { FileProblem } from './import/unusableFile.js';

/**
 * What a step of a campaign comes to: the answer for the caller, and the campaign as it shall be,
 * or no `next` when it stays as it is. What has to change together with the record stands beside it;
 * halt, agenda and retention follow from the record itself.
 */
export interface CampaignDecision<R> {
  result: R;
  next?: Campaign;
  /** Rows that were never released end so, all at once. */
  waitingBecome?: 'cancelled' | 'expired';
  /** What this upload has brought takes the place of earlier rows, if all of it is there. */
  uploaded?: UploadedRows;
  /** Written only if no row waits and none is live. */
  onlyIfNothingIsLeft?: true;
  /** The answer if one of the two conditions does not hold; then nothing is written. */
  otherwise?: R;
}

/** `fields` is how many fields the hash of its rows has: its chunks, unless more lies beside them. */
export interface UploadedRows {
  upload: string;
  summary: ImportSummary;
  fields?: number;
}

/** How a step ended; `C` is the campaign as the caller sees it. */
export type StepOutcome<C> = { kind: 'done'; campaign: C } | StepRefused;

export interface StepRefused {
  kind: 'refused';
  state: CampaignState;
  /** A sentence for the person who asked. */
  because: string;
  possible: readonly CampaignStep[];
  /** What the step lacks, where it is one word of the person who asks. */
  needs?: StepNeed;
}

export type StepNeed = 'accept-rejected' | 'no-unsubscribe';

/** What an import has come to. Unless `imported`, the campaign has the rows it had before. */
export type ImportOutcome<Imported> = ({ kind: 'imported' } & Imported) | ImportFailure;

export type ImportFailure =
  /** The file cannot be used as it is. */
  | { kind: 'unusable'; problems: FileProblem[]; rejectedBy: RowReason[] }
  /** The campaign takes no rows where it stands, or Redis has no room for them. */
  | RowsRefused
  /** A later upload has taken its place, or the campaign was cancelled meanwhile. */
  | { kind: 'superseded' }
  /** The rows stopped coming, the caller gave up, or what had come has expired. */
  | { kind: 'broken_off' };

/** With `retryAfterMs`, nothing is wrong but that Redis has no room for the rows now. */
export type RowsRefused = StepRefused & { retryAfterMs?: number };

export type StepDecision = CampaignDecision<StepOutcome<Campaign>>;

export function done(
  next: Campaign,
  beside: Omit<StepDecision, 'result' | 'next'> = {},
): StepDecision {
  return { result: { kind: 'done', campaign: next }, next, ...beside };
}

/** The step was done before: repeating it changes nothing. */
export function already(campaign: Campaign): StepDecision {
  return { result: { kind: 'done', campaign } };
}

/** Where a campaign stands, as finely as its steps differ. */
type Stage =
  | 'empty'
  | 'uploading'
  | 'ready'
  | 'scheduled'
  | 'running'
  | 'paused'
  | 'pausedForAccess'
  | 'completed'
  | 'cancelled';

function stageOf({ state, upload, startAt, pausedForAccess }: Campaign): Stage {
  switch (state) {
    case 'importing':
      return upload === undefined ? 'empty' : 'uploading';
    case 'ready':
      return startAt === undefined ? 'ready' : 'scheduled';
    case 'paused':
      return pausedForAccess === undefined ? 'paused' : 'pausedForAccess';
    default:
      return state;
  }
}

/** The step is taken; it is allowed but brings nothing new; or it is refused, with a sentence. */
type Cell = 'take' | 'same' | { because: string };

function no(because: string): Cell {
  return { because };
}

export const NO_ROWS = 'it has no rows yet; upload them first';
const UPLOADING = no('its rows are still being uploaded; if that broke off, upload them again');
const STARTED = no('it has been started, and its rows stay as they are');
const NOT_STARTED = no('it has not been started');
const NOT_RUNNING = no('it is not running');
const PAUSED = no('it is paused; resume it');
const COMPLETED = no('it is completed');
const CANCELLED = no('it is cancelled');

const STEPS: Readonly<Record<CampaignStep | 'complete', Readonly<Record<Stage, Cell>>>> = {
  import: {
    empty: 'take',
    uploading: 'take',
    ready: 'take',
    scheduled: 'take',
    running: STARTED,
    paused: STARTED,
    pausedForAccess: STARTED,
    completed: no('it is completed; upload the rows to a new campaign'),
    cancelled: no('it is cancelled; upload the rows to a new campaign'),
  },
  /** Of all rows, as if none had been sent: that is of use before the start only. */
  'dry-run': {
    empty: no(NO_ROWS),
    uploading: 'same',
    ready: 'take',
    scheduled: 'take',
    running: 'same',
    paused: 'same',
    pausedForAccess: 'same',
    completed: 'same',
    cancelled: 'same',
  },
  start: {
    empty: no(NO_ROWS),
    uploading: UPLOADING,
    ready: 'take',
    scheduled: 'take',
    running: 'same',
    paused: PAUSED,
    pausedForAccess: PAUSED,
    completed: COMPLETED,
    cancelled: CANCELLED,
  },
  pause: {
    empty: NOT_STARTED,
    uploading: NOT_STARTED,
    ready: NOT_STARTED,
    scheduled: 'take',
    running: 'take',
    paused: 'same',
    pausedForAccess: 'take',
    completed: COMPLETED,
    cancelled: CANCELLED,
  },
  resume: {
    empty: NOT_STARTED,
    uploading: NOT_STARTED,
    ready: NOT_STARTED,
    scheduled: NOT_STARTED,
    running: 'same',
    paused: 'take',
    pausedForAccess: 'take',
    completed: COMPLETED,
    cancelled: CANCELLED,
  },
  cancel: {
    empty: 'take',
    uploading: 'take',
    ready: 'take',
    scheduled: 'take',
    running: 'take',
    paused: 'take',
    pausedForAccess: 'take',
    completed: no('it is completed: there is nothing left to cancel'),
    cancelled: 'same',
  },
  retry: {
    empty: NOT_STARTED,
    uploading: NOT_STARTED,
    ready: NOT_STARTED,
    scheduled: NOT_STARTED,
    running: 'take',
    paused: 'take',
    pausedForAccess: 'take',
    completed: 'take',
    cancelled: no('it is cancelled; upload the rows to a new campaign'),
  },
  complete: {
    empty: NOT_RUNNING,
    uploading: NOT_RUNNING,
    ready: NOT_RUNNING,
    scheduled: NOT_RUNNING,
    running: 'take',
    paused: 'take',
    pausedForAccess: 'take',
    completed: 'same',
    cancelled: NOT_RUNNING,
  },
};

/** What can be done next with a campaign, the likeliest first. */
export function possibleSteps(campaign: Campaign): CampaignStep[] {
  const stage = stageOf(campaign);
  return CAMPAIGN_STEPS.filter((name) => STEPS[name][stage] === 'take');
}

/** Why the table refuses a step, or undefined where it does not. */
export function whyRefused(campaign: Campaign, name: CampaignStep): string | undefined {
  const cell = STEPS[name][stageOf(campaign)];
  return typeof cell === 'string' ? undefined : cell.because;
}

export function refusal(campaign: Campaign, because: string, needs?: StepNeed): StepRefused {
  const { state } = campaign;
  return { kind: 'refused', state, because, possible: possibleSteps(campaign), needs };
}

export function refused(campaign: Campaign, because: string, needs?: StepNeed): StepDecision {
  return { result: refusal(campaign, because, needs) };
}

/** Takes a step where the table says so. */
export function taken(
  campaign: Campaign,
  name: CampaignStep | 'complete',
  take: () => StepDecision,
): StepDecision {
  const cell = STEPS[name][stageOf(campaign)];
  if (cell === 'take') return take();
  return cell === 'same' ? already(campaign) : refused(campaign, cell.because);
}
