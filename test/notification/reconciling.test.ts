import { describe, expect, test } from '@jest/globals';
import { recordAnswer, recordDelivery } from '../../src/notification/answer.js';
import { startLeg } from '../../src/notification/attempt.js';
import {
  beginLooks,
  doubt,
  endLooks,
  isLastLook,
  type LegFinding,
  postponeLook,
  recordLook,
  withFirstLook,
} from '../../src/notification/reconciling.js';
import {
  type Leg,
  type NotificationRecord,
  placeOf,
  type UnknownPolicy,
} from '../../src/notification/record.js';
import { resolve } from '../../src/notification/settlement.js';
import type { Channel } from '../../src/notification/state.js';
import { acceptedRecord, T0 } from '../support/notifications.js';

const DELAYS = [20_000, 60_000];
const SINCE = T0 + 1_000;
const LAST = SINCE + 60_000;

function unknownLeg(channel: Channel = 'web', changes: Partial<Leg> = {}): Leg {
  return {
    generation: 1,
    channel,
    fencingToken: 1,
    intentAt: T0,
    sendBy: T0 + 2_000,
    outcome: 'unknown',
    reason: 'timeout',
    ...changes,
  };
}

function unknown(legs: Leg[] = [unknownLeg()]): NotificationRecord {
  const record = acceptedRecord({
    state: 'unknown',
    reason: 'timeout',
    updatedAt: SINCE,
    fencingToken: 1,
    attempts: 1,
    legs,
  });
  record.timeline.push({ at: SINCE, state: 'unknown', reason: 'timeout' });
  return { ...record, looks: { made: 0, since: SINCE, nextAt: SINCE + 20_000 } };
}

const FOUND: LegFinding = { kind: 'found', messageId: 'm1', conversationId: 'c1' };
const NOT_THERE: LegFinding = { kind: 'not_there' };
const AMBIGUOUS: LegFinding = { kind: 'ambiguous' };

function looked(
  record: NotificationRecord,
  found: LegFinding | LegFinding[],
  at = LAST,
  policy: UnknownPolicy = 'hold',
) {
  const all = Array.isArray(found) ? found : [found];
  const findings = all.flatMap((finding, place) => {
    const leg = record.legs[place];
    return leg === undefined ? [] : [{ leg, finding }];
  });
  const look = { askedAt: at, made: record.looks?.made ?? 0, findings, policy };
  return recordLook(record, look, DELAYS, at);
}

