import { describe, expect, test } from '@jest/globals';
import type { NotificationRequest } from '../../src/notification/request.js';
import { policyOf } from '../../src/policy/policy.js';
import { NO_FACTS, type Rule, type Verdict } from '../../src/policy/rule.js';

const NOW = Date.parse('2026-11-22T21:00:00Z');
const REQUEST: NotificationRequest = {
  recipient: { email: 'dana@example.com', phone: '+15550100123' },
  template: 'follow-up',
};

const allow: Rule = () => ({ kind: 'allow' });
const skip: Rule = () => ({ kind: 'skip', reason: 'suppressed' });
const deferFor =
  (ms: number, reason: 'quiet_hours' | 'frequency_cap' = 'quiet_hours'): Rule =>
  ({ now }) => ({ kind: 'defer', until: now + ms, reason });
const onlyFor =
  (channel: 'web' | 'sms', rule: Rule): Rule =>
  (sending) =>
    sending.channel === channel ? rule(sending) : { kind: 'allow' };

function verdictOf(rules: Rule[], channels: ('web' | 'email' | 'sms')[] = ['web']): Verdict {
  return policyOf(rules)(REQUEST, channels, NOW, NO_FACTS);
}

describe('the rules about one channel', () => {
  test('all of them have to allow', () => {
    expect(verdictOf([])).toEqual({ kind: 'allow' });
    expect(verdictOf([allow, allow])).toEqual({ kind: 'allow' });
  });

  test('one that skips is final, whether another defers before or after it', () => {
    const verdict = { kind: 'skip', reason: 'suppressed' };
    expect(verdictOf([deferFor(60_000), skip])).toEqual(verdict);
    expect(verdictOf([skip, deferFor(60_000)])).toEqual(verdict);
  });

  test('of those that defer the longest counts, with its reason', () => {
    const verdict = { kind: 'defer', until: NOW + 90_000, reason: 'frequency_cap' };
    const longest = deferFor(90_000, 'frequency_cap');
    expect(verdictOf([deferFor(60_000), longest])).toEqual(verdict);
    expect(verdictOf([longest, deferFor(60_000)])).toEqual(verdict);
  });

  test('a time that has passed already does not make a job turn in circles', () => {
    expect(verdictOf([deferFor(-1)])).toMatchObject({ kind: 'defer', until: NOW + 1_000 });
  });
});

describe('the rules about several channels', () => {
  test('the first channel that is not skipped decides', () => {
    expect(verdictOf([onlyFor('web', skip)], ['web', 'email'])).toEqual({ kind: 'allow' });
    expect(
      verdictOf([onlyFor('web', skip), onlyFor('sms', deferFor(60_000))], ['web', 'sms']),
    ).toEqual({ kind: 'defer', until: NOW + 60_000, reason: 'quiet_hours' });
  });

  test('a channel that has to wait is not given up for a later one', () => {
    expect(verdictOf([onlyFor('sms', deferFor(60_000))], ['sms', 'email'])).toMatchObject({
      kind: 'defer',
    });
  });

  test('all of them skipped is skipped', () => {
    expect(verdictOf([skip], ['web', 'email'])).toEqual({ kind: 'skip', reason: 'suppressed' });
  });
});
