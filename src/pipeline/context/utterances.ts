import { cleanText } from './cleanText.js';
import { type HistoryConversation, inboundMessages } from './history.js';
import { redact } from './redact.js';

/** A mood or a topic is told from the last things said; a day of chatting is not read again. */
const MESSAGES_READ = 50;

/** One thing a customer said, fit to be repeated to them. */
export interface Utterance {
  at: string;
  text: string;
  fromButton: boolean;
}

/** The last things said by the customer, oldest first, cleaned and redacted. */
export function utterances(conversation: HistoryConversation): Utterance[] {
  return inboundMessages(conversation)
    .slice(-MESSAGES_READ)
    .map(({ at, text, fromButton = false }) => ({ at, text: redact(cleanText(text)), fromButton }))
    .filter(({ text }) => text !== '');
}