describe('an unknown', () => {
  test('has its first look from when it became one, and none where the platform cannot be asked', () => {
    const before = acceptedRecord({ state: 'sending' });
    const { looks: _none, ...next } = unknown();
    expect(withFirstLook(before, next, DELAYS).looks).toEqual({
      made: 0,
      since: SINCE,
      nextAt: SINCE + 20_000,
    });
    expect(withFirstLook(before, next, []).looks).toBeUndefined();
    const byEngage = { ...next, legs: [unknownLeg('engage')] };
    expect(withFirstLook(before, byEngage, DELAYS).looks).toBeUndefined();
    expect(withFirstLook(next, next, DELAYS).looks).toBeUndefined();
  });

  test('that is found is sent, with its ids and its delivery to be followed, at any look', () => {
    const found = { ...FOUND, deliveryCheckAt: T0 + 99_000 } as const;
    const { result, next } = looked(unknown(), found, SINCE + 20_000);
    expect(result.kind).toBe('sent');
    expect(next).toMatchObject({
      state: 'sent',
      reason: 'reconciled_sent',
      deliveryCheckAt: T0 + 99_000,
      legs: [{ outcome: 'sent', messageId: 'm1', conversationId: 'c1' }],
    });
    expect(next?.looks).toBeUndefined();
  });

  test('that is not there is looked for again, and since when it is unknown stays', () => {
    const { result, next } = looked(unknown(), NOT_THERE, SINCE + 20_000);
    expect(result.kind).toBe('looks_again');
    expect(next).toMatchObject({ state: 'unknown', updatedAt: SINCE });
    expect(next?.looks).toEqual({ made: 1, since: SINCE, nextAt: LAST });
    expect(next?.timeline).toHaveLength(2);
  });

  test('counts a look as the last one only if it was made after the longest delay', () => {
    const { looks } = unknown();
    expect(looks && isLastLook(looks, LAST - 1, DELAYS)).toBe(false);
    expect(looks && isLastLook(looks, LAST, DELAYS)).toBe(true);
    // Every other look was missed: one that late is the last one, all the same.
    expect(looked(unknown(), NOT_THERE, LAST).result.kind).toBe('held');
  });

  test('that is surely not there is held for a person by policy', () => {
    const { result, next } = looked(unknown(), NOT_THERE);
    expect(result.kind).toBe('held');
    expect(next).toMatchObject({ state: 'unknown', reason: 'not_found_on_platform' });
    expect(next?.looks).toEqual({ made: 1, since: SINCE });
    expect(next?.legs[0]?.outcome).toBe('unknown');
  });

  test('that is surely not there is sent again by policy, in a new generation that says so', () => {
    const { result, next } = looked(unknown(), NOT_THERE, LAST, 'resend');
    expect(result.kind).toBe('resent');
    expect(next).toMatchObject({
      state: 'accepted',
      reason: 'not_found_on_platform',
      generation: 2,
      legs: [{ outcome: 'not_sent', reason: 'not_found_on_platform' }],
    });
    expect(next?.timeline.at(-1)).toMatchObject({
      state: 'accepted',
      reason: 'not_found_on_platform',
    });
  });

  test('is not sent again after its deadline', () => {
    const record = { ...unknown(), deadline: LAST };
    const { result, next } = looked(record, NOT_THERE, LAST, 'resend');
    expect(result.kind).toBe('expired');
    expect(next).toMatchObject({ state: 'expired', reason: 'deadline' });
  });

  test('that is ambiguous is left to a person, and its leg keeps the reason', () => {
    const { result, next } = looked(unknown(), AMBIGUOUS, LAST, 'resend');
    expect(result.kind).toBe('ambiguous');
    expect(next).toMatchObject({
      state: 'unknown',
      reason: 'ambiguous_on_platform',
      legs: [{ outcome: 'unknown', reason: 'timeout' }],
    });
    expect(next?.looks?.nextAt).toBeUndefined();
  });

  test('with two legs counts as not there only if neither is', () => {
    const record = unknown([unknownLeg(), unknownLeg('email', { intentAt: T0 + 5 })]);
    expect(looked(record, NOT_THERE, LAST, 'resend').result.kind).toBe('ambiguous');
    expect(looked(record, [NOT_THERE, AMBIGUOUS], LAST, 'resend').result.kind).toBe('ambiguous');
    expect(looked(record, [NOT_THERE, NOT_THERE], LAST, 'resend').result.kind).toBe('resent');
    const { next } = looked(record, [NOT_THERE, FOUND], LAST, 'resend');
    expect(next).toMatchObject({
      state: 'sent',
      legs: [{ outcome: 'not_sent' }, { outcome: 'sent' }],
    });
  });

  test('whose one message did not arrive stays unknown as long as the other is', () => {
    const record = unknown([unknownLeg(), unknownLeg('email', { intentAt: T0 + 5 })]);
    const { next } = looked(record, [{ ...FOUND, deliveryCheckAt: LAST }, AMBIGUOUS], LAST);
    const sent = next ?? record;
    const given = { fencingToken: 1, delivery: 'failed', mayFallBack: true } as const;
    expect(recordDelivery(sent, given, LAST + 1).next).toMatchObject({ state: 'unknown' });
  });
});

describe('the quicker one decides', () => {
  test('a person: what a look has found then comes too late', () => {
    for (const verdict of ['sent', 'not_sent'] as const) {
      const resolved = resolve(unknown(), verdict, T0 + 2_000).next ?? unknown();
      expect(resolved.looks).toBeUndefined();
      expect(looked(resolved, FOUND)).toEqual({ result: { kind: 'too_late' } });
      expect(looked(resolved, NOT_THERE, LAST, 'resend')).toEqual({ result: { kind: 'too_late' } });
    }
  });

  test('the worker that wakes up with an answer', () => {
    const answer = { outcome: 'sent', messageId: 'm1' } as const;
    const given = { leg: unknownLeg(), answer };
    const answered = recordAnswer(unknown(), given, T0 + 2_000).next ?? unknown();
    expect(answered).toMatchObject({ state: 'sent' });
    expect(looked(answered, NOT_THERE, LAST, 'resend').result.kind).toBe('too_late');
  });

  test('a second process that has made the same look: it is not counted twice', () => {
    const { next } = looked(unknown(), NOT_THERE, SINCE + 20_000);
    const look = { askedAt: SINCE + 20_000, made: 0, findings: [], policy: 'resend' } as const;
    expect(recordLook(next ?? unknown(), look, DELAYS, LAST).result.kind).toBe('too_late');
  });

  test('a late answer stops what a resend has begun', () => {
    const resent = looked(unknown(), NOT_THERE, LAST, 'resend').next ?? unknown();
    const given = {
      leg: unknownLeg(),
      answer: { outcome: 'sent', messageId: 'm1' } as const,
    };
    const late = recordAnswer(resent, given, LAST + 1).next ?? resent;
    expect(late.state).toBe('sent');
    const intent = { fencingToken: 1, channel: 'web', sendWithinMs: 2_000 } as const;
    expect(startLeg(late, intent, LAST + 2).result.kind).not.toBe('started');
  });
});

