import { describe, expect, test } from '@jest/globals';
import type { NotificationRequest } from '../../src/notification/request.js';
import { QuietHours, type QuietSettings, quietHours } from '../../src/policy/quietHours.js';
import { NO_FACTS, type PolicyFacts } from '../../src/policy/rule.js';

/** 23:00 in Berlin, 07:00 in Tokyo, 17:00 in New York. */
const NIGHT = Date.parse('2026-11-30T22:00:00Z');
const SETTINGS: QuietSettings = { QUIET_HOURS: '21:00-08:00', QUIET_TIME_ZONE: 'Europe/Berlin' };
const ALLOWED = { kind: 'allow' };

type Asked = Partial<Omit<NotificationRequest, 'recipient'>> & {
  recipient?: Partial<NotificationRequest['recipient']>;
};

function verdict(
  settings: QuietSettings,
  { recipient, ...rest }: Asked = {},
  now = NIGHT,
  facts: Partial<PolicyFacts> = {},
) {
  const email = 'a@example.com';
  const base = { template: 'news', priority: 'campaign' } as const;
  const request = { ...base, recipient: { email, ...recipient }, ...rest };
  return quietHours(settings)({ request, channel: 'email', now, facts: { ...NO_FACTS, ...facts } });
}

const until = (iso: string) => ({ kind: 'defer', until: Date.parse(iso), reason: 'quiet_hours' });

describe('quiet hours', () => {
  test('defer campaign messages until the morning of their recipient', () => {
    expect(verdict(SETTINGS)).toEqual(until('2026-12-01T07:00:00Z'));
    expect(verdict(SETTINGS, { recipient: { timeZone: 'Asia/Tokyo' } })).toEqual(
      until('2026-11-30T23:00:00Z'),
    );
    expect(verdict(SETTINGS, { recipient: { timeZone: 'America/New_York' } })).toEqual(ALLOWED);
    expect(verdict(SETTINGS, { recipient: { phone: '+81312345678' } })).toEqual(
      until('2026-11-30T23:00:00Z'),
    );
    expect(verdict(SETTINGS, {}, Date.parse('2026-12-01T07:00:00Z'))).toEqual(ALLOWED);
  });

  test('let transactional messages through, unless they are for all', () => {
    expect(verdict(SETTINGS, { priority: 'transactional' })).toEqual(ALLOWED);
    expect(verdict(SETTINGS, { priority: undefined })).toEqual(ALLOWED);
    const all: QuietSettings = { ...SETTINGS, QUIET_HOURS_FOR: 'all' };
    expect(verdict(all, { priority: undefined })).toEqual(until('2026-12-01T07:00:00Z'));
  });

  test('let what would be too late wait until it expires, or send it, by setting', () => {
    const late = { deadline: '2026-12-01T06:59:59Z' };
    const inTime = { deadline: '2026-12-01T07:00:01Z' };
    const send: QuietSettings = { ...SETTINGS, QUIET_HOURS_PAST_DEADLINE: 'send' };
    expect(verdict(SETTINGS, late)).toEqual(until('2026-12-01T07:00:00Z'));
    expect(verdict(send, late)).toEqual(ALLOWED);
    expect(verdict(send, inTime)).toEqual(until('2026-12-01T07:00:00Z'));
    const decided = { deadline: Date.parse(late.deadline) };
    expect(verdict(send, {}, NIGHT, decided)).toEqual(ALLOWED);
  });

  test('go by the country of the contact once that is known, before that of the phone number', () => {
    const recipient = { phone: '+4915112345678' };
    const japan = { contactCountry: 'JP' };
    expect(verdict(SETTINGS, { recipient })).toEqual(until('2026-12-01T07:00:00Z'));
    expect(verdict(SETTINGS, { recipient }, NIGHT, japan)).toEqual(until('2026-11-30T23:00:00Z'));
  });

  test('go by the zone of the deployment where this runtime does not know that of the request', () => {
    const request = { recipient: { timeZone: 'Europe/Atlantis' } };
    expect(verdict(SETTINGS, request)).toEqual(until('2026-12-01T07:00:00Z'));
  });

  test('are none where none are set', () => {
    expect(QuietHours.of({ QUIET_TIME_ZONE: 'Europe/Berlin' })).toBeUndefined();
    expect(verdict({})).toEqual(ALLOWED);
  });

  test('stop a start when the file of holidays cannot be read any more', () => {
    expect(() => quietHours({ ...SETTINGS, QUIET_HOLIDAYS: '/no/such/file' })).toThrow(
      /QUIET_HOLIDAYS: expected a file of dates/,
    );
  });
});
