import { spanText } from '../notification/frequencyCaps.js';
import type { PolicySettings, RuleName } from '../policy/policy.js';
import type { Sending, Verdict } from '../policy/rule.js';
import { type Suppression, stops } from '../suppression/suppression.js';

interface Asked {
  verdict: Verdict;
  sending: Sending;
  settings: PolicySettings;
}

/** Why a rule said what it said, in a sentence. None holds an address or a name. */
export function whyOf(rule: RuleName, asked: Asked): string {
  return WHY[rule](asked);
}

const WHY: Readonly<Record<RuleName, (asked: Asked) => string>> = {
  erased: () =>
    'Only a row whose person was erased is skipped by it; there is no address left then.',
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
};

function describeEntry({ channels, source, author, at, until }: Suppression): string {
  const whom = channels === 'all' ? 'all channels' : channels.join(', ');
  const end = until === undefined ? '' : ` until ${iso(until)}`;
  return `An entry of the suppression list stops ${whom}${end}: source ${source}, by ${author}, since ${iso(at)}.`;
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