describe('a look that is not answered', () => {
  test('moves and is not used up; one that was made meanwhile is left alone', () => {
    const moved = postponeLook(unknown(), 0, LAST).next;
    expect(moved?.looks).toEqual({ made: 0, since: SINCE, nextAt: LAST });
    expect(postponeLook(unknown(), 1, LAST).result).toBe(false);
    expect(postponeLook(acceptedRecord(), 0, LAST).result).toBe(false);
  });

  test('for want of a request is the end of the looks: a person decides', () => {
    const ended = endLooks(unknown(), 'request_gone', LAST).next;
    expect(ended).toMatchObject({ state: 'unknown', reason: 'timeout', looks: { made: 0 } });
    expect(ended?.looks?.nextAt).toBeUndefined();
  });
});

test('an unknown of a version without looks is looked for from now on', () => {
  const { looks: _none, ...old } = unknown();
  expect(beginLooks(old, SINCE, LAST).next?.looks).toEqual({ made: 0, since: SINCE, nextAt: LAST });
  expect(beginLooks(unknown(), SINCE, LAST).result).toBe(false);
});

describe('what Redis may have forgotten', () => {
  const legs = [{ channel: 'web', intentAt: T0, sendBy: T0 + 9_000 }] as const;
  const given = { reason: 'redis_went_back', legs, notFound: 'resend' } as const;

  test('is unknown, fenced off, and goes on once it is surely not there, whatever the policy', () => {
    const working = acceptedRecord({ state: 'processing', fencingToken: 3 });
    const { result, next = working } = doubt(working, given, SINCE);
    expect(result).toBe('doubted');
    expect(next).toMatchObject({ state: 'unknown', reason: 'redis_went_back' });
    expect(next.fencingToken).toBeGreaterThan(3);
    expect(next.looks).toEqual({ made: 0, since: SINCE, nextAt: SINCE, notFound: 'resend' });
    expect(looked(next, NOT_THERE, LAST, 'hold').result.kind).toBe('resent');
  });

  test('leaves a message alone that is known, and its delivery is followed again', () => {
    const sent = acceptedRecord({
      state: 'sent',
      deliveryCheckAt: T0 + 60_000,
      legs: [unknownLeg('web', { outcome: 'sent', messageId: 'm1' })],
    });
    const email = [{ channel: 'email', intentAt: T0, sendBy: T0 + 9_000 }] as const;
    const { next = sent } = doubt(sent, { ...given, legs: email }, SINCE);
    expect(next.state).toBe('unknown');
    const findings = [{ leg: next.legs[1] ?? unknownLeg(), finding: NOT_THERE }];
    const look = { askedAt: LAST, made: 0, findings, policy: 'hold' } as const;
    const after = recordLook(next, look, DELAYS, LAST).next;
    expect(after).toMatchObject({ state: 'sent', deliveryCheckAt: T0 + 60_000, generation: 1 });
  });

  test('is looked for also where another try over the channel ended in the moment from which on all is in doubt', () => {
    const [web] = given.legs;
    for (const outcome of ['not_sent', 'not_addressable'] as const) {
      const tried = { ...unknownLeg('web'), ...web, generation: 1, fencingToken: 3, outcome };
      const working = acceptedRecord({ state: 'processing', fencingToken: 3, legs: [tried] });
      const { next = working } = doubt(working, given, SINCE);
      expect(next.legs.map((leg) => leg.outcome)).toEqual([outcome, 'unknown']);
      expect(placeOf(next, next.legs[1] ?? tried)).toBe(1);
    }
  });

  test('may have been sent again where it was unknown and looked for by itself: that is looked for as well, by what was wanted of it', () => {
    const before = unknown();
    const { next = before } = doubt(before, given, LAST);
    expect(next).toMatchObject({ state: 'unknown', reason: 'redis_went_back' });
    expect(next.legs).toHaveLength(before.legs.length + 1);
    expect(next.looks).toMatchObject({ made: 0, nextAt: LAST });
    expect(next.looks?.notFound).toBeUndefined();
    const held = doubt(before, { ...given, notFound: 'hold' }, LAST).next;
    expect(held?.looks?.notFound).toBe('hold');
  });

  test('changes nothing of what waits for a person', () => {
    const { looks, ...waiting } = unknown();
    const decided = { ...waiting, looks: { made: 2, since: looks?.since ?? SINCE } };
    expect(doubt(decided, given, LAST)).toEqual({ result: 'kept' });
  });

  test('changes nothing of what has ended', () => {
    for (const state of ['failed', 'delivered', 'cancelled', 'unknown'] as const) {
      expect(doubt(acceptedRecord({ state }), given, SINCE)).toEqual({ result: 'kept' });
    }
  });
});
