import { brokenValue, isNoValue } from './placeholders.js';

/** "Unknown" in the languages of common exports: no greeting uses it. */
const UNKNOWN =
  /^(?:unknown|unbekannt|inconnue?|desconocid[oa]|sconosciut[oa]|desconhecid[oa]|onbekend|ukjent|ukendt|okänd|nieznan[ya]|no name|noname|kein name|ohne name|sans nom|sin nombre|not provided|none)$/i;

/** Capitalised as people write them, these are names: Jennifer Null, Nan Goldin, Ann Nil. */
const NAMES_TOO: ReadonlySet<string> = new Set(['Null', 'Nan', 'Nil']);

const LETTER = /\p{L}/u;

/** A name wholly in brackets is the name of a field: «Vorname», [First Name], <name>. */
const FIELD_NAME = /^(?:«.*»|\[.*\]|<.*>|\(.*\)|\{.*\})$/u;

/** A first or a last name from a column of its own; undefined where it says that there is none. */
export function halfName(text: string): string | undefined {
  const bare = text.trim();
  if (!isWritten(bare)) return undefined;
  if (NAMES_TOO.has(bare)) return bare;
  return isNoValue(bare) || UNKNOWN.test(bare) ? undefined : bare;
}

/**
 * A whole name without the words that stand for none: `Ann Unknown` is Ann, `undefined undefined` is
 * no name. "Jennifer Null" and "JENNIFER NULL" stay whole; a single `Null` is no name.
 */
export function wholeName(text: string): string | undefined {
  const bare = text.trim();
  if (!isWritten(bare)) return undefined;
  if (isNoValue(bare) || UNKNOWN.test(bare)) return undefined;
  const words = bare.split(/\s+/);
  const kept = words.filter((word, at) => isNameWord(word, at === 0 ? words[1] : words[at - 1]));
  if (kept.length === words.length) return bare;
  const rest = kept.join(' ');
  return LETTER.test(rest) ? rest : undefined;
}

/** A word is judged beside its neighbour: in a name all in capitals, NULL is a name like the rest. */
function isNameWord(word: string, neighbour: string | undefined): boolean {
  if (NAMES_TOO.has(word) || !LETTER.test(word)) return true;
  if (brokenValue(word) !== undefined) return false;
  if (UNKNOWN.test(word) && word !== 'None') return false;
  if (!isNoValue(word) || word === 'None') return true;
  return (
    word === 'NULL' && neighbour !== undefined && isAllCapitals(neighbour) && neighbour !== word
  );
}

function isWritten(name: string): boolean {
  return LETTER.test(name) && !FIELD_NAME.test(name) && brokenValue(name) === undefined;
}

function isAllCapitals(word: string): boolean {
  return /^[\p{Lu}\p{P}]+$/u.test(word);
}
