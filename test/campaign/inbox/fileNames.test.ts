import { describe, expect, test } from '@jest/globals';
import {
  campaignIdFor,
  isPassedOver,
  numbered,
  sidecarOf,
} from '../../../src/campaign/inbox/fileNames.js';

describe('names in the inbox', () => {
  test.each([
    ['may.csv', 'may.json'],
    ['may.csv.gz', 'may.json'],
    ['may.v2.ndjson', 'may.v2.json'],
    ['Kunden Mai größer.csv', 'Kunden Mai größer.json'],
    ['rows', 'rows.json'],
  ])('%s is described by %s', (name, sidecar) => {
    expect(sidecarOf(name)).toBe(sidecar);
  });

  test.each([
    '.may.csv.x7Tq',
    'may.csv.part',
    'may.csv~',
    '~$may.csv',
    'may.CRDOWNLOAD',
    'Thumbs.db',
  ])('%s is not finished, or is not meant to be imported', (name) => {
    expect(isPassedOver(name)).toBe(true);
  });

  test('a second file of a name gets a number before what says of which kind it is', () => {
    expect(numbered('may.csv', 1)).toBe('may.csv');
    expect(numbered('may.csv', 2)).toBe('may-2.csv');
    expect(numbered('may.csv.gz', 3)).toBe('may-3.csv.gz');
    expect(numbered('rows', 2)).toBe('rows-2');
  });
});

describe('the id of a campaign', () => {
  test('follows from name, template and content, and from nothing else', () => {
    const id = campaignIdFor('may.csv', 'follow-up', 'ab');
    expect(campaignIdFor('may.csv', 'follow-up', 'ab')).toBe(id);
    const others = [
      campaignIdFor('june.csv', 'follow-up', 'ab'),
      campaignIdFor('may.csv', 'order-update', 'ab'),
      campaignIdFor('may.csv', 'follow-up', 'cd'),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  test.each([
    ['Kunden Mai größer.csv', /^Kunden-Mai-gro-er-[0-9a-f]{12}$/],
    ['客户.csv', /^file-[0-9a-f]{12}$/],
    [`${'x'.repeat(200)}.csv`, /^x{60}-[0-9a-f]{12}$/],
  ])('can be read, and is an id: %s', (name, expected) => {
    expect(campaignIdFor(name, 'follow-up', 'ab')).toMatch(expected);
  });

  test('does not depend on how the file system writes an umlaut', () => {
    const [composed, decomposed] = ['ü.csv'.normalize('NFC'), 'ü.csv'.normalize('NFD')];
    expect(campaignIdFor(composed, 'follow-up', 'ab')).toBe(
      campaignIdFor(decomposed, 'follow-up', 'ab'),
    );
  });
});
