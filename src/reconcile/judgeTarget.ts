import { found, isGone, type Read } from '../history/lookupError.js';
import type { LegFinding } from '../notification/reconciling.js';
import type { SentContent } from '../notification/sentContent.js';
import type { KnownMessages } from './knownMessages.js';
import type { LookList } from './lookList.js';
import type { LookTarget } from './lookTarget.js';
import { searchedFrom } from './sentConversations.js';
import type { SentMessage, SentMessages } from './sentMessages.js';
import { type Candidates, windowOf } from './sentQuery.js';

export interface JudgeParts {
  content: SentContent;
  known: KnownMessages;
  list: LookList;
  sent: SentMessages;
}

const AMBIGUOUS: LegFinding = { kind: 'ambiguous' };

/**
 * What the platform's answers say of one leg.
 *
 * - found: of the messages to this address in this time that are of no other notification, exactly one says what was
 *   sent. It is taken at once, so that no other notification takes it as well.
 * - not there: there is no message at all that could be it. One that says something else may be ours, changed on its
 *   way, or made under a key that the secret has lost: that leaves doubt, and doubt is never "not there".
 */
export async function judgeTarget(
  { content, known, list, sent }: JudgeParts,
  target: LookTarget,
  candidates: Candidates,
  now: number,
): Promise<Read<LegFinding>> {
  const { leg, id, addresses } = target;
  const window = windowOf(target);
  const messages: SentMessage[] = [];
  // Statistics lag behind: one that is known without them is read as well.
  const holders = new Set([leg.conversationId ?? [], candidates.of(target)].flat());
  for (const conversationId of holders) {
    const read = await sent.within(leg.channel, conversationId, addresses, window);
    // The platform lists the conversation, and does not show it (any more).
    if (!read.ok && isGone(read)) return found(AMBIGUOUS);
    if (!read.ok) return read;
    messages.push(...read.value);
  }
  const canTell = known.reachBackTo(window.from, now);
  const open = canTell
    ? await known.without(messages, leg.channel, { since: window.from, now })
    : messages;
  if (open.length === 0) {
    const isAskedInFull = target.isSure && window.from > searchedFrom(now);
    return found(isAskedInFull ? { kind: 'not_there' } : AMBIGUOUS);
  }
  const { contentHash } = leg;
  if (contentHash === undefined || !canTell) return found(AMBIGUOUS);
  const contents = await sent.contents(leg.channel, open);
  if (!contents.ok) return isGone(contents) ? found(AMBIGUOUS) : contents;
  const fitting = open.filter((_, at) => {
    const shown = contents.value[at];
    return shown !== undefined && content.isSent(contentHash, leg.channel, shown);
  });
  const [only, ...others] = fitting;
  if (only === undefined || others.length > 0) return found(AMBIGUOUS);
  const { messageId, conversationId } = only;
  if ((await list.claim(messageId, id)) !== id) return found(AMBIGUOUS);
  return found({ kind: 'found', messageId, conversationId });
}
