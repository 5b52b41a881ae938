import { describe, expect, test } from '@jest/globals';
import { recordDelivery } from '../../src/notification/answer.js';
import { claim, startLeg } from '../../src/notification/attempt.js';
import { putBack } from '../../src/notification/putBack.js';
import { type Leg, mayStartLeg, type NotificationRecord } from '../../src/notification/record.js';
import { acceptedRecord, T0 } from '../support/notifications.js';

const LEG: Leg = {
  generation: 1,
  channel: 'email',
  fencingToken: 3,
  intentAt: T0 + 1_000,
  sendBy: T0 + 3_000,
  outcome: 'sent',
  messageId: 'm-1',
};

const LATER = T0 + 60_000;

function remembered(changes: Partial<NotificationRecord> = {}): NotificationRecord {
  const given = { state: 'sent' as const, fencingToken: 3, attempts: 1, legs: [LEG] };
  return acceptedRecord({ ...given, updatedAt: T0 + 1_500, ...changes });
}

function recalled(record: NotificationRecord, known: NotificationRecord): NotificationRecord {
  const { next } = putBack(record, known, LATER);
  if (next === undefined) throw new Error('nothing was put back');
  return next;
}

describe('what a worker remembers of a notification that Redis has forgotten', () => {
  test('is put back with its ids, and an attempt that has begun again meanwhile sends nothing', () => {
    const begun = claim(acceptedRecord({ state: 'queued' }), 1, LATER).next ?? acceptedRecord();
    const next = recalled(begun, remembered());
    expect(next).toMatchObject({ state: 'sent', reason: 'redis_went_back', legs: [LEG] });
    expect(mayStartLeg(next.legs)).toBe(false);
    const intent = {
      fencingToken: begun.fencingToken,
      channel: 'email',
      sendWithinMs: 2_000,
    } as const;
    expect(startLeg(next, intent, LATER).result.kind).not.toBe('started');
  });

  test('is unknown where it was, and says more than sent where more was known', () => {
    const unknown = { ...LEG, outcome: 'unknown' as const };
    expect(
      recalled(acceptedRecord(), remembered({ state: 'unknown', legs: [unknown] })).state,
    ).toBe('unknown');
    expect(recalled(acceptedRecord(), remembered({ state: 'delivered' })).state).toBe('delivered');
  });

  const web: Leg = { ...LEG, channel: 'web', fencingToken: 2, intentAt: T0, messageId: 'm-web' };
  const arrivedNowhere: Leg = { ...web, outcome: 'undelivered', delivery: 'failed' };

  test('tells what became of a message that Redis still has, so that no news of it is awaited again', () => {
    const next = recalled(
      acceptedRecord({ state: 'sent', fencingToken: 2, legs: [web], deliveryCheckAt: LATER }),
      remembered({ legs: [arrivedNowhere, LEG] }),
    );
    expect(next).toMatchObject({ state: 'sent', legs: [arrivedNowhere, LEG] });
    expect(putBack(next, remembered({ legs: [arrivedNowhere, LEG] }), LATER).result).toBe(false);
  });

  test('answers an intent whose answer Redis has forgotten', () => {
    const intent = { ...LEG, outcome: undefined, messageId: undefined };
    const open = acceptedRecord({ state: 'sending', fencingToken: 3, legs: [intent] });
    expect(recalled(open, remembered())).toMatchObject({ state: 'sent', legs: [LEG] });
    const unknown = acceptedRecord({ state: 'unknown', legs: [{ ...intent, outcome: 'unknown' }] });
    expect(recalled(unknown, remembered())).toMatchObject({ state: 'sent', legs: [LEG] });
  });

  test('of which none has arrived is left to the next delivery check', () => {
    const sent = acceptedRecord({ state: 'sent', fencingToken: 2, legs: [web] });
    const known = remembered({ state: 'processing', legs: [arrivedNowhere] });
    expect(putBack(sent, known, LATER)).toEqual({ result: false });
  });

  test('never takes the place of what a person or the platform has said since', () => {
    const decided = acceptedRecord({ state: 'accepted', legs: [{ ...LEG, outcome: 'not_sent' }] });
    expect(putBack(decided, remembered(), LATER)).toEqual({ result: false });
  });

  test('stays sent when a message before it turns out not to have arrived', () => {
    const both = acceptedRecord({
      state: 'sent',
      reason: 'redis_went_back',
      fencingToken: 5,
      legs: [web, LEG],
      deliveryCheckAt: LATER,
    });
    const news = { fencingToken: 5, delivery: 'failed' as const, mayFallBack: true };
    const { next, result } = recordDelivery(both, news, LATER);
    expect(result.kind).toBe('settled');
    expect(next).toMatchObject({ state: 'sent', reason: 'redis_went_back' });
    expect(next?.timeline.at(-1)).toMatchObject({ state: 'sent', channel: 'email' });
    expect(next?.legs.map(({ outcome }) => outcome)).toEqual(['undelivered', 'sent']);
  });

  test('changes nothing that Redis still has, nor a second time', () => {
    const next = recalled(acceptedRecord({ state: 'queued' }), remembered());
    expect(putBack(next, remembered(), LATER)).toEqual({ result: false });
    const refused = remembered({ legs: [{ ...LEG, outcome: 'refused' }] });
    expect(putBack(acceptedRecord(), refused, LATER)).toEqual({ result: false });
  });
});
