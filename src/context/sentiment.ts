import Sentiment from 'sentiment';
import type { TemplateContext } from '../templates/contextVariables.js';

export const LANGUAGES = ['en', 'de', 'es', 'fr'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Words that hold sentences together, in lower case: they tell the language, and nothing else. */
export const FUNCTION_WORDS: Readonly<Record<Language, ReadonlySet<string>>> = {
  en: words('the and is are was were i my you your it this that have has not with for to of but'),
  de: words('der die das und ist sind war ich sie mein meine nicht mit für von aber ein eine es'),
  es: words('el la los las y es son fue yo mi su no con para de pero un una que muy lo está'),
  fr: words("le la les et est sont je j'ai mon ma vous ne pas avec pour de mais un une que très"),
};

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}

interface LanguageWords {
  /** Words by their score from -4 (insult) to 4 (delight). */
  scores: Readonly<Record<string, string>>;
  negations: readonly string[];
}

/**
 * What customers of a contact centre say when they are angry or pleased, in the languages the
 * library has no list for. Kept short on purpose: a word is here only if it hardly has another
 * meaning in such a conversation.
 */
const SENTIMENT_WORDS = {
  de: {
    scores: {
      '-4': 'unverschämt unverschämtheit betrug betrüger saftladen scheiße',
      '-3': 'katastrophe katastrophal furchtbar schrecklich unmöglich inakzeptabel frechheit wütend sauer empört entsetzt miserabel',
      '-2': 'enttäuscht enttäuschend enttäuschung ärgerlich verärgert schlecht schlechte schlechter unzufrieden frustriert frustrierend kaputt defekt beschwerde beschweren ärger nervt falsch lächerlich unfreundlich',
      '2': 'zufrieden freundlich freundliche hilfreich gut super schön freue',
      '3': 'toll tolle toller klasse großartig begeistert hervorragend wunderbar perfekt ausgezeichnet spitze',
    },
    negations: ['nicht', 'kein', 'keine', 'keinen', 'keiner', 'nie', 'niemals', 'kaum'],
  },
  es: {
    scores: {
      '-4': 'estafa estafadores mierda sinvergüenzas',
      '-3': 'pésimo pésima horrible terrible inaceptable vergüenza furioso furiosa indignado indignada desastre',
      '-2': 'decepcionado decepcionada decepcionante enfadado enfadada molesto molesta malo mala peor frustrado frustrada queja quejarme roto rota problema insatisfecho insatisfecha ridículo harto harta',
      '2': 'contento contenta satisfecho satisfecha amable amables feliz bueno buena útil',
      '3': 'excelente genial fantástico fantástica maravilloso maravillosa perfecto perfecta encantado encantada estupendo',
    },
    negations: ['no', 'nunca', 'ni', 'nada', 'poco', 'tampoco'],
  },
  fr: {
    scores: {
      '-4': 'arnaque arnaqueurs escrocs merde',
      '-3': 'inadmissible inacceptable scandaleux honteux horrible catastrophe catastrophique furieux furieuse lamentable',
      '-2': 'déçu déçue décevant mécontent mécontente énervé énervée mauvais mauvaise pire frustré frustrée plainte cassé cassée nul nulle ridicule insatisfait insatisfaite',
      '2': 'content contente satisfait satisfaite aimable gentil gentille utile heureux heureuse',
      '3': 'excellent excellente génial géniale fantastique formidable parfait parfaite ravi ravie super',
    },
    negations: ['pas', 'jamais', 'aucun', 'aucune', 'guère', 'peu'],
  },
} as const satisfies Record<string, LanguageWords>;

/** Complaints are recognised from a lower score than praise: courtesy alone adds up to praise. */
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
    extras: language === 'en' ? neutral : undefined,
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
