/** How many requests to the platform there are to be had. */
export interface Allowance {
  requestsPerMinute: number;
  /** What is left of that after 429s, up to 1. */
  pace: number;
  /** What notifications of no campaign use of it, as measured of late; their requests go first. */
  besidesPerMinute: number;
}

/** Below this share of the budget, what is left for campaigns is as good as nothing. */
const LEAST_SHARE = 0.05;
const MINUTE_MS = 60_000;

/** Whether notifications of no campaign leave next to nothing of the budget. */
export function isUsedUp({ requestsPerMinute, pace, besidesPerMinute }: Allowance): boolean {
  return requestsPerMinute * pace - besidesPerMinute < LEAST_SHARE * requestsPerMinute * pace;
}

/** Requests a minute that all campaigns have together; more than none, even if others take all. */
export function forCampaigns({ requestsPerMinute, pace, besidesPerMinute }: Allowance): number {
  const full = requestsPerMinute * pace;
  return Math.max(LEAST_SHARE * full, full - besidesPerMinute);
}

/**
 * How long a campaign takes for its requests (ms). Running campaigns share the budget evenly, so until
 * this one has ended, another has taken as many requests as this one, or all it needs.
 */
export function sharedDuration(
  requests: number,
  { others, perMinute }: { others: readonly number[]; perMinute: number },
): number {
  const all = others.reduce((sum, some) => sum + Math.min(requests, some), requests);
  return Math.round((all / perMinute) * MINUTE_MS);
}
