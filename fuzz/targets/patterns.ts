import fc from 'fast-check';
import { boundOf } from '../harness/boundedPatterns.js';
import { recipesFor, textOf } from '../harness/hostileFor.js';
import { collectPatterns, type Pattern } from '../harness/patterns.js';
import { property } from '../harness/property.js';
import type { Target } from '../harness/target.js';

const MEGABYTE = 1024 * 1024;
/** A pattern's time at a megabyte, if it grows with the length, and an eighth of it before. */
const TOO_LONG_MS = 1_000;
/** Of all lengths that a text is tried with, each up to three times. */
const ALL_LENGTHS_MS = 5 * TOO_LONG_MS;

export const target: Target = {
  about: 'every regular expression of the product, each with a megabyte made against it',
  async open() {
    const { patterns } = await collectPatterns();
    const cases = patterns.flatMap((pattern) =>
      recipesFor(pattern).map((recipe) => ({ pattern, recipe })),
    );
    const drawn = fc.shuffledSubarray(cases, { minLength: 1, maxLength: 1 });
    return {
      properties: [
        property(
          'linear',
          drawn,
          ([one]) =>
            one === undefined
              ? undefined
              : timeComplaint(one.pattern, (n) => textOf(one.recipe, n)),
          { allowedMs: () => ALL_LENGTHS_MS },
        ),
      ],
      close: async () => undefined,
    };
  },
};

/** What is wrong with the time that a pattern takes for such a text, up to the longest that it ever sees. */
export function timeComplaint(
  pattern: Pattern,
  textWith: (length: number) => string,
): string | undefined {
  const longest = Math.min(MEGABYTE, boundOf(pattern) ?? MEGABYTE);
  for (let length = 32; ; length *= 8) {
    const now = Math.min(length, longest);
    const text = textWith(now);
    const tookMs = shortestTime(pattern, text);
    const allowedMs = TOO_LONG_MS * Math.max(now / longest, 0.125);
    if (tookMs > allowedMs) {
      return `${pattern.file}: /${pattern.source}/${pattern.flags} takes ${tookMs.toFixed(0)} ms for ${now} characters`;
    }
    if (now === longest) return undefined;
  }
}

function shortestTime({ source, flags }: Pattern, text: string): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (let time = 0; time < 3 && shortest > 100; time += 1) {
    const pattern = new RegExp(source, flags);
    const began = performance.now();
    if (flags.includes('g')) text.replace(pattern, '');
    else pattern.test(text);
    shortest = Math.min(shortest, performance.now() - began);
  }
  return shortest;
}
