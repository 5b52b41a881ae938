import { cleanText } from './cleanText.js';

export const UNKNOWN_CUSTOMER = 'Valued Customer';

const LONGEST_NAME = 60;

/** Letters of any script, with what stands between them in names; a few digits, as in "Studio 54". */
const NAME = /^[\p{L}\p{Nd}](?:[\p{L}\p{M}\p{Nd} '’.,&·‐-]|\u200C|\u200D)*$/u;
/** A dot inside a word makes an address: "evil.example". Initials ("J.R.R. Tolkien") do not. */
const ADDRESS_LIKE = /\p{L}{2}\.\p{L}|\p{L}\.\p{L}{2}/u;
const PLACEHOLDER =
  /^(?:unknown|anonymous|guest|user|visitor|web visitor|customer|client|null|undefined|nan|none|n ?a|test|name|first ?name|last ?name|object object|true|false|unbekannt|gast|kunde|kundin|anonym|desconocido|cliente|inconnu|anonyme)(?: user| customer)?$/iu;

/**
 * A name fit to greet someone by, or nothing. What could be more than a name (markup, an address,
 * a number, a whole sentence) is dropped rather than mended: a greeting without the name is
 * harmless, one with half a script is not.
 */
export function usableName(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined;
  const name = cleanText(raw)
    .normalize('NFC')
    .replace(/[\s.,&-]+$/u, '');
  if (name.length > LONGEST_NAME || !NAME.test(name) || !/\p{L}/u.test(name)) return undefined;
  if ((name.match(/\p{Nd}/gu) ?? []).length > 4 || ADDRESS_LIKE.test(name)) return undefined;
  return PLACEHOLDER.test(name) ? undefined : name;
}

const CAPITALISED = "\\p{Lu}[\\p{Ll}\\p{M}'’-][\\p{L}\\p{M}'’-]{0,30}";
const PARTICLE = '(?: (?:van|von|de|der|den|del|la|da|di|al|bin|el)){0,2} ';
const FULL_NAME = new RegExp(
  `${CAPITALISED}(?:${PARTICLE}${CAPITALISED})?(?![\\p{L}\\p{M}])`,
  'uy',
);
const ANY_WORD = /\p{L}[\p{L}\p{M}'’-]{1,30}/uy;
const CLAUSE_END = / ?(?:[,.!;–-]|$|(?:and|from|here|with|und|aus|vom|y|et|de|du) )/uy;

/** "My name is …" can hardly be about anything else, so one lower-case word will do as well. */
const STATED =
  /(?<![\p{L}\p{M}])(?:my name(?: is|[’']s)|name is|call me|ich hei(?:ß|ss)e|mein name ist|me llamo|mi nombre es|je m[’']appelle|mon nom est|mi chiamo|il mio nome è|me chamo|meu nome é|mijn naam is|ik heet|меня зовут|اسمي|קוראים לי|השם שלי|שמי)[ :]+/giu;
/** "I'm …" mostly is not about a name: only capitalised words that end a clause. */
const IMPLIED =
  /(?<![\p{L}\p{M}])(?:i[’']?m|i am|this is|hier ist|ich bin|soy|je suis|sono|ik ben)(?: (?:die|der|la|el))? /giu;
const JAPANESE =
  /(?:私の名前は|名前は|私は)?([\p{Script=Han}\p{Script=Katakana}ー]{1,8})と(?:申|もう)します|(?:私の)?名前は([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]{1,8}?)(?:です|といいます)/gu;
const CHINESE = /我叫([\p{Script=Han}]{2,4})(?![\p{Script=Han}])/gu;

const DESCRIPTION = /(?:able|ible|ous|ful|less|\p{L}{3}ing)$/iu;

/** Words that follow the same phrases and are no names; capitals do not save them. */
const NOT_A_NAME = new Set(
  [
    'not no in on at the a an my your our his her it this that wrong spelled spelt misspelled',
    'angry waiting sorry sure happy unhappy upset furious annoyed disappointed frustrated fine good',
    'ok okay well sick tired confused interested done ready still very so really just also here',
    'trying looking having getting going calling writing unable able afraid aware moving being',
    'german french english spanish italian dutch american british irish polish turkish indian',
    'important correct incorrect changed different under missing listed attached below above',
    'sauer wütend nicht sehr so kein keine kunde kundin hier auch froh zufrieden sicher neu',
    'cliente nuevo nueva muy no yo el la un una français française client cliente pas très un une',
    'unacceptable ridiculous terrible urgent awful great nice perfect amazing what why how when',
    'bad horrible insane stupid nonsense fraud theft bullshit crap hell hopeless',
    'customer member subscriber user tomorrow today monday tuesday wednesday thursday friday',
  ]
    .join(' ')
    .split(' '),
);

interface Introduction {
  start: number;
  end: number;
  name: string;
}

/** What a customer called themselves, the latest statement first; texts are oldest first. */
export function statedName(texts: readonly string[]): string | undefined {
  for (const text of [...texts].reverse()) {
    for (const { name } of introductions(text)) {
      const usable = usableName(name.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()));
      if (usable !== undefined) return usable;
    }
  }
  return undefined;
}

/** A text without the phrases in which a customer says who they are. */
export function introductionsRemoved(text: string): string {
  return introductions(text)
    .sort((a, b) => b.start - a.start)
    .reduce((rest, { start, end }) => `${rest.slice(0, start)} ${rest.slice(end)}`, text);
}

function introductions(text: string): Introduction[] {
  return [
    ...latinIntroductions(text, STATED, (at) => at(FULL_NAME) ?? at(ANY_WORD)),
    ...latinIntroductions(text, IMPLIED, (at) => {
      const name = at(FULL_NAME);
      return name && !DESCRIPTION.test(name) && at(CLAUSE_END, name.length) !== undefined
        ? name
        : undefined;
    }),
    ...[JAPANESE, CHINESE].flatMap((pattern) =>
      [...text.matchAll(pattern)].map((match) => ({
        start: match.index,
        end: match.index + match[0].length,
        name: match[1] ?? match[2] ?? '',
      })),
    ),
  ];
}

/** Reads a pattern behind the phrase that was found, so many characters further on. */
type ReadAt = (pattern: RegExp, further?: number) => string | undefined;

function latinIntroductions(
  text: string,
  phrase: RegExp,
  readName: (at: ReadAt) => string | undefined,
): Introduction[] {
  return [...text.matchAll(phrase)].flatMap((match) => {
    const end = match.index + match[0].length;
    const name = readName((pattern, further = 0) => {
      pattern.lastIndex = end + further;
      return pattern.exec(text)?.[0];
    });
    return name !== undefined && isNameWord(name)
      ? [{ start: match.index, end: end + name.length, name }]
      : [];
  });
}

function isNameWord(name: string): boolean {
  return !name
    .toLowerCase()
    .split(/[ -]/)
    .some((word) => NOT_A_NAME.has(word));
}
