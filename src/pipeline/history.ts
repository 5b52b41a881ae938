import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/client.js';
import type { HistoryConversation } from './context/history.js';
import { hasSubstance } from './context/substance.js';
import { findConversations } from './conversations.js';
import { found, type Read } from './read.js';
import { readTranscript, type TranscriptSource } from './transcript.js';

export interface HistorySearch {
  externalContactId: string;
  lookbackDays: number;
  maxConversations: number;
  /** Whether anybody will look at what was said; without that, its transcript is not read. */
  wantsText: boolean;
  transcriptSource: TranscriptSource;
  now: number;
}

/**
 * The customer's past conversations, newest first. Transcripts are read one after the other and no
 * further once one has substance: what they wrote before that is not what they remember.
 */
export async function readHistory(
  client: GenesysClient,
  search: HistorySearch,
  options: CallOptions,
): Promise<Read<HistoryConversation[]>> {
  const past = await findConversations(client, search, options);
  if (!past.ok) return past;
  if (!search.wantsText) {
    return found(past.value.map((conversation) => ({ ...conversation, messages: [] })));
  }
  const transcripts = { client, source: search.transcriptSource };
  const read: HistoryConversation[] = [];
  for (const conversation of past.value) {
    const transcript = await readTranscript(transcripts, conversation, options);
    if (!transcript.ok) return transcript;
    read.push(transcript.value);
    if (hasSubstance(transcript.value)) break;
  }
  return found(read);
}
