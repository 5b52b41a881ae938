import { describe, expect, test } from '@jest/globals';
import { recordAnswer, recordDelivery } from '../../src/notification/answer.js';
import { claim, release, startLeg } from '../../src/notification/attempt.js';
import type { Leg, NotificationRecord } from '../../src/notification/record.js';
import { cancel, resolve, retry, sweep } from '../../src/notification/settlement.js';
import { acceptedRecord, T0 } from '../support/notifications.js';

function claimed(record: NotificationRecord, now = T0): NotificationRecord {
  const { next } = claim(record, record.generation, now);
  if (next === undefined) throw new Error('not claimed');
  return next;
}

function sending(record = claimed(acceptedRecord()), now = T0): NotificationRecord {
  const intent = {
    fencingToken: record.fencingToken,
    channel: 'web' as const,
    sendWithinMs: 2_000,
  };
  const { next } = startLeg(record, intent, now);
  if (next === undefined) throw new Error('not started');
  return next;
}

const SENT = { outcome: 'sent', messageId: 'm1' } as const;
const REFUSED = { outcome: 'refused', reason: 'http_400' } as const;

function legOf(record: NotificationRecord, place = 0): Leg {
  const leg = record.legs[place];
  if (leg === undefined) throw new Error('no such leg');
  return leg;
}

describe('a worker that dies before the intent', () => {
  test('leaves `processing`, which the next attempt takes over', () => {
    const first = claimed(acceptedRecord());
    const { result } = claim(first, 1, T0 + 1);
    expect(result).toMatchObject({
      kind: 'claimed',
      record: { fencingToken: first.fencingToken + 1 },
    });
  });

  test('and wakes up again has lost the notification: its intent is refused', () => {
    const first = claimed(acceptedRecord());
    const second = claimed(first);
    const intent = {
      fencingToken: first.fencingToken,
      channel: 'web' as const,
      sendWithinMs: 2_000,
    };
    expect(startLeg(second, intent, T0)).toEqual({ result: { kind: 'fenced' } });
  });
});

describe('a worker that dies between intent and recorded answer', () => {
  test('is waited for as long as its request may still be running', () => {
    expect(claim(sending(), 1, T0 + 21_999).result).toEqual({ kind: 'wait', until: T0 + 22_000 });
    expect(sweep(sending(), T0 + 21_999)).toEqual({ result: 'nothing' });
  });

  test('after that leaves `unknown`, and no request goes out', () => {
    const late = claim(sending(), 1, T0 + 22_000);
    expect(late.result).toEqual({ kind: 'ended', state: 'unknown' });
    expect(late.next?.legs[0]?.outcome).toBe('unknown');
    expect(claim(late.next ?? acceptedRecord(), 1, T0 + 23_000).result).toEqual({
      kind: 'ended',
      state: 'unknown',
    });
  });

  test('and comes back with a message id after all is believed', () => {
    const lost = claim(sending(), 1, T0 + 22_000).next ?? acceptedRecord();
    const { next } = recordAnswer(lost, { leg: legOf(lost), answer: SENT }, T0 + 60_000);
    expect(next).toMatchObject({ state: 'sent', legs: [{ outcome: 'sent', messageId: 'm1' }] });
  });

  test('and comes back with a definite refusal frees the notification', () => {
    const lost = claim(sending(), 1, T0 + 22_000).next ?? acceptedRecord();
    const answer = { outcome: 'refused', reason: 'http_400' } as const;
    const { next } = recordAnswer(lost, { leg: legOf(lost), answer }, T0 + 60_000);
    expect(next?.state).toBe('accepted');
    expect(sweep(next ?? lost, T0 + 60_001).result).toBe('needs_job');
  });

  test('is not believed when it speaks of a leg that another attempt began', () => {
    const lost = claim(sending(), 1, T0 + 22_000).next ?? acceptedRecord();
    const given = { leg: { ...legOf(lost), fencingToken: 99 }, answer: REFUSED };
    expect(recordAnswer(lost, given, T0 + 60_000)).toEqual({ result: { kind: 'kept' } });
  });
});

describe('a worker that dies after the answer is recorded', () => {
  test('leaves `sent`, and the next attempt completes the job and sends nothing', () => {
    const { next } = recordAnswer(sending(), { leg: legOf(sending()), answer: SENT }, T0);
    expect(claim(next ?? acceptedRecord(), 1, T0).result).toEqual({ kind: 'ended', state: 'sent' });
  });
});

