import type { TemplateContext } from '../../templates/contextVariables.js';
import { shorten } from '../../templates/shorten.js';
import { statedName, UNKNOWN_CUSTOMER, usableName } from './customerName.js';
import { type HistoryConversation, newestFirst } from './history.js';
import { sentimentOf } from './sentiment.js';
import { lastSubstantive } from './substance.js';
import { topicOf } from './topic.js';
import { type Utterance, utterances } from './utterances.js';

/** The values of a template that come from a customer's history. */
export type CustomerContext = TemplateContext;

export interface ContextInput {
  requestName?: string;
  contactName?: string;
  /** In any order. */
  conversations: readonly HistoryConversation[];
}

/** A quotation is this long at most: characters as a reader counts them, and as a platform does. */
const QUOTE_LIMIT = { graphemes: 100, units: 400 };

/**
 * What a notification may know about a customer, from what was said before. The newest conversation
 * with substance is the one that counts, for every value; without any, the newest one is, and a
 * button the customer chose in it stands in for words. Nothing in the result is escaped: that is
 * done where it is printed. Never throws, whatever the texts hold.
 */
export function extractContext(input: ContextInput): CustomerContext {
  const conversations = newestFirst(input.conversations).map((conversation) => ({
    conversationId: conversation.conversationId,
    said: utterances(conversation),
  }));
  const chosen =
    conversations.find(({ said }) => lastSubstantive(said)) ??
    conversations.find(({ said }) => lastButton(said)) ??
    conversations[0];
  const customerName =
    usableName(input.requestName) ??
    usableName(input.contactName) ??
    firstOf(conversations, ({ said }) => statedName(ownWords(said))) ??
    UNKNOWN_CUSTOMER;
  if (!chosen) return { customerName, sentiment: 'neutral', hasHistory: false };
  const { conversationId, said } = chosen;
  const last = lastSubstantive(said) ?? lastButton(said);
  const topic = topicOf(said.map(({ text }) => text));
  return {
    customerName,
    sentiment: sentimentOf(ownWords(said)),
    conversationId,
    hasHistory: true,
    ...(topic === undefined ? {} : { topic }),
    ...(last ? { lastMessage: shorten(last.text, QUOTE_LIMIT) } : {}),
    ...(last && isTime(last.at) ? { lastMessageAt: new Date(last.at).toISOString() } : {}),
  };
}

function lastButton(said: readonly Utterance[]): Utterance | undefined {
  return said.findLast(({ fromButton, text }) => fromButton && /\p{L}{2}/u.test(text));
}

function ownWords(said: readonly Utterance[]): string[] {
  return said.filter(({ fromButton }) => !fromButton).map(({ text }) => text);
}

function firstOf<T, R>(items: readonly T[], pick: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const picked = pick(item);
    if (picked !== undefined) return picked;
  }
  return undefined;
}

function isTime(iso: string): boolean {
  return !Number.isNaN(Date.parse(iso));
}
