import { cleanText } from './cleanText.js';
import { looksLikeName, USUAL_NAMES } from './notNames.js';

export const UNKNOWN_CUSTOMER = 'Valued Customer';

const LONGEST_NAME = 60;

/** Letters of any script, with what stands between them in names; a few digits, as in "Studio 54". */
const NAME = /^[\p{L}\p{Nd}](?:[\p{L}\p{M}\p{Nd} '’.,&·‐-]|\u200C|\u200D)*$/u;
/** A dot inside a word makes an address: "evil.example". Initials ("J.R.R. Tolkien") do not. */
const ADDRESS_LIKE = /\p{L}{2}\.\p{L}|\p{L}\.\p{L}{2}/u;
/** Maria (Mia) Lopez, Robert "Bob" Young. */
const NICKNAME = / [("“](\p{L}[\p{L}\p{M}'’ -]{0,30})[)"”](?= |$)/gu;
const TITLES =
  '(?:Dr|Dra|Drs|Prof|Profa|Mr|Mrs|Ms|Mx|Sra?|Srta|St|Hr|Fr|Mag|Ing|Dipl\\.-Ing|Dipl|Lic|Rev|Hon|Mme|Mlle|Dott|Sig|Sigra|Avv)';
/** Dr.Müller: written without a blank, a title looks like the beginning of an address. */
const TITLE = new RegExp(`(?<!\\p{L})${TITLES}\\.(?=\\p{Lu})`, 'gu');
const TITLES_ONLY = new RegExp(`^(?:${TITLES}\\.?(?: |$))+$`, 'u');
/** John Smith, Ph.D.: the dot belongs to it. */
const SUFFIX =
  /,? (?:Ph\. ?D|M\. ?D|D\.D\.S|J\.D|LL\.[BMD]|[BM]\. ?(?:A|Sc|Eng|Ed)|MBA|MSc|BSc|PhD|Jr|Sr|Esq|II|III|IV)\.?$/u;
const PLACEHOLDER =
  /^(?:unknown|anonymous|guest|user|visitor|web visitor|customer|client|null|undefined|nan|none|n ?a|test|name|first ?name|last ?name|object object|true|false|unbekannt|gast|kunde|kundin|anonym|desconocido|cliente|inconnu|anonyme)(?: user| customer)?$/iu;

/**
 * A name fit to greet someone by, or nothing. What could be more than a name (markup, an address,
 * a number, a whole sentence) is dropped rather than repaired: a greeting without the name is
 * harmless, one with half a script is not.
 */
export function usableName(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined;
  const tidy = cleanText(raw).normalize('NFC');
  const name = SUFFIX.test(tidy) ? tidy : tidy.replace(/(?<![\s.,&-])[\s.,&-]+$/u, '');
  const bare = name.replace(NICKNAME, ' $1').replace(TITLE, '').replace(SUFFIX, '');
  if (name.length > LONGEST_NAME || !NAME.test(bare) || !/\p{L}/u.test(bare)) return undefined;
  if ((bare.match(/\p{Nd}/gu) ?? []).length > 4 || ADDRESS_LIKE.test(bare)) return undefined;
  return PLACEHOLDER.test(name) ? undefined : name;
}

const CAPITALISED = "\\p{Lu}(?:[’'][\\p{Lu}])?[\\p{Ll}\\p{M}'’-][\\p{L}\\p{M}'’-]{0,30}";
const PARTICLE =
  "(?: (?:van|von|zur?|zum|del?|della|der|den|las?|los|d[ao]s?|du|di|al|bin|ben|el|ter?|ten|[’']t|y)){0,3} (?:d[’'])?";
/** JEAN DUPONT; a word alone in capitals is shouted as often as it is a name. */
const SHOUTED = "\\p{Lu}[\\p{Lu}\\p{M}'’-]{1,30}(?![\\p{L}\\p{M}])";
const PREFIX = `(?:${TITLES}\\b\\.? ?){0,2}(?:\\p{Lu}\\. ?){0,3}`;
const NICK = `(?: [("“]${CAPITALISED}[)"”])?`;
const ENDING = '(?:,? (?:Ph\\.D|M\\.D|Jr|Sr)\\.)?';
/** Conceição e Silva, von Thurn und Taxis: only at the end of a sentence, which goes on by "e", too. */
const JOINED = `(?:(?<= (?:d[ao]s?|de|von|zu) ${CAPITALISED}) (?:e|und) ${CAPITALISED}(?= ?(?:[,.!;]|$)))?`;
const FULL_NAME = new RegExp(
  `${PREFIX}(?:${CAPITALISED}${NICK}(?:${PARTICLE}(?:${CAPITALISED}|${SHOUTED})){0,3}${JOINED}|${SHOUTED}(?:${PARTICLE}${SHOUTED}){1,3})${ENDING}(?![\\p{L}\\p{M}])`,
  'uy',
);
/** Scripts without capitals: a word or two of theirs. */
const UNCASED_NAME =
  /[\p{Script=Arabic}\p{Script=Hebrew}]{2,20}(?: [\p{Script=Arabic}\p{Script=Hebrew}]{2,20})?/uy;
const ANY_WORD = /\p{L}[\p{L}\p{M}'’-]{1,30}/uy;
const CLAUSE_END =
  / ?(?:[,.!;:)–-]|$|(?:and|but|from|here|with|i|und|aus|vom|ich|y|et|je|e|en|и|я)(?![\p{L}\p{M}]))/iuy;

/**
 * Phrases after which people say their names and hardly anything else. "Call me …" and "… name is …"
 * are not among them: "call me back", "my user name is locked".
 */
const CERTAIN =
  /(?<![\p{L}\p{M}])(?:my name(?: is|[’']s)|ich hei(?:ß|ss)e|mein name ist|me llamo|mi nombre es|je m[’']appelle|mon nom est|mi chiamo|il mio nome è|me chamo|(?:o )?meu nome é|mijn naam is|ik heet|меня зовут|мене звати|nazywam się|mam na imię|اسمي|קוראים לי|השם שלי הוא|שמי)[ :]+/giu;
/** Before these phrases, words that deny what follows, doubt it, or report it. */
const DOUBTED =
  /(?:(?<![\p{L}\p{M}])(?:not|never|if|that|whether|why|how|what|when|where|unless|says?|said|saying|thinks?|thought|know|knows|believe|nicht|nie|dass|ob|wenn|wie|warum|no|nunca|que|si|como|cómo|porque|ne|comme|comment|pourquoi|non|mai|che|se|come|perché|não|nao|niet|dat|als|hoe|waarom|nie|nigdy|że|czy|jak|jeśli|не|никогда|что|если|как|почему|що|якщо|як|чому|ليس|هل|أن|إذا|ما|לא|אם|מה|למה|האם)|n[’']t)[\s:"“„«]*$/iu;
/** Phrases that may introduce a name, or anything else: good for leaving them out, never for a name. */
const OPEN =
  /(?<![\p{L}\p{M}])(?:name is|call me|i[’']?m|i am|this is|hier ist|ich bin|soy|je suis|sono|ik ben)[ :]+(?:(?:die|der|la|el) )?/giu;
/** "…と申します" is said of names alone; "私の名前は…です" of a usual family name is one. */
const JAPANESE =
  /(?:私の名前は|名前は|私は)?([\p{Script=Han}\p{Script=Katakana}ー]{1,8})と(?:申|もう)します(?!か)|私の名前は((?:佐藤|鈴木|高橋|田中|伊藤|渡辺|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|林|斎藤|斉藤|清水|山崎|森|池田|橋本|阿部|石川|山下|中島|石井|小川|前田|岡田|長谷川|藤田|後藤|近藤|村上|遠藤|青木|坂本|福田|太田|西村|藤井|金子|岡本|藤原|中野|三浦|原田|松田|竹内|中山|上田|石田|和田|森田|柴田|宮崎|酒井|工藤|横山|宮本|内田|高木|安藤|大野|今井|丸山|藤本|武田|村田|上野|杉山|増田|菅原|平野|大塚|千葉|久保|松井|小島|野口|渡邊|新井)[\p{Script=Han}\p{Script=Hiragana}]{0,4}?)(?:です(?!か)|といいます)/gu;
/** Anything may stand after these words ("我叫外卖"), so only what begins with a usual family name. */
const CHINESE =
  /(?<![不没别要请能])(?:我叫|我的名字[是叫])(?!马上|马路|方[便法面案]|任[何意务]|许[多可]|何时|高[级兴]|黄[色金]|程[序度]|谢谢|夏天|顾客|范围|曾经|郑重|贺卡|何[处必])(?=[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖董袁潘蒋蔡杜叶程苏魏吕丁沈姚卢姜崔谭陆汪范廖贾夏韦邹孟熊秦邱尹薛闫侯陶黎贺顾郝龚邵覃戴莫汤任方])([\p{Script=Han}]{2,3})(?<![的了么吗呢吧啊])(?![\p{Script=Han}])/gu;

const DESCRIPTION = /(?:able|ible|ous|ful|less|\p{L}{3}ing)$/iu;

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
      const name = at(FULL_NAME) ?? usualName(at(UNCASED_NAME));
      if (name === undefined || TITLES_ONLY.test(name)) return undefined;
      return at(CLAUSE_END, name.length) !== undefined ? name : undefined;
    }).filter(
      ({ start, end, name }) =>
        !DOUBTED.test(text.slice(Math.max(0, start - 20), start)) &&
        !isShouted(text.slice(start, end), name),
    ),
    ...[JAPANESE, CHINESE].flatMap((pattern) =>
      [...text.matchAll(pattern)]
        .map((match) => ({
          start: match.index,
          end: match.index + match[0].length,
          name: match[1] ?? match[2] ?? '',
        }))
        .filter(({ name }) => looksLikeName(name)),
    ),
  ];
}

/** Where the whole sentence is in capitals, those of the name say nothing. */
function isShouted(introduction: string, name: string): boolean {
  const phrase = introduction.slice(0, -name.length);
  const [upper, lower] = [phrase.toUpperCase(), phrase.toLowerCase()];
  return phrase === upper && phrase !== lower && name === name.toUpperCase();
}

function usualName(name: string | undefined): string | undefined {
  const [first = ''] = name?.split(' ') ?? [];
  return USUAL_NAMES.has(first) ? name : undefined;
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
    return name !== undefined && looksLikeName(name)
      ? [{ start: match.index, end: end + name.length, name }]
      : [];
  });
}
