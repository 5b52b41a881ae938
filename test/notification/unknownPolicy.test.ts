import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config.js';
import {
  describeUnknownPolicies,
  readUnknownPolicies,
} from '../../src/notification/unknownPolicy.js';

describe('the policy for an unknown that is not found', () => {
  test.each([
    ['resend', { transactional: 'resend', campaign: 'resend' }, 'resend'],
    ['hold', { transactional: 'hold', campaign: 'hold' }, 'hold'],
    [
      ' campaign : hold , transactional: resend',
      { transactional: 'resend', campaign: 'hold' },
      'transactional:resend,campaign:hold',
    ],
    [
      'campaign:resend',
      { transactional: 'hold', campaign: 'resend' },
      'transactional:hold,campaign:resend',
    ],
  ] as const)('reads %p', (text, policies, written) => {
    expect(readUnknownPolicies(text)).toEqual(policies);
    expect(describeUnknownPolicies(policies)).toBe(written);
  });

  test.each(['', 'sometimes', 'urgent:resend', 'campaign:hold,campaign:resend', 'campaign:hold:x'])(
    'does not take %p',
    (text) => {
      expect(readUnknownPolicies(text)).toBeUndefined();
    },
  );
});

describe('the delays of the looks', () => {
  const read = (text: string) => loadConfig({ RECONCILE_AFTER: text }, 'api');

  test('rise, each with its unit', () => {
    const loaded = read('200ms, 1s,2m');
    expect(loaded.ok && loaded.config.RECONCILE_AFTER).toEqual([200, 1_000, 120_000]);
  });

  test.each(['20', '2m,20s', '1s,1s', '0s', '20s,', '1s,2s,3s,4s,5s,6s,7s,8s,9s'])(
    'are refused as %p',
    (text) => {
      expect(read(text).ok).toBe(false);
    },
  );
});
