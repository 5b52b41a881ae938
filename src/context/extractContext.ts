import type { TemplateContext } from '../templates/contextVariables.js';
import { shorten } from '../templates/text.js';
import { statedName, UNKNOWN_CUSTOMER, usableName } from './customerName.js';
import {
  type HistoryConversation,
  type HistorySummary,
  inboundMessages,
  lastActive,
  newestFirst,
  type Utterance,
  utterances,
} from './history.js';
import { hasOptedOut } from './optOut.js';
import { sentimentOf } from './sentiment.js';
import { hasSubstance, lastSubstantive } from './substance.js';
import { gistOf, summaryVariables } from './summaryVariables.js';
import { topicOf } from './topic.js';

/** What the history alone says: a context but for the name, which others know better. */
export interface HistoryContext extends Omit<TemplateContext, 'customerName'> {
  /** What the customer called themselves. */
  statedName?: string;
  /** The customer has asked for no more messages, in what was read. */
  optedOut?: true;
  /** The conversation in which they were last, whatever was said in it; absent where there is none. */
  lastConversation?: LastConversation;
}

/** When a customer was last in a conversation (ISO 8601), and whether what they wrote was negative. */
export interface LastConversation {
  at: string;
  endedBadly: boolean;
}

export interface KnownNames {
  requestName?: string;
  contactName?: string;
}

/** A quotation is this long at most: characters as a reader counts them, and as a platform does. */
const QUOTE_LIMIT = { graphemes: 100, units: 400 };

/**
 * The conversation that counts, for every value: the newest with substance; without any, the newest
 * one is, and a button the customer chose in it stands in for words. Where summaries are read in
 * place of messages, one with a summary has said what it is about.
 */
export function conversationThatCounts(
  past: readonly HistoryConversation[],
): HistoryConversation | undefined {
  const inOrder = newestFirst(past);
  return (
    inOrder.find(hasSubstance) ??
    inOrder.find(({ summary }) => summary) ??
    inOrder.find((conversation) => lastButton(utterances(conversation))) ??
    inOrder[0]
  );
}

/**
 * What a notification may know about a customer, from what was said before (conversations in any
 * order). Nothing in the result is escaped: that is done where it is printed. Never throws, whatever
 * the texts hold.
 */
export function extractHistory(past: readonly HistoryConversation[]): HistoryContext {
  const inOrder = newestFirst(past);
  const optedOut = hasOptedOut(
    [...inOrder].reverse().flatMap((conversation) => inboundMessages(conversation).map(textOf)),
  );
  const chosen = conversationThatCounts(past);
  if (!chosen) return { sentiment: 'neutral', hasHistory: false };
  const { conversationId, summary } = chosen;
  const said = utterances(chosen);
  const last = lastSubstantive(said) ?? lastButton(said);
  const gist = said.length === 0 && summary ? gistOf(summary) : undefined;
  const topic = topicOf(gist ?? said.map(({ text }) => text));
  const stated = firstOf(inOrder, (conversation) => statedName(ownWords(utterances(conversation))));
  return {
    sentiment: sentimentOf(gist ?? ownWords(said)),
    conversationId,
    hasHistory: true,
    optedOut: optedOut || undefined,
    lastConversation: lastOf(inOrder),
    statedName: stated,
    topic,
    lastMessage: last && shorten(last.text, QUOTE_LIMIT),
    lastMessageAt: last && isTime(last.at) ? new Date(last.at).toISOString() : undefined,
    ...summaryVariables(summary),
  };
}

/** The same history, with a summary of its conversation that was read after it. */
export function withSummary(
  history: HistoryContext,
  summary: HistorySummary | null,
): HistoryContext {
  return { ...history, ...summaryVariables(summary) };
}

/** The source that knows the customer's name best gives it. */
export function withName(
  { statedName: stated, optedOut: _asked, lastConversation: _last, ...history }: HistoryContext,
  { requestName, contactName }: KnownNames,
): TemplateContext {
  const customerName =
    usableName(requestName) ?? usableName(contactName) ?? stated ?? UNKNOWN_CUSTOMER;
  return { customerName, ...history };
}

function lastOf([newest]: readonly HistoryConversation[]): LastConversation | undefined {
  if (newest === undefined) return undefined;
  const said = utterances(newest);
  const gist = said.length === 0 && newest.summary ? gistOf(newest.summary) : undefined;
  const at = lastActive(newest);
  // What no time is known of is taken for old.
  return {
    at: new Date(at).toISOString(),
    endedBadly: sentimentOf(gist ?? ownWords(said)) === 'negative',
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

function textOf({ text }: { text: string }): string {
  return text;
}

function isTime(iso: string): boolean {
  return !Number.isNaN(Date.parse(iso));
}
