import { cleanText } from './cleanText.js';
import { redact } from './redact.js';

/** One thing a customer said, as the history lookup hands it over; `text` is as it was typed. */
export interface HistoryMessage {
  /** ISO 8601. */
  at: string;
  direction: 'inbound' | 'outbound';
  text: string;
  /** The text of a button or quick reply the customer chose, not words of their own. */
  fromButton?: boolean;
}

/** What the platform's AI says of a conversation. As hostile as what a customer types. */
export interface HistorySummary {
  text: string;
  contactReason?: string;
  resolution?: string;
  followUp?: string;
  language?: string;
}

/** A conversation with its messages in any order; those of the customer suffice. */
export interface HistoryConversation {
  conversationId: string;
  /** ISO 8601. */
  startedAt: string;
  endedAt?: string;
  messages: readonly HistoryMessage[];
  /** Null where it was asked for and there is none; absent where it was not asked for. */
  summary?: HistorySummary | null;
}

/** Each conversation is put in order once, however many ask for it. */
const inOrder = new WeakMap<HistoryConversation, readonly HistoryMessage[]>();

/** What the customer said, oldest first. Messages with the same or no usable time keep their order. */
export function inboundMessages(conversation: HistoryConversation): readonly HistoryMessage[] {
  const known = inOrder.get(conversation);
  if (known !== undefined) return known;
  const inbound = conversation.messages.filter(({ direction }) => direction === 'inbound');
  const times = inbound.map(({ at }) => time(at));
  const isSorted = times.every((at, place) => place === 0 || at >= (times[place - 1] ?? 0));
  const sorted = isSorted
    ? inbound
    : times
        .map((at, place) => ({ at, message: inbound[place] }))
        .sort((a, b) => a.at - b.at)
        .flatMap(({ message }) => message ?? []);
  inOrder.set(conversation, sorted);
  return sorted;
}

/** Conversations with the one last active first, whatever order they were found in. */
export function newestFirst(conversations: readonly HistoryConversation[]): HistoryConversation[] {
  return conversations
    .map((conversation) => ({ conversation, at: lastActive(conversation) }))
    .sort((a, b) => b.at - a.at)
    .map(({ conversation }) => conversation);
}

/** When the customer was last active in a conversation (epoch ms); 0 where no time of it is known. */
export function lastActive(conversation: HistoryConversation): number {
  const { startedAt, endedAt } = conversation;
  const last = inboundMessages(conversation).at(-1)?.at;
  return Math.max(...[startedAt, endedAt, last].map((at) => (at === undefined ? 0 : time(at))));
}

function time(iso: string): number {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? 0 : at;
}

/** A mood or a topic is read from the last things said; a day of chatting is not read again. */
const MESSAGES_READ = 50;

/** One thing a customer said, fit to be repeated to them. */
export interface Utterance {
  at: string;
  text: string;
  fromButton: boolean;
}

/** The lookup asks whether there is enough to quote; the context is made of the same texts after it. */
const gathered = new WeakMap<HistoryConversation, readonly Utterance[]>();

/** The last things said by the customer, oldest first, cleaned and redacted. */
export function utterances(conversation: HistoryConversation): readonly Utterance[] {
  const known = gathered.get(conversation);
  if (known !== undefined) return known;
  const said = gather(conversation);
  gathered.set(conversation, said);
  return said;
}

function gather(conversation: HistoryConversation): Utterance[] {
  return inboundMessages(conversation)
    .slice(-MESSAGES_READ)
    .map(({ at, text, fromButton = false }) => ({ at, text: redact(cleanText(text)), fromButton }))
    .filter(({ text }) => text !== '');
}