describe('a Redis that lost its last second of writes', () => {
  const before = claimed(acceptedRecord());
  const leg = legOf(sending(before));

  test('and with it an intent, gets the answer from the worker that sent it: no other sends it again', () => {
    const { next } = recordAnswer(before, { leg, answer: SENT }, T0 + 100);
    expect(next).toMatchObject({ state: 'sent', legs: [{ messageId: 'm1' }] });
  });

  test('and has given the notification to another since, stops that one', () => {
    const other = claimed(before);
    const recorded = recordAnswer(other, { leg, answer: SENT }, T0 + 100).next ?? other;
    const intent = {
      fencingToken: other.fencingToken,
      channel: 'web' as const,
      sendWithinMs: 2_000,
    };
    expect(startLeg(recorded, intent, T0 + 200).result).toEqual({ kind: 'ended', state: 'sent' });
  });

  test('learns that a message may have been sent, and leaves it to a person', () => {
    const answer = { outcome: 'unknown', reason: 'timeout' } as const;
    const { next } = recordAnswer(before, { leg, answer }, T0 + 100);
    expect(next).toMatchObject({ state: 'unknown', legs: [{ outcome: 'unknown' }] });
  });

  test('need not learn of what surely was not sent', () => {
    expect(recordAnswer(before, { leg, answer: REFUSED }, T0).next).toBeUndefined();
  });
});

describe('a job that comes before its time', () => {
  test('because it was promoted by hand, waits for `sendAt`', () => {
    const sendAt = T0 + 3_600_000;
    const { result } = claim(acceptedRecord({ sendAt }), 1, T0);
    expect(result).toEqual({ kind: 'wait', until: sendAt });
  });
});

describe('an unknown', () => {
  const unknown = () => claim(sending(), 1, T0 + 22_000).next ?? acceptedRecord();

  test('does not expire, and is not retried', () => {
    expect(sweep(unknown(), T0 + 10 * 24 * 3_600_000)).toEqual({ result: 'nothing' });
    expect(retry(unknown(), { deadline: T0 }, T0).result).toMatchObject({
      kind: 'refused',
      because: 'may_have_arrived',
    });
  });

  test('resolved as not sent may be retried in a new generation', () => {
    const decided = resolve(unknown(), 'not_sent', T0).next ?? acceptedRecord();
    expect(decided).toMatchObject({ state: 'failed', reason: 'resolved_not_sent' });
    const again = retry(decided, { deadline: T0 + 99 }, T0).next;
    expect(again).toMatchObject({ state: 'accepted', generation: 2, attempts: 0 });
  });

  test('resolved as not sent, retried, and then reported sent after all stops the retry', () => {
    const decided = resolve(unknown(), 'not_sent', T0).next ?? acceptedRecord();
    const again = retry(decided, { deadline: T0 + 999_999 }, T0).next ?? acceptedRecord();
    const running = claim(again, 2, T0).next ?? acceptedRecord();
    const late =
      recordAnswer(running, { leg: legOf(running), answer: SENT }, T0 + 1).next ?? running;
    expect(late.state).toBe('sent');
    const intent = {
      fencingToken: running.fencingToken,
      channel: 'web' as const,
      sendWithinMs: 2_000,
    };
    expect(startLeg(late, intent, T0 + 2)).toEqual({ result: { kind: 'ended', state: 'sent' } });
  });

  test('that a person wrongly called not sent lets no further leg start once the truth is known', () => {
    const decided = resolve(unknown(), 'not_sent', T0).next ?? acceptedRecord();
    const again = retry(decided, { deadline: T0 + 999_999 }, T0).next ?? acceptedRecord();
    const second = sending(claim(again, 2, T0).next);
    const truth = recordAnswer(second, { leg: legOf(second), answer: SENT }, T0 + 1).next ?? second;
    expect(truth.legs[0]?.messageId).toBe('m1');
    const answer = { outcome: 'refused', reason: 'http_400' } as const;
    const given = { leg: legOf(second, 1), answer };
    const refused = recordAnswer(truth, given, T0 + 2).next ?? truth;
    const intent = {
      fencingToken: second.fencingToken,
      channel: 'email' as const,
      sendWithinMs: 2_000,
    };
    expect(startLeg(refused, intent, T0 + 3).result).toEqual({ kind: 'ended', state: 'sent' });
  });

  test('resolved as sent is never retried', () => {
    const decided = resolve(unknown(), 'sent', T0).next ?? acceptedRecord();
    expect(decided.state).toBe('sent');
    expect(retry(decided, { deadline: T0 }, T0).result.kind).toBe('refused');
  });

  test('resolved as sent still learns its message id when the worker comes back', () => {
    const decided = resolve(unknown(), 'sent', T0).next ?? acceptedRecord();
    const { next } = recordAnswer(decided, { leg: legOf(decided), answer: SENT }, T0 + 1);
    expect(next).toMatchObject({ state: 'sent', legs: [{ messageId: 'm1' }] });
  });

  test('resolved twice alike changes nothing the second time', () => {
    const decided = resolve(unknown(), 'sent', T0).next ?? acceptedRecord();
    expect(resolve(decided, 'sent', T0 + 5)).toEqual({
      result: { kind: 'resolved', record: decided },
    });
    expect(resolve(decided, 'not_sent', T0 + 5).result).toEqual({
      kind: 'not_unknown',
      state: 'sent',
      record: decided,
    });
  });
});

