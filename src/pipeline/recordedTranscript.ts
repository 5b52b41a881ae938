import type { CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/client.js';
import type { RecordedMessage, Recording } from '../genesys/recordings.js';
import type { HistoryMessage } from './context/history.js';
import { found, fromCall, isGone, type Read } from './read.js';

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
export async function readRecordedTranscript(
  client: GenesysClient,
  conversationId: string,
  options: CallOptions,
): Promise<Read<HistoryMessage[] | undefined>> {
  const answer = fromCall(await client.getRecordings(conversationId, options));
  if (!answer.ok) return isGone(answer) ? found(undefined) : answer;
  if (!answer.value.ready) return found(undefined);
  const lines = customerLines(answer.value.recordings);
  if (lines.some(isRedacted)) return found(undefined);
  const messages = lines.flatMap(wordsOf);
  return found(messages.length === 0 ? undefined : messages);
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
