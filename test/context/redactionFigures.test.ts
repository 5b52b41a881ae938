import { describe, expect, test } from '@jest/globals';
import {
  readLabelledTexts,
  redactionFigures,
  type Share,
  total,
} from '../../bench/harness/labelledTexts.js';
import { REDACTIONS } from '../../src/context/redact.js';
import { SECRET_KINDS } from '../../src/context/redaction/redaction.js';
import { pageAt } from '../support/pages.js';

const known = readLabelledTexts('test/context/labelled/known');
const heldOut = readLabelledTexts('test/context/labelled/heldOut');
const figures = { known: redactionFigures(known), heldOut: redactionFigures(heldOut) };

const percent = (share: Share | undefined) =>
  share === undefined ? '–' : `${((100 * share.right) / share.of).toFixed(1).replace('.0', '')} %`;

const withCount = (share: Share | undefined) =>
  share === undefined ? '–' : `${percent(share)} of ${share.of}`;

describe('the labelled texts', () => {
  test('are at least 300 in five languages, about half of them harmless', () => {
    const texts = [...known, ...heldOut];
    expect(new Set(texts.map(({ language }) => language))).toEqual(
      new Set(['de', 'en', 'es', 'fr', 'it']),
    );
    const harmless = texts.filter(({ secrets }) => secrets.length === 0).length;
    expect(texts.length).toBeGreaterThanOrEqual(300);
    expect(harmless).toBeGreaterThan(0.4 * texts.length);
  });

  test('name no kind of secret that redaction does not have', () => {
    const kinds = [...known, ...heldOut].flatMap(({ secrets }) => secrets.map(({ kind }) => kind));
    expect(SECRET_KINDS).toEqual(expect.arrayContaining([...new Set(kinds)]));
  });

  test('are met by redaction as the page about it states, kind by kind', () => {
    const row = (kind: string, shares: readonly (Share | undefined)[]) =>
      `| ${[kind, ...shares.map(withCount)].join(' | ')} |`;
    const rows = SECRET_KINDS.map((kind) =>
      row(`\`${kind}\``, [
        figures.known.recall.get(kind),
        figures.heldOut.recall.get(kind),
        figures.known.precision.get(kind),
        figures.heldOut.precision.get(kind),
      ]),
    );
    const all = row('all', [
      total(figures.known.recall),
      total(figures.heldOut.recall),
      total(figures.known.precision),
      total(figures.heldOut.precision),
    ]);
    const { text } = pageAt('docs/redaction.md');
    expect(
      text.split('\n').filter((line) => / %| – \|/.test(line) && line.startsWith('|')),
    ).toEqual([...rows, all]);
    const withSecrets = [...known, ...heldOut].filter(({ secrets }) => secrets.length > 0).length;
    const count = known.length + heldOut.length;
    const prose = text.replaceAll('\n', ' ');
    expect(prose).toContain(`They are of ${count} texts`);
    expect(prose).toContain(
      `${withSecrets} with one secret or more, ${count - withSecrets} that only`,
    );
    expect(prose).toContain(`${known.length} of them rules were made with`);
    expect(prose).toContain(`other ${heldOut.length} were written after`);
  });
});

describe('redaction', () => {
  test('has a rule for each kind of secret', () => {
    expect(new Set(REDACTIONS.map(({ kind }) => kind))).toEqual(new Set(SECRET_KINDS));
  });

  test('finds at least nine of ten secrets in texts that no rule was made with', () => {
    const { of, right } = total(figures.heldOut.recall);
    expect(right / of).toBeGreaterThanOrEqual(0.9);
  });

  test('costs time in proportion to a hostile text’s length', () => {
    const hostile = [
      'a',
      '1',
      'a.',
      'a@',
      'DE12 ',
      '12 rue de la ',
      'kenn',
      'pin is ',
      'Via Roma ',
    ];
    for (const part of hostile) {
      const text = part.repeat(4000 / part.length);
      const startedAt = performance.now();
      redactionFigures([{ language: 'en', text, secrets: [] }]);
      expect(performance.now() - startedAt).toBeLessThan(3_000);
    }
  });
});
