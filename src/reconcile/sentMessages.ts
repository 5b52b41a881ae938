import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { sameId } from '../genesys/platformId.js';
import type { Window } from '../history/conversationQuery.js';
import { found, fromCall, type Read } from '../history/lookupError.js';
import type { ShownContent } from '../notification/sentContent.js';
import type { Channel } from '../notification/state.js';
import { oursAmong } from './sentQuery.js';

/** A message that was sent without a customer or an agent, as the platform shows it. */
export interface SentMessage {
  messageId: string;
  conversationId: string;
  /** Epoch ms; undefined where the platform does not say: it may be of any time. */
  at?: number;
}

export type SentMessagesClient = Pick<
  GenesysClient,
  'getMessageConversation' | 'getMessages' | 'getEmailMessages' | 'getEmailMessage'
>;

/** Genesys: messages bulk takes at most 1,000 ids. */
const TEXTS_AT_ONCE = 1_000;

/**
 * What was sent in conversations, each read once in a round of looks however many notifications ask for it: first
 * which messages there are and when they came about, and the content only of those that may be meant.
 */
export class SentMessages {
  readonly #client: SentMessagesClient;
  readonly #options: CallOptions;
  readonly #outlines = new Map<string, Promise<Read<SentMessage[]>>>();
  readonly #contents = new Map<string, Promise<Read<ShownContent | undefined>>>();

  constructor(client: SentMessagesClient, options: CallOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** The messages of a conversation that came about in this time. */
  async within(
    channel: Channel,
    conversationId: string,
    to: readonly string[],
    window: Window,
  ): Promise<Read<SentMessage[]>> {
    const known = this.#outlines.get(conversationId);
    const reading =
      known ??
      (channel === 'email' ? this.#emails(conversationId, to) : this.#messages(conversationId));
    this.#outlines.set(conversationId, reading);
    const all = await reading;
    if (!all.ok) return all;
    return found(
      all.value.filter(({ at }) => at === undefined || (at >= window.from && at <= window.to)),
    );
  }

  /** What these say; undefined for one that the platform does not show. */
  async contents(
    channel: Channel,
    messages: readonly SentMessage[],
  ): Promise<Read<(ShownContent | undefined)[]>> {
    if (channel !== 'email') this.#askForTexts(messages);
    const contents: (ShownContent | undefined)[] = [];
    for (const message of messages) {
      const content = await this.#contentOf(message);
      if (!content.ok) return content;
      contents.push(content.value);
    }
    return found(contents);
  }

  async #messages(conversationId: string): Promise<Read<SentMessage[]>> {
    const read = fromCall(await this.#client.getMessageConversation(conversationId, this.#options));
    if (!read.ok) return read;
    const ours = oursAmong(read.value.participants);
    return found(
      ours.flatMap(({ messages }) =>
        messages.flatMap(({ messageId, messageTime }) =>
          messageId === undefined ? [] : [{ messageId, conversationId, at: timeOf(messageTime) }],
        ),
      ),
    );
  }

  async #emails(conversationId: string, to: readonly string[]): Promise<Read<SentMessage[]>> {
    const read = fromCall(await this.#client.getEmailMessages(conversationId, this.#options));
    if (!read.ok) return read;
    const isTo = (email: string | undefined) =>
      email !== undefined && to.some((address) => sameId(address, email));
    return found(
      read.value.flatMap(({ id, time, to: recipients }) =>
        id === undefined || !recipients.some(({ email }) => isTo(email))
          ? []
          : [{ messageId: id, conversationId, at: timeOf(time) }],
      ),
    );
  }

  #askForTexts(messages: readonly SentMessage[]): void {
    const open = messages.filter(({ messageId }) => !this.#contents.has(messageId));
    for (const conversationId of new Set(open.map((message) => message.conversationId))) {
      const ids = open
        .filter((message) => message.conversationId === conversationId)
        .map(({ messageId }) => messageId);
      for (let from = 0; from < ids.length; from += TEXTS_AT_ONCE) {
        const some = ids.slice(from, from + TEXTS_AT_ONCE);
        const texts = this.#texts(conversationId, some);
        for (const id of some)
          this.#contents.set(
            id,
            texts.then((read) => textIn(read, id)),
          );
      }
    }
  }

  async #texts(
    conversationId: string,
    ids: readonly string[],
  ): Promise<Read<ReadonlyMap<string, ShownContent>>> {
    const read = fromCall(await this.#client.getMessages(conversationId, ids, this.#options));
    if (!read.ok) return read;
    return found(
      new Map(
        read.value.flatMap(({ id, normalizedMessage }) => {
          const text = normalizedMessage?.text;
          return text === undefined ? [] : [[id.toLowerCase(), { text }] as const];
        }),
      ),
    );
  }

  #contentOf(message: SentMessage): Promise<Read<ShownContent | undefined>> {
    const known = this.#contents.get(message.messageId);
    if (known !== undefined) return known;
    const reading = this.#emailContent(message);
    this.#contents.set(message.messageId, reading);
    return reading;
  }

  async #emailContent({
    conversationId,
    messageId,
  }: SentMessage): Promise<Read<ShownContent | undefined>> {
    const read = fromCall(
      await this.#client.getEmailMessage(conversationId, messageId, this.#options),
    );
    if (!read.ok) return read;
    const { subject, textBody } = read.value;
    return found(textBody === undefined ? undefined : { subject, text: textBody });
  }
}

function textIn(
  read: Read<ReadonlyMap<string, ShownContent>>,
  id: string,
): Read<ShownContent | undefined> {
  return read.ok ? found(read.value.get(id.toLowerCase())) : read;
}

function timeOf(text: string | undefined): number | undefined {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? undefined : at;
}
