import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { HmacKey } from '../../src/notification/hmacKey.js';

describe('a keyed hash', () => {
  test.each([1, 16, 63, 64, 65, 200])(
    'is HMAC-SHA-256 as Node makes it, with a key of %i bytes',
    (length) => {
      const key = Buffer.alloc(length, 'ключ');
      for (const text of ['', 'a', 'ein längerer Text '.repeat(20), '\0\u{1F600}']) {
        const expected = createHmac('sha256', key).update(text).digest();
        expect(new HmacKey(key).digest(text)).toEqual(expected);
      }
    },
  );

  test('takes a key as text', () => {
    const expected = createHmac('sha256', 'geheim-и-länger').update('text').digest();
    expect(new HmacKey('geheim-и-länger').digest('text')).toEqual(expected);
  });
});
