import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { packRecord, unpackRecord } from '../../src/notification/codec.js';
import {
  DELIVERIES,
  LEG_OUTCOMES,
  type NotificationRecord,
  UNKNOWN_POLICIES,
} from '../../src/notification/record.js';
import { CHANNELS, LANES, STATES } from '../../src/notification/state.js';
import { acceptedRecord } from '../support/notifications.js';

const time = fc.integer({ min: 1_600_000_000_000, max: 4_000_000_000_000 });
const count = fc.integer({ min: 0, max: 5_000 });
const code = fc.string({ maxLength: 30 });
const messageId = fc.oneof(
  fc.uuid(),
  fc.uuid().map((id) => id.replaceAll('-', '')),
  fc.string({ minLength: 1, maxLength: 40 }),
);

const keyedHash = fc
  .tuple(fc.stringMatching(/^[A-Za-z0-9]{1,8}$/), fc.stringMatching(/^[A-Za-z0-9_-]{16}$/))
  .map(([keyId, digest]) => `${keyId}:${digest}`);

const leg = fc.record(
  {
    generation: count,
    channel: fc.constantFrom(...CHANNELS),
    fencingToken: count,
    intentAt: time,
    sendBy: time,
    outcome: fc.constantFrom(...LEG_OUTCOMES),
    reason: code,
    messageId,
    conversationId: messageId,
    delivery: fc.constantFrom(...DELIVERIES),
  },
  { requiredKeys: ['generation', 'channel', 'fencingToken', 'intentAt', 'sendBy'] },
);

/** Keyed hashes are kept of a leg that is open or unknown. */
const undecidedLeg = fc
  .tuple(leg, fc.constantFrom(undefined, 'unknown' as const))
  .map(([decided, outcome]) => {
    const { outcome: _decided, ...open } = decided;
    const hashes = { contentHash: 'AAECAwQFBgc', addressHash: 'AQIDBA' };
    return outcome === undefined ? { ...open, ...hashes } : { ...open, outcome, ...hashes };
  });

const looks = fc.record(
  { made: count, since: time, nextAt: time, notFound: fc.constantFrom(...UNKNOWN_POLICIES) },
  { requiredKeys: ['made', 'since'] },
);

const entry = fc.record(
  {
    at: time,
    state: fc.constantFrom(...STATES),
    channel: fc.constantFrom(...CHANNELS),
    reason: code,
    detail: code,
    count,
  },
  { requiredKeys: ['at', 'state'] },
);

const record = fc.record(
  {
    id: fc.constant('n1'),
    state: fc.constantFrom(...STATES),
    reason: code,
    createdAt: time,
    updatedAt: time,
    bodyHash: fc.oneof(code, keyedHash),
    lane: fc.constantFrom(...LANES),
    campaignId: code,
    row: count,
    sendAt: time,
    deadline: time,
    generation: count,
    fencingToken: count,
    attempts: count,
    legs: fc.array(fc.oneof(leg, undecidedLeg), { maxLength: 4 }),
    timeline: fc.array(entry, { maxLength: 10 }),
    deliveryCheckAt: time,
    looks,
  },
  {
    requiredKeys: [
      'id',
      'state',
      'createdAt',
      'updatedAt',
      'bodyHash',
      'lane',
      'deadline',
      'generation',
      'fencingToken',
      'attempts',
      'legs',
      'timeline',
    ],
  },
);

