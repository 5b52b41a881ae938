import { fold } from './cleanText.js';
import { introductionsRemoved } from './customerName.js';
import { SMALL_TALK, UNSPACED_SMALL_TALK } from './data/smallTalk.js';
import { type HistoryConversation, type Utterance, utterances } from './history.js';
import { FUNCTION_WORDS, LANGUAGES } from './sentiment.js';
import { topicOf } from './topic.js';

/** Two words can be a matter ("card declined"); one can be anything, a name or a slip. */
const ENOUGH_WORDS = 2;
/** Where words are not spaced: about two words of Japanese, Chinese, Korean or Thai. */
const ENOUGH_CHARACTERS = 4;

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;

/** Any number of these alone says nothing: "this is", left of "this is fine". */
const GLUE = new Set(LANGUAGES.flatMap((language) => [...FUNCTION_WORDS[language]].map(fold)));

/** Longest first, or "thanks" would leave "a lot" behind. */
function alternatives(phrases: readonly string[]): string {
  return phrases
    .map(fold)
    .sort((a, b) => b.length - a.length)
    .join('|');
}

const SPACED_PHRASES = new RegExp(`(?<= )(?:${alternatives(SMALL_TALK)})(?= )`, 'gu');
const UNSPACED_PHRASES = new RegExp(alternatives(UNSPACED_SMALL_TALK), 'gu');

/**
 * Whether a text (cleaned, redacted) says something worth quoting, in any language: what is left
 * without greetings, thanks, consent, the customer's own name, emoji and numbers must still be a
 * couple of words, or name a known topic. A bare order number is an answer to a question that no one
 * remembers, so it does not count.
 */
export function isSubstantive(text: string): boolean {
  const said = wordsSaid(text);
  const unspaced = said.match(UNSPACED)?.length ?? 0;
  const words = said.replace(UNSPACED, ' ').split(' ').filter(isWord);
  const sentence = words.length >= ENOUGH_WORDS && words.some((word) => !GLUE.has(word));
  if (sentence || unspaced >= ENOUGH_CHARACTERS) return true;
  return words.length + unspaced > 0 && topicOf([said]) !== undefined;
}

/**
 * Whether a conversation holds something the customer said in words of their own that is worth
 * quoting. The history lookup reads conversations newest first and stops at the first of these.
 */
export function hasSubstance(conversation: HistoryConversation): boolean {
  return lastSubstantive(utterances(conversation)) !== undefined;
}

/** The lookup asks for it to know where to stop; the context is made of the same texts after it. */
const lastOf = new WeakMap<readonly Utterance[], { found: Utterance | undefined }>();

export function lastSubstantive(said: readonly Utterance[]): Utterance | undefined {
  const known = lastOf.get(said);
  if (known !== undefined) return known.found;
  const found = said.findLast(({ text, fromButton }) => !fromButton && isSubstantive(text));
  lastOf.set(said, { found });
  return found;
}

function wordsSaid(text: string): string {
  const folded = ` ${fold(introductionsRemoved(text))} `;
  return folded.replace(UNSPACED_PHRASES, ' ').replace(SPACED_PHRASES, ' ').replace(/ +/g, ' ');
}

function isWord(candidate: string): boolean {
  return !/\p{Nd}/u.test(candidate) && /\p{L}[\p{L}\p{M}]/u.test(candidate);
}
