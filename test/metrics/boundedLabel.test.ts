import { describe, expect, test } from '@jest/globals';
import { boundedLabel } from '../../src/metrics/metrics.js';

describe('a label with few values', () => {
  test('keeps codes as they are, and says nothing of what is absent', () => {
    const label = boundedLabel(10);
    for (const code of ['http_400', 'rate_limited', 'no_history']) expect(label(code)).toBe(code);
    expect(label(undefined)).toBe('');
  });

  test('counts the values beyond its limit as one, and goes on keeping those it knows', () => {
    const label = boundedLabel(2);
    expect(['a', 'b', 'c', 'd', 'a', 'b'].map(label)).toEqual([
      'a',
      'b',
      'other',
      'other',
      'a',
      'b',
    ]);
  });

  test.each([
    'mary@example.com',
    'My order is late',
    '+4915112345678',
    '018f-1234',
    'x'.repeat(60),
  ])('never becomes %s', (value) => {
    expect(boundedLabel(10)(value)).toBe('other');
  });
});
