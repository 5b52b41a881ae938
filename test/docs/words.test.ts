import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../support/pages.js';

/** Words that hide who acts, or that a reader with English as a second language stumbles over. */
const VAGUE =
  /\b(whoever|nobody|somebody|anybody|told|mend\w*|troubles?|strangers?|lets? go of)\b/i;

const COMMENT = /^\s*(\/\/|\/?\*)/;
const TITLE = /\b(test|describe)(\.\w+)*\(\s*['"`]|\]\)\(\s*['"`]/;

function linesThatMatch(folders: readonly string[], part: RegExp): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(new URL(folder, projectRoot), { encoding: 'utf8', recursive: true }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter((file) => /\.(ts|mjs)$/.test(file))
    .flatMap((file) =>
      readFileSync(new URL(file, projectRoot), 'utf8')
        .split('\n')
        .map((line, at) => ({ line, place: `${file}:${at + 1}` })),
    )
    .filter(({ line }) => part.test(line) && VAGUE.test(line))
    .map(({ line, place }) => `${place} ${line.trim()}`);
}

describe('plain words, the rule of CONTRIBUTING.md', () => {
  test('are used in every comment', () => {
    expect(linesThatMatch(['src', 'sandbox', 'bench', 'scripts', 'test'], COMMENT)).toEqual([]);
  });

  test('are used in every title of a test', () => {
    expect(linesThatMatch(['test'], TITLE)).toEqual([]);
  });
});
