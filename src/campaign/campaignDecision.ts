import type { Campaign, ImportSummary } from './campaign.js';

/**
 * What a step of a campaign comes to: the answer for whoever asked, and the campaign as it shall be,
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

/** How a step ended. `because` is a sentence for whoever asked. */
type StepResult =
  | { kind: 'done'; campaign: Campaign }
  | { kind: 'refused'; state: Campaign['state']; because: string; needs?: StepNeed };

/** What a step that is refused lacks, where it is one word of the person who asks. */
export type StepNeed = 'accept-rejected';

export type StepDecision = CampaignDecision<StepResult>;

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

export function refused({ state }: Campaign, because: string, needs?: StepNeed): StepDecision {
  return { result: { kind: 'refused', state, because, needs } };
}
