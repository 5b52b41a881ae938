import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { optionalId, platformId, sameId } from '../platformId.js';
import { absentAsNull } from './contacts.js';
import { optionalText } from './messages.js';

/**
 * A bounce says more in a message, which repeats the address: of that only the status of the mail server is read.
 * Which codes the platform has is not documented.
 */
const ErrorInfo = z
  .object({ code: optionalText, message: optionalText })
  .transform(({ code, message }) => ({ code, status: mailStatusIn(message ?? '') }))
  .optional()
  .catch(undefined);

/** The status that a mail server gave: RFC 3463 (`5.1.1`), else the reply of SMTP (`550`); undefined without one. */
export function mailStatusIn(text: string): string | undefined {
  const [enhanced] = /(?<![\w.@-])[245]\.\d{1,3}\.\d{1,3}(?![\w@]|\.\d)/.exec(text) ?? [];
  return enhanced ?? /(?<![\w.@-])[45]\d\d(?![\w@]|\.\d)/.exec(text)?.[0];
}

/** Genesys: EmailConversation, as far as it is read here. */
const EmailConversation = z.object({
  id: platformId,
  participants: z.array(z.object({ purpose: optionalText, errorInfo: ErrorInfo })).catch([]),
});

const Mailbox = z.object({ email: optionalText });

/** Genesys: EmailMessagePreview, as far as it is read here: who, when and about what. Of the text it has a part. */
const EmailPreview = z.object({
  id: optionalId,
  time: optionalText,
  to: z.array(Mailbox).catch([]),
});

const EmailListing = z.object({ entities: z.array(EmailPreview).default([]) });

/** Genesys: EmailMessage. */
const EmailMessage = z.object({
  id: platformId,
  subject: optionalText,
  textBody: optionalText,
});

export type EmailPreview = z.infer<typeof EmailPreview>;
export type EmailMessage = z.infer<typeof EmailMessage>;
export type EmailConversation = z.infer<typeof EmailConversation>;

export class Emails {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** A bounce shows as an `errorInfo` of a participant, about 25 s after the send and not earlier. */
  async conversation(
    conversationId: string,
    options: CallOptions,
  ): Promise<CallResult<EmailConversation | null>> {
    return absentAsNull(
      await this.#caller.read('email-conversation', options, {
        answer: EmailConversation,
        isAbout: ({ id }) => sameId(id, conversationId),
        run: ({ sdk }) => sdk.conversations.getConversationsEmail(conversationId),
      }),
    );
  }

  /** All emails of a conversation, those that were sent without an agent, too. */
  async messages(
    conversationId: string,
    options: CallOptions,
  ): Promise<CallResult<EmailPreview[]>> {
    const result = await this.#caller.read('email-messages', options, {
      answer: EmailListing,
      run: ({ sdk }) =>
        sdk.conversations.getConversationsEmailMessages(conversationId, {
          includeAgentlessStitchedMessages: true,
        }),
    });
    return result.ok ? { ...result, data: result.data.entities } : result;
  }

  message(
    conversationId: string,
    messageId: string,
    options: CallOptions,
  ): Promise<CallResult<EmailMessage>> {
    return this.#caller.read('email-message', options, {
      answer: EmailMessage,
      isAbout: ({ id }) => sameId(id, messageId),
      run: ({ sdk }) => sdk.conversations.getConversationsEmailMessage(conversationId, messageId),
    });
  }
}
