import { DELAYS } from '../notification/delays.js';
import type { FrequencyCaps } from '../notification/frequencyCaps.js';
import type { NotificationRequest } from '../notification/request.js';
import type { EstimatedWait } from '../notification/requestCost.js';
import type { Channel } from '../notification/state.js';
import { onlyTo } from './allowedRecipients.js';
import { erased } from './erased.js';
import { frequencyCap } from './frequencyCap.js';
import { type QuietSettings, quietHours } from './quietHours.js';
import { type RelevanceSettings, relevance } from './relevance.js';
import type { PolicyFacts, Rule, Sending, Verdict } from './rule.js';
import { suppressed } from './suppressed.js';

/**
 * Judges a request for the channels it may still take, in their order. Asked before the look-ups,
 * which cost requests, and once more with the intent, for the channel at hand.
 */
export type Policy = (
  request: NotificationRequest,
  channels: readonly Channel[],
  now: number,
  facts: PolicyFacts,
) => Verdict;

export interface PolicySettings extends QuietSettings, RelevanceSettings {
  NOTIFY_ONLY_TO?: readonly string[] | undefined;
  FREQUENCY_CAP?: FrequencyCaps | undefined;
}

export const RULE_NAMES = [
  'erased',
  'allowedRecipients',
  'suppressed',
  'frequencyCap',
  'quietHours',
  'relevance',
] as const;

export type RuleName = (typeof RULE_NAMES)[number];

/**
 * All rules of a deployment by name, in the order they are asked. A new one is a file beside this, its
 * name above and its line here, and the sentence that says why (src/consent/ruleWords.ts).
 */
export function rulesFor(settings: PolicySettings): Readonly<Record<RuleName, Rule>> {
  return {
    erased,
    allowedRecipients: onlyTo(settings.NOTIFY_ONLY_TO),
    suppressed,
    frequencyCap: frequencyCap(settings.FREQUENCY_CAP ?? {}),
    quietHours: quietHours(settings),
    relevance: relevance(settings),
  };
}

export function policyFor(settings: PolicySettings): Policy {
  return policyOf(Object.values(rulesFor(settings)));
}

/** How a dry run shows that a notification would wait. */
export function deferralBy(verdict: Verdict): EstimatedWait | undefined {
  if (verdict.kind !== 'defer') return undefined;
  return { until: new Date(verdict.until).toISOString(), reason: verdict.reason };
}

const ALLOW: Verdict = { kind: 'allow' };

/**
 * The first channel that no rule skips decides: an earlier one is not given up for a later one only
 * because it has to wait.
 */
export function policyOf(rules: readonly Rule[]): Policy {
  return (request, channels, now, facts) => {
    const verdicts = channels.map((channel) => judge(rules, { request, channel, now, facts }));
    return verdicts.find(({ kind }) => kind !== 'skip') ?? verdicts[0] ?? ALLOW;
  };
}

/** All rules have to allow: one that skips is final, and of those that defer the longest counts. */
function judge(rules: readonly Rule[], sending: Sending): Verdict {
  let all = ALLOW;
  for (const rule of rules) {
    const verdict = rule(sending);
    if (verdict.kind === 'skip') return verdict;
    if (verdict.kind === 'allow') continue;
    const until = Math.max(verdict.until, sending.now + DELAYS.policyAtLeast);
    if (all.kind !== 'defer' || until > all.until) all = { ...verdict, until };
  }
  return all;
}
