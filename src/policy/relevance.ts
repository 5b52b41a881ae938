import type { NotificationRequest } from '../notification/request.js';
import type { Rule } from './rule.js';

export interface RelevanceSettings {
  /** As it is written: `skip:48h` or `defer:4h`. */
  RECENT_CONVERSATION?: string;
  BAD_ENDING?: 'skip' | 'off';
}

interface RecentConversation {
  verdict: 'skip' | 'defer';
  withinMs: number;
}

export const RECENT_CONVERSATION_EXPECTED =
  'skip or defer and a time of up to 31 days, such as skip:48h or defer:4h';

const ENTRY = /^(skip|defer):(\d{1,4})(m|h|d)$/;
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
/** No history is looked up further back than that by default. */
const LONGEST_MS = 31 * 86_400_000;

/** Reads RECENT_CONVERSATION; undefined for what is none. */
export function readRecentConversation(text: string): RecentConversation | undefined {
  const [, verdict, amount, unit = ''] = ENTRY.exec(text) ?? [];
  const withinMs = Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
  if (!(withinMs > 0 && withinMs <= LONGEST_MS)) return undefined;
  return { verdict: verdict === 'skip' ? 'skip' : 'defer', withinMs };
}

/**
 * Campaign messages to a customer who has just been in a conversation, or whose last one ended badly,
 * are out of place. What is not known of the history keeps nothing back: most customers have none.
 */
export function relevance(settings: RelevanceSettings): Rule {
  const { RECENT_CONVERSATION: text, BAD_ENDING: bad } = settings;
  const recent = text === undefined ? undefined : readRecentConversation(text);
  return ({ request, now, facts }) => {
    const last = facts.lastConversation;
    if (last === undefined || !isCampaign(request)) return { kind: 'allow' };
    if (bad === 'skip' && last.endedBadly) return { kind: 'skip', reason: 'bad_ending' };
    const until = recent === undefined ? Number.NaN : Date.parse(last.at) + recent.withinMs;
    if (recent === undefined || !(until > now)) return { kind: 'allow' };
    return recent.verdict === 'skip'
      ? { kind: 'skip', reason: 'recent_conversation' }
      : { kind: 'defer', until, reason: 'recent_conversation' };
  };
}

/** What has to be looked up of a customer's history for the rule, whatever the message uses of it. */
export function extraNeeds({ RECENT_CONVERSATION: recent, BAD_ENDING: bad }: RelevanceSettings) {
  const text = bad === 'skip';
  const history = text || recent !== undefined;
  return (request: Pick<NotificationRequest, 'priority'>) => ({
    history: history && isCampaign(request),
    text: text && isCampaign(request),
  });
}

function isCampaign({ priority }: Pick<NotificationRequest, 'priority'>): boolean {
  return priority === 'campaign';
}
