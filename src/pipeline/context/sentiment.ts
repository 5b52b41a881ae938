import Sentiment from 'sentiment';
import type { TemplateContext } from '../../templates/contextVariables.js';
import { FUNCTION_WORDS, LANGUAGES, type Language } from './functionWords.js';
import { SENTIMENT_WORDS } from './sentimentWords.js';

/** Complaints are told from a lower score than praise: courtesy alone adds up to praise. */
const NEGATIVE_SCORE = -2;
const POSITIVE_SCORE = 3;

/** Courtesies and words of the trade that say nothing about the customer's mood. */
const NEUTRAL_ENGLISH = [
  ...['please', 'thank', 'thanks', 'help', 'like', 'want', 'hello', 'yes', 'no', 'cancel', 'pay'],
  ...['matter', 'reach', 'share', 'growing', 'interest', 'certain', 'fine', 'ok', 'dear', 'clear'],
];

/** The library turns a score round only for the word right behind a negation. */
const FILLED_NEGATION =
  /\b(not|never|isn't|wasn't|aren't|don't|didn't|doesn't) (?:at all |very |really |so |that |too |been |a |the |exactly |particularly |happy or )+/gu;
const CONTRACTED_NEGATION = /\b(?:never|wasn't|aren't|didn't|weren't|hardly)\b/gu;

const analyser = createAnalyser();

function createAnalyser(): Sentiment {
  const sentiment = new Sentiment();
  for (const [language, { scores, negations }] of Object.entries(SENTIMENT_WORDS)) {
    const labels = Object.fromEntries(
      Object.entries(scores).flatMap(([score, list]) =>
        list.split(' ').map((word) => [word, Number(score)]),
      ),
    );
    const negating = new Set<string>(negations);
    sentiment.registerLanguage(language, {
      labels,
      scoringStrategy: {
        // Up to two words may stand between, as in "nicht wirklich sehr zufrieden".
        apply: (tokens, cursor, score) =>
          tokens.slice(Math.max(0, cursor - 3), cursor).some((token) => negating.has(token))
            ? -score
            : score,
      },
    });
  }
  sentiment.registerLanguage('none', { labels: {} });
  return sentiment;
}

/**
 * How a customer sounded in a conversation, by a list of scored words and emoji. Understands
 * English, German, Spanish and French; in other languages only emoji count. Neutral when unsure.
 */
export function sentimentOf(texts: readonly string[]): TemplateContext['sentiment'] {
  const text = texts.join('\n').toLowerCase().replace(/[’`]/g, "'");
  const language = languageOf(text);
  const phrase = spaced(language === 'en' ? simplifyNegations(text) : text);
  const neutral = Object.fromEntries(NEUTRAL_ENGLISH.map((word) => [word, 0]));
  const { score } = analyser.analyze(phrase, {
    language,
    ...(language === 'en' ? { extras: neutral } : {}),
  });
  if (score <= NEGATIVE_SCORE) return 'negative';
  return score >= POSITIVE_SCORE ? 'positive' : 'neutral';
}

/** The library splits at spaces only, so an emoji behind a word would not be seen. */
function spaced(text: string): string {
  return text.replace(/[\p{Extended_Pictographic}…“”„«»¿¡]/gu, (sign) => ` ${sign} `);
}

function simplifyNegations(text: string): string {
  return text.replace(FILLED_NEGATION, '$1 ').replace(CONTRACTED_NEGATION, 'not');
}

/**
 * The language with the most function words, or none. Scored in the wrong language, harmless words
 * become strong ones: German "die" and "war" are English insults to a word list.
 */
function languageOf(text: string): Language | 'none' {
  const words = text.match(/[\p{L}\p{M}']+/gu) ?? [];
  const [first, second] = LANGUAGES.map((language) => ({
    language,
    count: words.filter((word) => FUNCTION_WORDS[language].has(word)).length,
  })).sort((a, b) => b.count - a.count);
  if (!first || first.count === 0 || first.count === second?.count) return 'none';
  return first.language;
}
