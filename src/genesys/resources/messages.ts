import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { absentOrSameId, comparedId, optionalId, platformId, sameId } from '../platformId.js';

/**
 * A part of an answer that is good to have. One the platform leaves out, or one day fills with
 * something else, must not cost the rest of the answer.
 */
export const optionalText = z.string().optional().catch(undefined);

/** Genesys: messages bulk takes at most 1,000 ids. */
const MOST_MESSAGES = 1_000;

/** Without it the platform fills deprecated fields the SDK's types no longer have. */
const NORMALIZED = { useNormalizedMessage: 'true' };

const MessageReference = z.object({
  messageId: optionalId,
  messageTime: optionalText,
  messageStatus: optionalText,
});

const Participant = z.object({
  id: optionalId,
  name: optionalText,
  /** customer, external, agent, acd, workflow, api, … */
  purpose: optionalText,
  /** connected, disconnected, … */
  state: optionalText,
  startTime: optionalText,
  endTime: optionalText,
  externalContact: z.object({ id: comparedId }).optional().catch(undefined),
  attributes: z.record(z.string(), z.string()).optional().catch(undefined),
  messages: z.array(MessageReference).catch([]),
});

/** Genesys: MessageConversation, as far as it is read here. Ids, times and statuses, no text. */
const MessageConversation = z.object({
  id: platformId,
  participants: z.array(Participant).catch([]),
});

/** An answer given by pressing a button. */
const Answer = z.object({ text: optionalText, payload: optionalText }).optional().catch(undefined);

const Content = z.object({ contentType: optionalText, buttonResponse: Answer, quickReply: Answer });

const Author = z.object({
  nickname: optionalText,
  firstName: optionalText,
  lastName: optionalText,
});

const NormalizedMessage = z.object({
  /** Text, Structured, Receipt, Event, Message or Unknown. */
  type: optionalText,
  text: optionalText,
  content: z.array(Content).optional().catch(undefined),
  /** Human or Bot. */
  originatingEntity: optionalText,
  /** Inbound or Outbound. */
  direction: optionalText,
  channel: z
    .object({ from: Author.optional().catch(undefined), time: optionalText })
    .optional()
    .catch(undefined),
});

/**
 * Genesys: a receipt's reasons have a code (InvalidDestination, RecipientOptedOut, GeneralError, …) and a
 * message, which may repeat the address: only the code is read.
 */
const Receipt = z.object({ reasons: z.array(z.object({ code: optionalText })).catch([]) });

/** Genesys: MessageData with `useNormalizedMessage=true`: the text is in `normalizedMessage`. */
const Message = z.object({
  id: platformId,
  timestamp: optionalText,
  /** inbound or outbound */
  direction: optionalText,
  /** queued, sent, failed, received, delivery-success, delivery-failed, read, removed, published */
  status: optionalText,
  messengerType: optionalText,
  conversationId: comparedId,
  normalizedMessage: NormalizedMessage.optional().catch(undefined),
  normalizedReceipts: z.array(Receipt).optional().catch(undefined),
});

const MessageListing = z.object({ entities: z.array(Message).default([]) });

export type MessageConversation = z.infer<typeof MessageConversation>;
export type Message = z.infer<typeof Message>;

export class Messages {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  conversation(
    conversationId: string,
    options: CallOptions,
  ): Promise<CallResult<MessageConversation>> {
    return this.#caller.read('message-conversation', options, {
      answer: MessageConversation,
      isAbout: ({ id }) => sameId(id, conversationId),
      run: ({ sdk }) => sdk.conversations.getConversationsMessage(conversationId),
    });
  }

  async bulk(
    conversationId: string,
    messageIds: readonly string[],
    options: CallOptions,
  ): Promise<CallResult<Message[]>> {
    if (messageIds.length > MOST_MESSAGES) {
      throw new RangeError(`at most ${MOST_MESSAGES} messages a request, not ${messageIds.length}`);
    }
    const asked = new Set(messageIds.map((id) => id.toLowerCase()));
    const result = await this.#caller.read('messages', options, {
      answer: MessageListing,
      isAbout: ({ entities }) =>
        entities.every(
          (message) =>
            asked.has(message.id.toLowerCase()) &&
            absentOrSameId(message.conversationId, conversationId),
        ),
      query: NORMALIZED,
      run: ({ sdk }) =>
        sdk.conversations.postConversationsMessageMessagesBulk(conversationId, {
          body: [...messageIds],
        }),
    });
    return result.ok ? { ...result, data: result.data.entities } : result;
  }

  details(messageId: string, options: CallOptions): Promise<CallResult<Message>> {
    return this.#caller.read('message-details', options, {
      answer: Message,
      isAbout: ({ id }) => sameId(id, messageId),
      query: NORMALIZED,
      run: ({ sdk }) => sdk.conversations.getConversationsMessageDetails(messageId),
    });
  }
}
