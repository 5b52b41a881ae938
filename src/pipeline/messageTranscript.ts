import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/client.js';
import type { Message, MessageConversation } from '../genesys/messages.js';
import type { HistoryConversation, HistoryMessage } from './context/history.js';
import { type ContactIds, goesBy, type PastConversation } from './conversations.js';
import { found, fromCall, isGone, type Read } from './read.js';
import { HISTORY_MISMATCH } from './readFailure.js';

/** Enough to find the last thing of substance in any conversation a person had patience for. */
const LATEST_MESSAGES = 100;

/**
 * What the customer wrote in a conversation: two requests, one for the ids, one for the texts.
 * Analytics holds no text. A conversation the platform no longer serves reads as empty.
 */
export async function readMessageTranscript(
  client: GenesysClient,
  conversation: PastConversation,
  contactIds: ContactIds,
  options: CallOptions,
): Promise<Read<HistoryConversation>> {
  const { conversationId } = conversation;
  const outline = fromCall(await client.getMessageConversation(conversationId, options));
  if (!outline.ok) return isGone(outline) ? found({ ...conversation, messages: [] }) : outline;
  if (isOfAnother(outline.value, contactIds)) return { ok: false, trouble: HISTORY_MISMATCH };
  const ids = customerMessageIds(outline.value);
  if (ids.length === 0) return found({ ...conversation, messages: [] });
  const texts = fromCall(await client.getMessages(conversationId, ids, options));
  if (!texts.ok) return isGone(texts) ? found({ ...conversation, messages: [] }) : texts;
  return found({ ...conversation, messages: texts.value.flatMap(inboundText) });
}

/** Whether the conversation says that another customer than this one took part in it. */
function isOfAnother({ participants }: MessageConversation, contactIds: ContactIds): boolean {
  return participants.some(
    ({ purpose, externalContact }) =>
      (purpose === 'customer' || purpose === 'external') &&
      externalContact?.id !== undefined &&
      !goesBy(contactIds, externalContact.id),
  );
}

/** Ids of the customer's latest messages; the outline does not promise any order. */
function customerMessageIds(outline: MessageConversation): string[] {
  const ofCustomer = outline.participants
    .filter(({ purpose }) => purpose === 'customer' || purpose === 'external')
    .flatMap(({ messages }) => messages);
  return ofCustomer
    .sort((a, b) => (a.messageTime ?? '').localeCompare(b.messageTime ?? ''))
    .flatMap(({ messageId }) => (messageId === undefined ? [] : [messageId]))
    .slice(-LATEST_MESSAGES);
}

/** Typed texts, and answers given by a button; events and receipts say nothing. */
function inboundText(message: Message): HistoryMessage[] {
  const normalized = message.normalizedMessage;
  if (normalized === undefined || normalized.type === 'Event' || normalized.type === 'Receipt') {
    return [];
  }
  const direction = (message.direction ?? normalized.direction ?? '').toLowerCase();
  if (direction === 'outbound') return [];
  const at = message.timestamp ?? normalized.channel?.time;
  if (at === undefined) return [];
  const answers = (normalized.content ?? []).flatMap(({ buttonResponse, quickReply }) =>
    [buttonResponse?.text, quickReply?.text].filter((text) => text !== undefined),
  );
  // A quick reply comes as both kinds of content; it was given once.
  const pressed = new Set(answers);
  if (pressed.size > 0) {
    return [...pressed].map((text) => ({ at, direction: 'inbound', text, fromButton: true }));
  }
  if (normalized.text === undefined || normalized.text.trim() === '') return [];
  return [{ at, direction: 'inbound', text: normalized.text }];
}
