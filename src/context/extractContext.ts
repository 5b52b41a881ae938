import type { TemplateContext } from '../templates/contextVariables.js';
import { shorten } from '../templates/text.js';
import { statedName, UNKNOWN_CUSTOMER, usableName } from './customerName.js';
import {
  type HistoryConversation,
  inboundMessages,
  newestFirst,
  type Utterance,
  utterances,
} from './history.js';
import { hasOptedOut } from './optOut.js';
import { sentimentOf } from './sentiment.js';
import { lastSubstantive } from './substance.js';
import { topicOf } from './topic.js';

/** What the history alone says: a context but for the name, which others know better. */
export interface HistoryContext extends Omit<TemplateContext, 'customerName'> {
  /** What the customer called themselves. */
  statedName?: string;
  /** The customer has asked for no more messages, in what was read. */
  optedOut?: true;
}

export interface KnownNames {
  requestName?: string;
  contactName?: string;
}

/** A quotation is this long at most: characters as a reader counts them, and as a platform does. */
const QUOTE_LIMIT = { graphemes: 100, units: 400 };

/**
 * What a notification may know about a customer, from what was said before (conversations in any
 * order). The newest conversation with substance is the one that counts, for every value; without
 * any, the newest one is, and a button the customer chose in it stands in for words. Nothing in the
 * result is escaped: that is done where it is printed. Never throws, whatever the texts hold.
 */
export function extractHistory(past: readonly HistoryConversation[]): HistoryContext {
  const inOrder = newestFirst(past);
  const optedOut = hasOptedOut(
    [...inOrder].reverse().flatMap((conversation) => inboundMessages(conversation).map(textOf)),
  );
  const conversations = inOrder.map((conversation) => ({
    conversationId: conversation.conversationId,
    said: utterances(conversation),
  }));
  const chosen =
    conversations.find(({ said }) => lastSubstantive(said)) ??
    conversations.find(({ said }) => lastButton(said)) ??
    conversations[0];
  if (!chosen) return { sentiment: 'neutral', hasHistory: false };
  const { conversationId, said } = chosen;
  const last = lastSubstantive(said) ?? lastButton(said);
  const topic = topicOf(said.map(({ text }) => text));
  const stated = firstOf(conversations, (conversation) => statedName(ownWords(conversation.said)));
  return {
    sentiment: sentimentOf(ownWords(said)),
    conversationId,
    hasHistory: true,
    optedOut: optedOut || undefined,
    statedName: stated,
    topic,
    lastMessage: last && shorten(last.text, QUOTE_LIMIT),
    lastMessageAt: last && isTime(last.at) ? new Date(last.at).toISOString() : undefined,
  };
}

/** The source that knows the customer's name best gives it. */
export function withName(
  { statedName: stated, optedOut: _asked, ...history }: HistoryContext,
  { requestName, contactName }: KnownNames,
): TemplateContext {
  const customerName =
    usableName(requestName) ?? usableName(contactName) ?? stated ?? UNKNOWN_CUSTOMER;
  return { customerName, ...history };
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

function textOf({ text }: { text: string }): string {
  return text;
}

function isTime(iso: string): boolean {
  return !Number.isNaN(Date.parse(iso));
}
