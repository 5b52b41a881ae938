import type { HistoryConversation, HistoryMessage } from '../context/history.js';
import { hasSubstance } from '../context/substance.js';
import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { Message, MessageConversation } from '../genesys/resources/messages.js';
import type { RecordedMessage, Recording } from '../genesys/resources/recordings.js';
import { readAiSummary, type SummaryParts } from './aiSummary.js';
import { type ContactIds, goesBy, type PastConversation } from './conversationQuery.js';
import { found, fromCall, HISTORY_MISMATCH, isGone, type Read } from './lookupError.js';

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
  if (isOfAnother(outline.value, contactIds)) return { ok: false, error: HISTORY_MISMATCH };
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

/**
 * How masked texts look. Genesys: an organisation's sensitive data redaction puts `[card number]`,
 * `[phone]`, `[name]`, `[personal info]` and the like in their place, for every client that lacks
 * `recording:recording:viewSensitiveData`. The wording may change, or be translated, so any word in
 * brackets counts. Runs of one sign are how integrations mask.
 */
const MASK = /\[\p{L}[\p{L}\p{M} _-]{1,40}\]|[*#•█]{3,}|[xX]{4,}/u;

/**
 * What the customer wrote in a conversation, from its recording: one request. `undefined` when the
 * recording is no use: not made, not ready, kept no words of the customer's, or was redacted.
 *
 * A redacted recording is left alone as a whole, and not only what is masked in it. Quoting a mask
 * to the customer as their own words is wrong, and so is quoting what they wrote before it as the
 * last thing they said. A customer who types brackets by themselves costs two requests more.
 */
async function readRecordedTranscript(
  client: GenesysClient,
  conversationId: string,
  options: CallOptions,
): Promise<Read<HistoryMessage[] | undefined>> {
  const answer = fromCall(await client.getRecordings(conversationId, options));
  if (!answer.ok) return isGone(answer) ? found(undefined) : answer;
  return found(answer.value.ready ? recordedMessages(answer.value.recordings) : undefined);
}

/** What the customer wrote, from all recordings of a conversation; `undefined` when they are no use. */
export function recordedMessages(recordings: readonly Recording[]): HistoryMessage[] | undefined {
  const lines = customerLines(recordings);
  if (lines.some(isRedacted)) return undefined;
  const messages = lines.flatMap(wordsOf);
  return messages.length === 0 ? undefined : messages;
}

/** A conversation has a recording for each session; what two of them hold counts once. */
function customerLines(recordings: readonly Recording[]): RecordedMessage[] {
  const met = new Set<string>();
  return recordings
    .flatMap(({ messagingTranscript }) => messagingTranscript ?? [])
    .filter(({ id, purpose }) => {
      if (purpose !== 'customer' && purpose !== 'external') return false;
      if (id === undefined) return true;
      const isNew = !met.has(id);
      met.add(id);
      return isNew;
    });
}

function isRedacted(line: RecordedMessage): boolean {
  if (pressedButtons(line).some((text) => MASK.test(text))) return true;
  const { messageText: text = '' } = line;
  return text.trim() === '' ? !saysWithoutWords(line) : MASK.test(text);
}

/** A line without text, and without anything in place of it, is one whose text was taken away. */
function saysWithoutWords(line: RecordedMessage): boolean {
  return (
    line.contentType !== undefined ||
    pressedButtons(line).length > 0 ||
    line.events.length > 0 ||
    line.messageMediaAttachments.length > 0 ||
    line.messageStickerAttachments.length > 0
  );
}

function wordsOf(line: RecordedMessage): HistoryMessage[] {
  const { timestamp: at, messageText: text = '' } = line;
  if (at === undefined) return [];
  const pressed = pressedButtons(line);
  if (pressed.length > 0) {
    return pressed.map((text) => ({ at, direction: 'inbound', text, fromButton: true }));
  }
  return text.trim() === '' ? [] : [{ at, direction: 'inbound', text }];
}

/** The same answer may stand in both fields; it was given once. */
function pressedButtons({ buttonResponse, buttonResponses }: RecordedMessage): string[] {
  const texts = [buttonResponse, ...buttonResponses].map((button) => button?.text);
  return [...new Set(texts.flatMap((text) => (text === undefined || text === '' ? [] : [text])))];
}

/**
 * Where it is read first what a conversation was about; what a recording or a summary does not give is
 * read from the messages.
 */
export type TranscriptSource = 'messages' | 'recordings' | 'summaries';

/** Whether it is known what a conversation was about: nothing older has to be read. */
export function saysSomething(conversation: HistoryConversation): boolean {
  return Boolean(conversation.summary) || hasSubstance(conversation);
}

/**
 * What the customer wrote in a conversation. From its recording, or in its place from the platform's
 * summary, where there is a good one, which takes one request; else from its messages, two. A
 * conversation that is still open has neither, so that asking for it would be a request for nothing.
 */
export async function readTranscript(
  parts: SummaryParts & { source: TranscriptSource },
  conversation: PastConversation,
  contactIds: ContactIds,
  options: CallOptions,
): Promise<Read<HistoryConversation>> {
  const { client, source } = parts;
  if (source === 'summaries' && conversation.endedAt !== undefined) {
    const summary = await readAiSummary(parts, conversation.conversationId, options);
    if (!summary.ok) return summary;
    if (summary.value !== null) {
      return found({ ...conversation, messages: [], summary: summary.value });
    }
    const read = await readMessageTranscript(client, conversation, contactIds, options);
    return read.ok ? found({ ...read.value, summary: null }) : read;
  }
  if (source === 'recordings' && conversation.endedAt !== undefined) {
    const recorded = await readRecordedTranscript(client, conversation.conversationId, options);
    if (!recorded.ok) return recorded;
    if (recorded.value !== undefined) return found({ ...conversation, messages: recorded.value });
  }
  return readMessageTranscript(client, conversation, contactIds, options);
}
