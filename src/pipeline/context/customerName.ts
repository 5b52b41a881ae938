import { cleanText } from './cleanText.js';

export const UNKNOWN_CUSTOMER = 'Valued Customer';

const LONGEST_NAME = 60;

/** Letters of any script, with what stands between them in names; a few digits, as in "Studio 54". */
const NAME = /^[\p{L}\p{Nd}](?:[\p{L}\p{M}\p{Nd} '’.,&·‐-]|\u200C|\u200D)*$/u;
/** A dot inside a word makes an address: "evil.example". Initials ("J.R.R. Tolkien") do not. */
const ADDRESS_LIKE = /\p{L}{2}\.\p{L}|\p{L}\.\p{L}{2}/u;
/** Maria (Mia) Lopez, Robert "Bob" Young. */
const NICKNAME = / [("“](\p{L}[\p{L}\p{M}'’ -]{0,30})[)"”](?= |$)/gu;
/** Dr.Müller: written without a blank, a title looks like the beginning of an address. */
const TITLE =
  /(?<!\p{L})(?:Dr|Prof|Mr|Mrs|Ms|Mx|Sr|Sra|Dra|St|Hr|Fr|Mag|Ing|Dipl|Lic|Rev|Hon|Mme|Mlle)\.(?=\p{Lu})/gu;
/** John Smith, Ph.D.: the dot belongs to it. */
const SUFFIX =
  /,? (?:Ph\. ?D|M\. ?D|D\.D\.S|J\.D|LL\.[BMD]|[BM]\. ?(?:A|Sc|Eng|Ed)|MBA|MSc|BSc|PhD|Jr|Sr|Esq|II|III|IV)\.?$/u;
const PLACEHOLDER =
  /^(?:unknown|anonymous|guest|user|visitor|web visitor|customer|client|null|undefined|nan|none|n ?a|test|name|first ?name|last ?name|object object|true|false|unbekannt|gast|kunde|kundin|anonym|desconocido|cliente|inconnu|anonyme)(?: user| customer)?$/iu;

/**
 * A name fit to greet someone by, or nothing. What could be more than a name (markup, an address,
 * a number, a whole sentence) is dropped rather than mended: a greeting without the name is
 * harmless, one with half a script is not.
 */
export function usableName(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined;
  const tidy = cleanText(raw).normalize('NFC');
  const name = SUFFIX.test(tidy) ? tidy : tidy.replace(/[\s.,&-]+$/u, '');
  const bare = name.replace(NICKNAME, ' $1').replace(TITLE, '').replace(SUFFIX, '');
  if (name.length > LONGEST_NAME || !NAME.test(bare) || !/\p{L}/u.test(bare)) return undefined;
  if ((bare.match(/\p{Nd}/gu) ?? []).length > 4 || ADDRESS_LIKE.test(bare)) return undefined;
  return PLACEHOLDER.test(name) ? undefined : name;
}

const CAPITALISED = "\\p{Lu}(?:[’'][\\p{Lu}])?[\\p{Ll}\\p{M}'’-][\\p{L}\\p{M}'’-]{0,30}";
const PARTICLE = '(?: (?:van|von|zu|de|der|den|del|la|da|dos|di|al|bin|ben|el|y)){0,3} ';
const PREFIX = '(?:(?:Dr|Prof|Mr|Mrs|Ms)\\.? ?)?';
const NICK = `(?: [("“]${CAPITALISED}[)"”])?`;
const ENDING = '(?:,? (?:Ph\\.D|M\\.D|Jr|Sr)\\.)?';
const FULL_NAME = new RegExp(
  `${PREFIX}${CAPITALISED}${NICK}(?:${PARTICLE}${CAPITALISED}){0,3}${ENDING}(?![\\p{L}\\p{M}])`,
  'uy',
);
/** Scripts without capitals: a word or two of theirs. */
const UNCASED_NAME =
  /[\p{Script=Arabic}\p{Script=Hebrew}]{2,20}(?: [\p{Script=Arabic}\p{Script=Hebrew}]{2,20})?/uy;
const ANY_WORD = /\p{L}[\p{L}\p{M}'’-]{1,30}/uy;
const CLAUSE_END =
  / ?(?:[,.!?;:)–-]|$|(?:and|but|from|here|with|i|und|aus|vom|ich|y|et|je|e|en|и|я) )/iuy;

/**
 * Phrases after which people say their names and hardly anything else. "Call me …" and "… name is …"
 * are not among them: "call me back", "my user name is locked".
 */
const CERTAIN =
  /(?<![\p{L}\p{M}])(?:my name(?: is|[’']s)|ich hei(?:ß|ss)e|mein name ist|me llamo|mi nombre es|je m[’']appelle|mon nom est|mi chiamo|il mio nome è|me chamo|(?:o )?meu nome é|mijn naam is|ik heet|меня зовут|мене звати|nazywam się|mam na imię|اسمي|קוראים לי|השם שלי הוא|שמי)[ :]+/giu;
/** Phrases that may introduce a name, or anything else: good for leaving them out, never for a name. */
const OPEN =
  /(?<![\p{L}\p{M}])(?:name is|call me|i[’']?m|i am|this is|hier ist|ich bin|soy|je suis|sono|ik ben)[ :]+(?:(?:die|der|la|el) )?/giu;
const JAPANESE =
  /(?:私の名前は|名前は|私は)?([\p{Script=Han}\p{Script=Katakana}ー]{1,8})と(?:申|もう)します(?!か)|私の名前は([\p{Script=Han}\p{Script=Katakana}ー]{2,8})(?:です|といいます)/gu;
/** After the verb alone anything may stand ("我叫外卖"), so only what begins with a usual family name. */
const CHINESE =
  /(?:我叫(?=[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖董袁潘蒋蔡杜叶程苏魏吕丁沈姚卢姜崔谭陆汪范廖贾夏韦邹孟熊秦邱尹薛闫侯陶黎贺顾郝龚邵覃戴莫汤])|我的名字[是叫])([\p{Script=Han}]{2,3})(?![\p{Script=Han}])/gu;

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
    'locked blocked missing gone back later again please pregnant lost stuck unknown private none',
    'misspelt incomplete invalid outdated empty blank old new mine yours something someone nobody',
    'already now soon everywhere nowhere on off up down out to for with without and or but if as',
    'there their his they you we he she is was are be been being has have had do does did will',
    'mister mrs mud programm hase sie ihnen ihr ihre euch falsch richtig geändert geandert gesperrt',
    'das der die den dem ein eine unbekannt egal weg leer nichts jetzt schon wieder leider auf im',
    'mal bien incorrecto incorrecta incorrect equivocado erróneo erroneo bloqueado otro otra desconocido',
    'está esta este ya ahora aquí aqui mi su de del con sin que como para por en al lo los las',
    'faux fausse erroné errone bloqué bloque inconnu encore déjà deja maintenant ici comme ce cet',
    'le les des du sur dans avec sans ma mon mes sa son ses errato sbagliato bloccato ancora già',
    'il lo gli i non sul nel errado incorreto bloqueado não nao ainda já ja o os as um uma fout',
    'verkeerd onjuist geblokkeerd niet het een nog al ook op неправильно неверно не уже ещё еще',
    'غير ليس خطأ خاطئ مكتوب لا لم موجود مفقود صحيح לא שגוי נכון חסר רשום כתוב',
    '不明 無効 匿名 空欄 注文 錯誤 错误 别的 什么',
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
    for (const { name } of certainIntroductions(text)) {
      const usable = usableName(name);
      if (usable !== undefined) return usable;
    }
  }
  return undefined;
}

/** A text without the phrases in which a customer says who they are. */
export function introductionsRemoved(text: string): string {
  let rest = text;
  let before = Number.POSITIVE_INFINITY;
  for (const { start, end } of introductions(text).sort((a, b) => b.start - a.start)) {
    if (end > before) continue;
    rest = `${rest.slice(0, start)} ${rest.slice(end)}`;
    before = start;
  }
  return rest;
}

/** Only a name that ends its clause: what goes on is a sentence about something else. */
function certainIntroductions(text: string): Introduction[] {
  return [
    ...latinIntroductions(text, CERTAIN, (at) => {
      const name = at(FULL_NAME) ?? at(UNCASED_NAME);
      return name !== undefined && at(CLAUSE_END, name.length) !== undefined ? name : undefined;
    }),
    ...[JAPANESE, CHINESE].flatMap((pattern) =>
      [...text.matchAll(pattern)]
        .map((match) => ({
          start: match.index,
          end: match.index + match[0].length,
          name: match[1] ?? match[2] ?? '',
        }))
        .filter(({ name }) => isNameWord(name)),
    ),
  ];
}

/** Whatever may be one. */
function introductions(text: string): Introduction[] {
  return [
    ...certainIntroductions(text),
    ...latinIntroductions(text, CERTAIN, (at) => at(FULL_NAME) ?? at(ANY_WORD)),
    ...latinIntroductions(text, OPEN, (at) => {
      const name = at(FULL_NAME);
      return name && !DESCRIPTION.test(name) && at(CLAUSE_END, name.length) !== undefined
        ? name
        : undefined;
    }),
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

const PARTICLES = new Set('van von zu de der den del la da dos di al bin ben el y'.split(' '));

function isNameWord(name: string): boolean {
  return !name
    .toLowerCase()
    .split(/[ ,()."“”-]+/u)
    .some((word, at) => NOT_A_NAME.has(word) && (at === 0 || !PARTICLES.has(word)));
}
