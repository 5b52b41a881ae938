import { describe, expect, test } from '@jest/globals';
import { statedName } from '../../../src/pipeline/context/customerName.js';
import { NAME_SENTENCES } from './nameSentences.js';

const sentences = NAME_SENTENCES.trim()
  .split('\n')
  .map((line) => {
    const [sentence = '', name = ''] = line.split('|').map((part) => part.trim());
    return { sentence, name: name === '' ? undefined : name };
  });

describe('of what customers write in six languages,', () => {
  test('the table holds over 300 sentences, at least half of them without a name', () => {
    const nameless = sentences.filter(({ name }) => name === undefined);
    expect(sentences.length).toBeGreaterThan(300);
    expect(nameless.length).toBeGreaterThanOrEqual(sentences.length / 2);
    expect(new Set(sentences.map(({ sentence }) => sentence)).size).toBe(sentences.length);
  });

  test.each(sentences)('“$sentence” calls the customer $name', ({ sentence, name }) => {
    expect(statedName([sentence])).toBe(name);
  });
});
