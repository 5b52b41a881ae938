/** An atom of a pattern: an escape, a class, or a letter that stands for itself. */
const ATOM =
  /\\p\{[^}]*\}|\\P\{[^}]*\}|\\u\{[0-9A-Fa-f]+\}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[^1-9bBkdDwWsSnrtfv]|\\[dDwWsSnrtfv]|\[(?:\\.|[^\]\\])+\]|\.|[^\\[\](){}|^$*+?.]/gu;

/** What an atom may stand for; letters of the pattern itself are added. */
const CANDIDATES = [...'a1 -.,;:@/"\'=_AZz9\n\r\t\0éß字あ한\u0301\u200d\u2028\ud800ا', '👩'];

/** Bounds the work for patterns that list words. */
const MOST_LETTERS = 10;
const MOST_PAIRS = 12;

/** A text to be repeated until it is as long as wanted, with what comes before and behind it. */
export interface Recipe {
  before: string;
  repeated: string;
  behind: string;
}

/**
 * Texts that make the pattern try much: what its atoms match, over and over, alone, by twos and all in order,
 * and then something that spoils it.
 */
export function recipesFor({ source, flags }: { source: string; flags: string }): Recipe[] {
  const atoms = source.match(ATOM) ?? [];
  const matched = atoms
    .map((atom) => letterOf(atom, flags, source))
    .filter((letter) => letter !== undefined);
  const letters = [...new Set(matched)];
  const pairs = [...new Set(matched.slice(1).map((letter, at) => `${matched[at]}${letter}`))];
  const words = (source.match(/[\p{L}\p{N} ]{3,}/gu) ?? []).toSorted((a, b) => b.length - a.length);
  const repeated = [
    ...some(letters, MOST_LETTERS),
    ...some(pairs, MOST_PAIRS),
    matched.slice(0, 40).join(''),
    ...words.slice(0, 2),
    ...words.slice(0, 1).map((word) => `${word} `),
    ' ',
    'a',
    '1-',
  ];
  const begun = matched.slice(0, 3).join('');
  return [...new Set(repeated)]
    .filter((piece) => piece !== '')
    .flatMap((piece) => [
      { before: '', repeated: piece, behind: '\u0001' },
      { before: begun, repeated: piece, behind: '\u0001\n' },
    ]);
}

export function textOf({ before, repeated, behind }: Recipe, length: number): string {
  return `${before}${repeated.repeat(Math.ceil(length / repeated.length))}${behind}`;
}

/** A letter that the atom matches alone. */
function letterOf(atom: string, flags: string, source: string): string | undefined {
  let matches: RegExp;
  try {
    matches = new RegExp(`^${atom}$`, flags.replace(/[gy]/g, ''));
  } catch {
    return undefined;
  }
  return [...CANDIDATES, ...new Set(source)].find((letter) => matches.test(letter));
}

/** So many of them, from all over the list. */
function some<T>(all: readonly T[], most: number): T[] {
  const step = Math.max(1, all.length / most);
  return all.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
}
