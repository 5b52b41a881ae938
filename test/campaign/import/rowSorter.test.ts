import { describe, expect, test } from '@jest/globals';
import type { ReadRow } from '../../../src/campaign/import/candidate.js';
import { RowCollector } from '../../../src/campaign/import/rowCollector.js';
import { newCampaign } from '../../../src/campaign/lifecycle.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

function newSorter(): RowCollector {
  const input = { id: 'spring', name: 'Spring', template: 'greeting', templateHash: 'hash' };
  const entry = {
    name: 'greeting',
    hash: 'hash',
    channels: ['email' as const],
    defaultChannels: ['email' as const],
    manifest: { description: 'a greeting', variables: {} },
  };
  return new RowCollector(newCampaign({ ...input, defaults: {} }, NOW), entry, { now: NOW });
}

function badRow(number: number, cell = 'x'): ReadRow {
  const problems = [{ column: '', expected: 'something else' }];
  return {
    number,
    cells: [cell],
    problems,
    candidate: { recipient: {} },
    nameOf: new Map(),
    own: [],
  };
}

function goodRow(number: number): ReadRow {
  const candidate = { recipient: { phone: `+1555${1_000_000 + number}` } };
  return { ...badRow(number), problems: [], candidate };
}

const lengths = (chunks: readonly (readonly unknown[])[]) => chunks.map(({ length }) => length);

describe('the sorter of rows', () => {
  test('keeps the first 50,000 refused rows and counts the rest', () => {
    const sorter = newSorter();
    for (let number = 2; number < 60_002; number += 1) sorter.take(badRow(number));
    const kept = sorter.takeAll().rejected.flat();
    expect(kept.map(({ number }) => number).slice(-2)).toEqual([50_000, 50_001]);
    expect(sorter.rejected).toBe(60_000);
    expect(sorter.rejectedSample).toHaveLength(10);
  });

  test('keeps at most 64 MB of refused rows', () => {
    const sorter = newSorter();
    const cell = 'x'.repeat(1024 * 1024 - 1);
    for (let number = 2; number < 102; number += 1) sorter.take(badRow(number, cell));
    expect(sorter.takeAll().rejected.flat()).toHaveLength(64);
  });

  test('hands out rows of commas before they take more memory than rows of text', () => {
    const sorter = newSorter();
    const cells: string[] = new Array(250_000).fill('');
    for (let number = 2; number < 6; number += 1) sorter.take({ ...badRow(number), cells });
    expect(lengths(sorter.takeAll().rejected)).toEqual([2, 2]);
  });

  test('hands out each chunk once: full ones as they come, what is left at the end', () => {
    const sorter = newSorter();
    for (let number = 2; number < 1_302; number += 1) {
      sorter.take(goodRow(number));
      if (number % 4 === 0) sorter.take(badRow(number));
    }
    const complete = sorter.takeComplete();
    expect([lengths(complete.rows), lengths(complete.rejected)]).toEqual([[500, 500], [200]]);
    const left = sorter.takeAll();
    expect([lengths(left.rows), lengths(left.rejected)]).toEqual([[300], [125]]);
    const nothing = sorter.takeAll();
    expect([nothing.rows, nothing.rejected]).toEqual([[], []]);
  });
});