describe('cancelling', () => {
  test.each([
    ['accepted', acceptedRecord()],
    ['processing', claimed(acceptedRecord())],
  ])('works in %s, and the running attempt then sends nothing', (_state, record) => {
    const cancelled = cancel(record, T0).next ?? record;
    expect(cancelled.state).toBe('cancelled');
    const intent = { fencingToken: 1, channel: 'web' as const, sendWithinMs: 2_000 };
    expect(startLeg(cancelled, intent, T0).result).toEqual({ kind: 'ended', state: 'cancelled' });
  });

  test('is refused while a message may be on its way', () => {
    expect(cancel(sending(), T0)).toEqual({ result: { kind: 'too_late', state: 'sending' } });
  });
});

describe('a retry', () => {
  test('of what was cancelled before its `sendAt` still waits for it', () => {
    const sendAt = T0 + 3_600_000;
    const called = cancel(acceptedRecord({ sendAt, deadline: sendAt + 1_000 }), T0).next;
    const again = retry(called ?? acceptedRecord(), { deadline: T0 }, T0 + 1).next;
    expect(again).toMatchObject({ state: 'accepted', sendAt });
    expect(claim(again ?? acceptedRecord(), 2, T0 + 2).result.kind).toBe('wait');
  });
});

describe('the deadline', () => {
  test('ends a notification that would start a leg after it', () => {
    const record = claimed(acceptedRecord({ deadline: T0 + 10 }));
    const intent = { fencingToken: 1, channel: 'web' as const, sendWithinMs: 2_000 };
    expect(startLeg(record, intent, T0 + 10).next?.state).toBe('expired');
  });

  test('ends one that waits before a closed gate, without any worker', () => {
    const waiting = release(
      claimed(acceptedRecord({ deadline: T0 + 10 })),
      { fencingToken: 1, reason: 'rate_limited', usesAttempt: false, maxAttempts: 3 },
      T0,
    ).next;
    expect(sweep(waiting ?? acceptedRecord(), T0 + 10).result).toBe('expired');
  });
});

describe('coming back', () => {
  test('from a closed gate uses no attempt, however often', () => {
    let record = acceptedRecord();
    for (let round = 0; round < 50; round += 1) {
      record = claimed(record, T0 + round);
      const back = {
        fencingToken: record.fencingToken,
        reason: 'rate_limited',
        usesAttempt: false,
        maxAttempts: 3,
      };
      record = release(record, back, T0 + round).next ?? record;
    }
    expect(record).toMatchObject({ state: 'queued', attempts: 0 });
    expect(record.timeline.at(-1)).toMatchObject({ reason: 'rate_limited', count: 50 });
  });

  test('from a closed gate at the very moment of sending grows neither legs nor story', () => {
    let record = acceptedRecord();
    for (let round = 0; round < 50; round += 1) {
      record = sending(claimed(record, T0 + round), T0 + round);
      const answer = { outcome: 'not_sent', reason: 'rate_limited' } as const;
      record = recordAnswer(record, { leg: legOf(record), answer }, T0 + round).next ?? record;
      const back = {
        fencingToken: record.fencingToken,
        reason: 'rate_limited',
        usesAttempt: false,
      };
      record = release(record, { ...back, maxAttempts: 3 }, T0 + round).next ?? record;
    }
    expect(record.legs).toHaveLength(1);
    expect(record.timeline).toHaveLength(5);
    expect(record.timeline.at(-1)).toMatchObject({ reason: 'rate_limited', count: 50 });
  });

  test('after failures ends when the attempts are used up', () => {
    let record = acceptedRecord();
    for (let round = 0; round < 3; round += 1) {
      record = claimed(record);
      const back = {
        fencingToken: record.fencingToken,
        reason: 'http_503',
        usesAttempt: true,
        maxAttempts: 3,
      };
      record = release(record, back, T0).next ?? record;
    }
    expect(record).toMatchObject({ state: 'failed', reason: 'attempts_exhausted', attempts: 3 });
  });
});

describe('a worker whose check of a delivery comes back after the sweeper has given it up', () => {
  test('adds nothing to what was said: it is not confirmed, once', () => {
    const record = sending();
    const answer = { ...SENT, deliveryCheckAt: T0 + 60_000 };
    const { next: sent } = recordAnswer(record, { leg: legOf(record), answer }, T0);
    const late = T0 + 48 * 60 * 60 * 1_000;
    const checking = claimed(sent as NotificationRecord, late);
    const { next: givenUp, result } = sweep(checking, late);
    expect(result).toBe('delivery_given_up');
    const news = {
      fencingToken: checking.fencingToken,
      delivery: 'unconfirmed' as const,
      mayFallBack: true,
    };
    expect(recordDelivery(givenUp as NotificationRecord, news, late + 1_000).next).toBeUndefined();
  });
});
