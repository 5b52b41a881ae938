import type { CampaignCounts, Judged } from './campaign.js';

/** Rows that were tried, over which it is judged whether too many fail. */
const WINDOW = 100;

export interface FailureLimits {
  /** Above this share of a window, failed is too much. */
  maxFailureShare: number;
  /** So many more `unknown` are too many. */
  maxUnknown: number;
}

type Judgement =
  | { kind: 'wait_and_see' }
  /** Nothing wrong with the window that ends here. */
  | { kind: 'fine'; judged: Judged }
  | { kind: 'too_much'; reason: string; judged: Judged };

const NOTHING: Judged = { tried: 0, failed: 0, unknown: 0 };

/**
 * Whether a campaign should rather be looked at by a person. Rows that were skipped, cancelled or
 * expired say nothing about that: there was no attempt to send them. A window begins where the last one was
 * judged, so that after a resume only what happens from then on counts.
 */
export function judgeFailures(
  counts: CampaignCounts,
  since: Judged | undefined,
  limits: FailureLimits,
): Judgement {
  const judged = standing(counts);
  const { tried, failed, unknown } = since ?? NOTHING;
  const window = {
    tried: judged.tried - tried,
    failed: judged.failed - failed,
    unknown: judged.unknown - unknown,
  };
  // People have retried or decided rows meanwhile: begin anew.
  if (window.tried < 0 || window.failed < 0 || window.unknown < 0) return { kind: 'fine', judged };
  if (window.unknown >= limits.maxUnknown) {
    const reason = `${window.unknown} rows have become unknown: it is not known whether they were sent`;
    return { kind: 'too_much', reason, judged };
  }
  if (window.tried < WINDOW) return { kind: 'wait_and_see' };
  if (window.failed > window.tried * limits.maxFailureShare) {
    const reason = `${window.failed} of the last ${window.tried} rows that were tried have failed`;
    return { kind: 'too_much', reason, judged };
  }
  return { kind: 'fine', judged: { ...judged, unknown } };
}

function standing(counts: CampaignCounts): Judged {
  const failed = counts.failed + counts.undelivered;
  const arrived = counts.sent + counts.delivered + counts.read;
  return { tried: arrived + failed + counts.unknown, failed, unknown: counts.unknown };
}
