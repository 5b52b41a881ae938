import { spanText } from '../notification/frequencyCaps.js';
import { type PolicySettings, RULE_NAMES, type RuleName } from '../policy/policy.js';
import type { Sending, Verdict } from '../policy/rule.js';
import { type Suppression, stops } from '../suppression/suppression.js';

interface Asked {
  verdict: Verdict;
  sending: Sending;
  settings: PolicySettings;
}

/** A row that was erased has no address; a question always has one, so that rule says nothing of it. */
export type AskedRule = Exclude<RuleName, 'erased'>;

export const ASKED_RULES: readonly AskedRule[] = RULE_NAMES.filter((rule) => rule !== 'erased');

/** Why a rule said what it said, in a sentence. None holds an address or a name. */
export function whyOf(rule: AskedRule, asked: Asked): string {
  return WHY[rule](asked);
}

const WHY: Readonly<Record<AskedRule, (asked: Asked) => string>> = {
  allowedRecipients: ({ verdict, settings }) => {
    if (settings.NOTIFY_ONLY_TO === undefined) return 'NOTIFY_ONLY_TO is not set.';
    return verdict.kind === 'allow'
      ? 'Every address is on the list of NOTIFY_ONLY_TO.'
      : 'An address is not on the list of NOTIFY_ONLY_TO.';
  },
  suppressed: ({ sending: { facts, channel, now } }) => {
    const entries = facts.suppressions.filter((entry) => stops(entry, channel, now));
    if (entries.length > 0) return entries.map(describeEntry).join(' ');
    return facts.suppressions.length === 0
      ? 'No address is on the suppression list.'
      : 'No entry of the suppression list stops this channel.';
  },
  frequencyCap: ({ sending: { request, facts }, settings }) => {
    const priority = request.priority ?? 'transactional';
    const cap = settings.FREQUENCY_CAP?.[priority];
    if (cap === undefined) return `FREQUENCY_CAP sets none for ${priority} notifications.`;
    const { places } = cap;
    return `${facts.placesTaken} of ${places} ${places === 1 ? 'place' : 'places'} in ${spanText(cap)} ${facts.placesTaken === 1 ? 'is' : 'are'} taken.`;
  },
  quietHours: ({ verdict, sending, settings }) => {
    const { QUIET_HOURS: hours, QUIET_HOLIDAYS: holidays, QUIET_HOURS_FOR: whom } = settings;
    if (hours === undefined && holidays === undefined) return 'QUIET_HOURS is not set.';
    if (verdict.kind === 'defer') return `It is quiet where they live until ${iso(verdict.until)}.`;
    return sending.request.priority === 'campaign' || whom === 'all'
      ? 'It is not quiet where they live, or the message would be too late after it.'
      : 'Transactional notifications do not wait for quiet hours.';
  },
  relevance: ({ verdict, settings }) => {
    const { RECENT_CONVERSATION: recent, BAD_ENDING: bad } = settings;
    if (recent === undefined && bad !== 'skip') return 'RECENT_CONVERSATION is not set.';
    return verdict.kind === 'allow'
      ? 'Their conversations are looked up when its turn comes, and not here.'
      : 'Their last conversation keeps it back.';
  },
};

function describeEntry({ channels, source, author, at, until }: Suppression): string {
  const whom = channels === 'all' ? 'all channels' : channels.join(', ');
  const end = until === undefined ? '' : ` until ${iso(until)}`;
  return `An entry of the suppression list stops ${whom}${end}: source ${source}, by ${author}, since ${iso(at)}.`;
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
