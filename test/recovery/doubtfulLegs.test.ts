import { describe, expect, test } from '@jest/globals';
import type { Leg } from '../../src/notification/record.js';
import { doubtfulLegs } from '../../src/recovery/doubtfulLegs.js';
import { acceptedRecord, REQUEST, T0 } from '../support/notifications.js';

const OPEN: Leg = {
  generation: 1,
  channel: 'web',
  fencingToken: 1,
  intentAt: T0,
  sendBy: T0 + 2_000,
};
const LOST = { since: T0 + 10_000, until: T0 + 70_000 };

function channelsOf(...given: Parameters<typeof doubtfulLegs>): string[] {
  return doubtfulLegs(...given).map(({ channel }) => channel);
}

describe('channels over which a message may have gone out in the time that Redis has lost', () => {
  test('are those that were left and reach the recipient, for the whole of that time', () => {
    const refused: Leg = { ...OPEN, outcome: 'refused' };
    const request = { ...REQUEST, channels: ['web', 'sms', 'email'] as const };
    const given = { ...request, channels: [...request.channels] };
    expect(channelsOf(acceptedRecord(), given, ['web'], LOST)).toEqual(['web', 'email']);
    const tried = acceptedRecord({ legs: [refused] });
    expect(doubtfulLegs(tried, given, ['web'], LOST)).toEqual([
      { channel: 'email', intentAt: LOST.since, sendBy: LOST.until },
    ]);
  });

  test('are all of the deployment where the request cannot be read any more', () => {
    expect(channelsOf(acceptedRecord(), undefined, ['web', 'email'], LOST)).toEqual([
      'web',
      'email',
    ]);
  });

  test('are also that of an intent whose answer was outstanding: it may have been tried again later', () => {
    const sending = acceptedRecord({ state: 'sending', legs: [OPEN] });
    const request = { ...REQUEST, channels: [...(['web'] as const)] };
    expect(doubtfulLegs(sending, request, ['web'], LOST)).toEqual([
      { channel: 'web', intentAt: LOST.since, sendBy: LOST.until },
    ]);
  });

  test('are all that reach the recipient of one that was unknown: it may have been sent again, from the first channel on', () => {
    const unknown = acceptedRecord({ state: 'unknown', legs: [{ ...OPEN, outcome: 'unknown' }] });
    const request = { ...REQUEST, channels: [...(['web', 'email'] as const)] };
    expect(channelsOf(unknown, request, ['web'], LOST)).toEqual(['web', 'email']);
  });

  test('are none of a notification that was accepted, or is to be sent, only after it', () => {
    const later = acceptedRecord({ createdAt: LOST.until + 1 });
    expect(channelsOf(later, REQUEST, ['email'], LOST)).toEqual([]);
    const planned = acceptedRecord({ sendAt: LOST.until + 1 });
    expect(channelsOf(planned, REQUEST, ['email'], LOST)).toEqual([]);
  });
});
