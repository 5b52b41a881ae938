import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../support/pages.js';

/** Words that hide who acts, or that a reader with English as a second language stumbles over. */
const VAGUE =
  /\b(whoever|nobody|somebody|anybody|told|mend\w*|troubles?|strangers?|lets? go of)\b/i;

const COMMENT = /^\s*(\/\/|\/?\*)/;
const TITLE = /\b(test|describe)(\.\w+)*\(\s*['"`]|\]\)\(\s*['"`]/;

const LINES = ['src', 'sandbox', 'bench', 'scripts', 'test'].flatMap((folder) =>
  readdirSync(new URL(folder, projectRoot), { encoding: 'utf8', recursive: true })
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .flatMap((name) =>
      readFileSync(new URL(`${folder}/${name}`, projectRoot), 'utf8')
        .split('\n')
        .map((text, at) => ({ text, place: `${folder}/${name}:${at + 1}` })),
    ),
);

function vagueLines(part: RegExp): string[] {
  return LINES.filter(({ text }) => part.test(text) && VAGUE.test(text)).map(
    ({ text, place }) => `${place} ${text.trim()}`,
  );
}

describe('plain words, the rule of CONTRIBUTING.md', () => {
  test('are used in every comment', () => {
    expect(vagueLines(COMMENT)).toEqual([]);
  });

  test('are used in every title of a test', () => {
    expect(vagueLines(TITLE)).toEqual([]);
  });
});
