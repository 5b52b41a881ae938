import { describe, expect, test } from '@jest/globals';
import { contradicts } from '../../src/history/sameName.js';

describe('two names', () => {
  test.each([
    ['in another order', 'Anna Keller', 'Keller, Anna'],
    ['in capitals, without accents', 'José Núñez', 'JOSE NUNEZ'],
    ['with an umlaut written out', 'Jörg Müller', 'Joerg Mueller'],
    ['with a second name and a title', 'Dr. Anna Maria Keller', 'Anna Keller'],
    ['of which one is the first name alone', 'Anna', 'Anna Keller'],
    ['with an initial', 'J. Brandt', 'Julia Brandt'],
    ['of which one greets no one', 'Unknown', 'Anna Keller'],
  ])('%s do not contradict each other', (_how, one, other) => {
    expect([contradicts(one, other), contradicts(other, one)]).toEqual([false, false]);
  });

  test.each([
    ['of two of a family', 'Anna Keller', 'Paul Keller'],
    ['of two people', 'Anna', 'Paul Keller'],
    ['with other initials', 'J. Brandt', 'Karl Brandt'],
    ['in a script without capitals', 'سارة الأحمد', 'ليلى الأحمد'],
  ])('%s contradict each other', (_how, one, other) => {
    expect([contradicts(one, other), contradicts(other, one)]).toEqual([true, true]);
  });
});