describe('a packed record', () => {
  test('unpacks to what it was, whatever was in it', () => {
    fc.assert(
      fc.property(record, (written) => {
        const read = unpackRecord('n1', packRecord(written as NotificationRecord));
        expect(read).toEqual(written);
      }),
    );
  });

  test('keeps the hash of what was sent no longer than it is unknown what became of it', () => {
    const leg = {
      generation: 1,
      channel: 'web',
      fencingToken: 1,
      intentAt: acceptedRecord().createdAt,
      sendBy: acceptedRecord().createdAt + 2_000,
      contentHash: 'AAECAwQFBgc',
      addressHash: 'AQIDBA',
    } as const;
    for (const outcome of LEG_OUTCOMES) {
      const packed = packRecord(acceptedRecord({ legs: [{ ...leg, outcome }] }));
      const [read] = unpackRecord('n1', packed).legs;
      expect(read?.contentHash).toBe(outcome === 'unknown' ? leg.contentHash : undefined);
      expect(read?.addressHash).toBe(outcome === 'unknown' ? leg.addressHash : undefined);
    }
  });

  test('that the version before has written is read as it was meant: an update loses nothing', () => {
    // Made by that version's own code.
    const written =
      '3AAQAQQBy0J5qqrCYAAAze5IzgUmXADNA+gCAwGzazE6QUFFQ0F3UUZCZ2NJQ1FvTKlsYXRlX3NlbnSmc3ByaW5nzgAB2KiSmgEAAc0H0M0H0ALAwMCoaHR0cF80MDCYAgEDzepgzQfQAMQQC1wfXj1ETw6bUm8fagydEaNjLTGUlQAAwMCmYnkgY3Jtk80H0AMAls0LuAHArHJhdGVfbGltaXRlZMAEk83uSAQB';
    const t0 = 1_763_800_000_000;
    const record = unpackRecord('a-1', Buffer.from(written, 'base64'));
    expect(record).toEqual({
      id: 'a-1',
      state: 'sent',
      reason: 'late_sent',
      createdAt: t0,
      updatedAt: t0 + 61_000,
      bodyHash: 'k1:AAECAwQFBgcICQoL',
      lane: 'campaign',
      campaignId: 'spring',
      sendAt: t0 + 1_000,
      deadline: t0 + 86_400_000,
      generation: 2,
      fencingToken: 3,
      attempts: 1,
      legs: [
        {
          generation: 1,
          channel: 'web',
          fencingToken: 1,
          intentAt: t0 + 2_000,
          sendBy: t0 + 4_000,
          outcome: 'refused',
          reason: 'http_400',
        },
        {
          generation: 2,
          channel: 'email',
          fencingToken: 3,
          intentAt: t0 + 60_000,
          sendBy: t0 + 62_000,
          outcome: 'sent',
          messageId: '0b5c1f5e-3d44-4f0e-9b52-6f1f6a0c9d11',
          conversationId: 'c-1',
        },
      ],
      timeline: [
        { at: t0, state: 'accepted', detail: 'by crm' },
        { at: t0 + 2_000, state: 'sending', channel: 'web' },
        { at: t0 + 3_000, state: 'queued', reason: 'rate_limited', count: 4 },
        { at: t0 + 61_000, state: 'sent', channel: 'email' },
      ],
      deliveryCheckAt: t0 + 121_000,
    });
    expect(unpackRecord('a-1', packRecord(record))).toEqual(record);
  });

  test('of another format is refused, not misread', () => {
    const arrayOfOne = 0x91;
    expect(() => unpackRecord('n1', Buffer.from([arrayOfOne, 99]))).toThrow('format');
  });

  test('of a delivered web message fits a block of 128 bytes, beside its tag and header', () => {
    const at = Date.now();
    const later = (ms: number) => at + ms;
    const delivered: NotificationRecord = {
      ...acceptedRecord(),
      bodyHash: 'k1:abcdefghijklmnop',
      state: 'delivered',
      createdAt: at,
      updatedAt: later(3_700_000),
      deadline: later(86_400_000),
      legs: [
        {
          generation: 1,
          channel: 'web',
          fencingToken: 1,
          intentAt: later(3_630_000),
          sendBy: later(3_632_000),
          outcome: 'sent',
          messageId: '0123456789abcdef0123456789abcdef',
          conversationId: '01234567-89ab-4def-8123-456789abcdef',
          delivery: 'delivered',
        },
      ],
      timeline: [
        { at, state: 'accepted' },
        { at: later(5), state: 'queued' },
        { at: later(3_600_000), state: 'processing' },
        { at: later(3_630_000), state: 'sending', channel: 'web' },
        { at: later(3_630_200), state: 'sent', channel: 'web' },
        { at: later(3_700_000), state: 'delivered', channel: 'web' },
      ],
    };
    const tag = 8;
    const header = 4;
    expect(tag + packRecord(delivered).length + header).toBeLessThanOrEqual(128);
  });
});
