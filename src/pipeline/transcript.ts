import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/client.js';
import type { HistoryConversation } from './context/history.js';
import type { ContactIds, PastConversation } from './conversations.js';
import { readMessageTranscript } from './messageTranscript.js';
import { found, type Read } from './read.js';
import { readRecordedTranscript } from './recordedTranscript.js';

/** Where transcripts come from first; what a recording does not give is read from the messages. */
export type TranscriptSource = 'messages' | 'recordings';

/**
 * What the customer wrote in a conversation. From its recording where there is a good one, which
 * takes one request; else from its messages, two. A conversation that is still open has no finished
 * recording, so that asking for it would be a request for nothing.
 */
export async function readTranscript(
  { client, source }: { client: GenesysClient; source: TranscriptSource },
  conversation: PastConversation,
  contactIds: ContactIds,
  options: CallOptions,
): Promise<Read<HistoryConversation>> {
  if (source === 'recordings' && conversation.endedAt !== undefined) {
    const recorded = await readRecordedTranscript(client, conversation.conversationId, options);
    if (!recorded.ok) return recorded;
    if (recorded.value !== undefined) return found({ ...conversation, messages: recorded.value });
  }
  return readMessageTranscript(client, conversation, contactIds, options);
}
