import { z } from 'zod';
import type { CallOptions, CallResult, SendGuard } from '../call.js';
import type { Caller } from '../caller.js';
import { optionalId, platformId } from '../platformId.js';

/** Genesys: SendAgentlessOutboundMessageRequest. Text is at most 2000 characters, 765 for sms. */
export type AgentlessMessage =
  | {
      toAddressMessengerType: 'webmessaging';
      /** The id of the web messaging deployment. */
      fromAddress: string;
      externalContactId: string;
      textBody: string;
      useExistingActiveConversation: boolean;
    }
  | {
      toAddressMessengerType: 'sms';
      /** E.164, as is `toAddress`. */
      fromAddress: string;
      toAddress: string;
      textBody: string;
      useExistingActiveConversation: boolean;
    };

/** Genesys: AgentlessEmailSendRequestDto. Exactly one recipient; subject at most 400 characters. */
export interface AgentlessEmail {
  senderType: 'Outbound';
  fromAddress: Mailbox;
  toAddresses: [Mailbox];
  replyToAddress?: Mailbox;
  subject: string;
  textBody?: string;
  htmlBody?: string;
}

export interface Mailbox {
  email: string;
  name?: string;
}

/** `email` is the only recipient type: any other needs the id of a live session. */
export interface EngageMessage {
  to: { type: 'email'; address: string };
  from: { type: 'email'; address: string; name: string };
  subject: string;
  body: { contentType: 'text/html'; content: string };
  /** Marks the message as proactive; the endpoint requires it. */
  messageType: 'proactive';
}

/** What the platform calls the message it accepted. Accepted is not delivered. */
export interface Accepted {
  messageId: string;
  conversationId?: string | undefined;
}

// An answer without an id is no proof of anything: it is malformed, and the message's fate unknown.
const AcceptedById = z.object({ id: platformId, conversationId: optionalId }).transform(toAccepted);
/** The id of an Engage message may be a number: the endpoint is some gateway's own. */
const AcceptedByEngage = z
  .object({ id: z.union([platformId, z.int().transform(String)]) })
  .transform(({ id }) => toAccepted({ id }));
const AcceptedWithMessage = z
  .object({ message: z.object({ id: platformId }), conversationId: optionalId })
  .transform(({ message, conversationId }) => toAccepted({ id: message.id, conversationId }));

export class Sends {
  readonly #caller: Caller;
  readonly #engageUrl: string | undefined;

  constructor(caller: Caller, engageUrl: string | undefined) {
    this.#caller = caller;
    this.#engageUrl = engageUrl;
  }

  message(
    message: AgentlessMessage,
    guard: SendGuard,
    options: CallOptions,
  ): Promise<CallResult<Accepted>> {
    return this.#caller.send('agentless-message', guard, options, {
      answer: z.union([AcceptedWithMessage, AcceptedById]),
      query: { useNormalizedMessage: 'true' },
      run: ({ sdk }) => sdk.conversations.postConversationsMessagesAgentless(message),
    });
  }

  email(
    email: AgentlessEmail,
    guard: SendGuard,
    options: CallOptions,
  ): Promise<CallResult<Accepted>> {
    return this.#caller.send('agentless-email', guard, options, {
      answer: AcceptedById,
      run: ({ sdk }) => sdk.conversations.postConversationsEmailsAgentless(email),
    });
  }

  /**
   * Not in the published API: for an organisation or gateway that exposes it. Answers 202 with an
   * `id`; any other 2xx with an id is taken for the same.
   */
  async engage(
    message: EngageMessage,
    guard: SendGuard,
    options: CallOptions,
  ): Promise<CallResult<Accepted>> {
    const base = this.#engageUrl;
    if (base === undefined) throw new Error('an Engage message needs an Engage URL');
    return this.#caller.send('engage-message', guard, options, {
      answer: AcceptedByEngage,
      run: ({ post }) =>
        post({
          method: 'POST',
          url: `${base}/api/v2/engage/messages`,
          headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
          body: message,
        }),
    });
  }
}

function toAccepted(answer: { id: string; conversationId?: string | undefined }): Accepted {
  return answer.conversationId === undefined
    ? { messageId: answer.id }
    : { messageId: answer.id, conversationId: answer.conversationId };
}
