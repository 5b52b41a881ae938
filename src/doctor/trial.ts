import { setTimeout as sleep } from 'node:timers/promises';
import { isMissingPermission, permissionsOf } from '../genesys/accessDenied.js';
import type { CallFailure, CallOptions, CallResult } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { type CheckResult, skipped, warning } from './finding.js';
import { describeFailure } from './permissions.js';

/** How work is waited for that the platform does in its own time. */
export interface TrialPace {
  /** Between two looks. */
  pollMs: number;
  /** The most looks. */
  polls: number;
}

export interface TrialTools extends TrialPace {
  client: GenesysClient;
  options: CallOptions;
  /** An ended web conversation of the last week, if there is one. */
  sample: { conversationId: string; contactId: string } | undefined;
}

/** One thing that the platform's documents leave open. */
export interface Trial {
  /** The most requests that it takes. */
  requests(pace: TrialPace): number;
  run(tools: TrialTools): Promise<CheckResult>;
}

/** What a refusal says about the organisation; `what` begins the sentence. */
export function notUsable(what: string, failure: CallFailure): CheckResult {
  if (failure.kind !== 'http' || failure.status === 429 || failure.status >= 500) {
    return skipped('explore', `${what}: not found out, ${describeFailure(failure)}`);
  }
  if (isMissingPermission(failure)) {
    const named = permissionsOf(failure) ?? 'a permission it does not name';
    return warning(
      'explore',
      `${what}: the OAuth client lacks ${named}`,
      `To save the requests, add ${named} to the client's role; single requests are used until then.`,
    );
  }
  return warning(
    'explore',
    `${what}: refused (${failure.status}${failure.code === undefined ? '' : ` ${failure.code}`})`,
    'Nothing: single requests are used instead.',
  );
}

/** Looks until the work is done, or has been looked at often enough. */
export async function pollUntil<T>(
  { polls, pollMs }: TrialPace,
  look: () => Promise<CallResult<T>>,
  isDone: (data: T) => boolean,
): Promise<CallResult<T> | 'unfinished'> {
  for (let left = polls; left > 0; left--) {
    await sleep(pollMs);
    const result = await look();
    if (!result.ok || isDone(result.data)) return result;
  }
  return 'unfinished';
}

export function unfinished(what: string, { polls, pollMs }: TrialPace): CheckResult {
  const seconds = Math.round((polls * pollMs) / 1_000);
  return skipped('explore', `${what}: not done after ${seconds} s`);
}
