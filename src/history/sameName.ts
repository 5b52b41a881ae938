import { fold } from '../context/cleanText.js';
import { usableName } from '../context/customerName.js';

/**
 * Whether two names may be one person's: compared without case, accents and order. One may leave words
 * of the other out, or write them as initials: `J. Brandt` is Julia Brandt, and so is `BRANDT Júlia Eva`.
 */
export function maybeSameName(one: string, other: string): boolean {
  const [words, others] = [wordsOf(one), wordsOf(other)];
  return isWithin(words, others) || isWithin(others, words);
}

/** Whether two names that can greet say that they are not the same person's. */
export function contradicts(one: string | undefined, other: string | undefined): boolean {
  const [name, otherName] = [usableName(one), usableName(other)];
  return name !== undefined && otherName !== undefined && !maybeSameName(name, otherName);
}

/** Müller, Mueller and Muller are one word. */
function wordsOf(name: string): string[] {
  return fold(name)
    .split(' ')
    .map((word) => word.replace(/([aou])e/g, '$1'));
}

function isWithin(some: readonly string[], all: readonly string[]): boolean {
  return some.every((word) => all.some((other) => isWordOf(word, other)));
}

function isWordOf(word: string, other: string): boolean {
  if (word.length === 1) return other.startsWith(word);
  return other === word || (other.length === 1 && word.startsWith(other));
}
