import type { CountedReason } from './countedReason.js';
import type { Channel } from './state.js';

/** The steps of a notification that ask the platform something. */
const COST_STEPS = ['identity', 'history', 'transcript', 'send', 'deliveryCheck'] as const;

type CostStep = (typeof COST_STEPS)[number];

/** The requests that notifications cost, step by step; parts of one where many share it. */
export type RequestCost = Record<CostStep, number>;

/** A cost of so many requests for each step. */
export function costBy(requests: (step: CostStep) => number): RequestCost {
  return {
    identity: requests('identity'),
    history: requests('history'),
    transcript: requests('transcript'),
    send: requests('send'),
    deliveryCheck: requests('deliveryCheck'),
  };
}

export const NO_COST: Readonly<RequestCost> = costBy(() => 0);

export function totalOf(cost: RequestCost): number {
  return COST_STEPS.reduce((sum, step) => sum + cost[step], 0);
}

/** How a dry run shows that a notification would wait. */
export interface EstimatedWait {
  /** ISO 8601. */
  until: string;
  reason: CountedReason;
}

/**
 * What can be said of a request without asking the platform. What is tried may still be skipped, or
 * go over another channel: that is only known after the lookups.
 */
export type Estimate =
  | { would: 'skip'; reason: string; cost: RequestCost }
  | { would: 'fail'; reason: 'no_channel'; cost: RequestCost }
  /** `channel` is the first that may reach the customer; `deferred`: the policy would have it wait first. */
  | { would: 'try'; channel: Channel; cost: RequestCost; deferred?: EstimatedWait };
