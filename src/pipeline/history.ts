import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/client.js';
import type { HistoryConversation } from './context/history.js';
import { hasSubstance } from './context/substance.js';
import type { ConversationLoader } from './conversationLoader.js';
import type { ContactIds } from './conversations.js';
import { PastConversations } from './pastConversations.js';
import { found, type Read } from './read.js';
import { readTranscript, type TranscriptSource } from './transcript.js';

export interface HistorySearch {
  contactIds: ContactIds;
  lookbackDays: number;
  maxConversations: number;
  /** Whether anybody will look at what was said; without that, its transcript is not read. */
  wantsText: boolean;
  transcriptSource: TranscriptSource;
  now: number;
}

export interface HistoryParts {
  client: GenesysClient;
  conversations: ConversationLoader;
}

/**
 * The customer's past conversations, newest first. Transcripts are read one after the other and no
 * further once one has substance: what they wrote before that is not what they remember. Where
 * nobody looks at what was said, the conversations of the first answer are enough.
 */
export async function readHistory(
  { client, conversations }: HistoryParts,
  search: HistorySearch,
  options: CallOptions,
): Promise<Read<HistoryConversation[]>> {
  const past = new PastConversations(conversations, search, options);
  const transcripts = { client, source: search.transcriptSource };
  const read: HistoryConversation[] = [];
  while (read.length < search.maxConversations) {
    const next = await past.next();
    if (!next.ok) return next;
    if (next.value === undefined) break;
    if (!search.wantsText) {
      const atHand = [next.value, ...past.atHand].slice(0, search.maxConversations);
      return found(atHand.map((conversation) => ({ ...conversation, messages: [] })));
    }
    const transcript = await readTranscript(transcripts, next.value, search.contactIds, options);
    if (!transcript.ok) return transcript;
    read.push(transcript.value);
    if (hasSubstance(transcript.value)) break;
  }
  return found(read);
}
