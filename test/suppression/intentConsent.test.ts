import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { type LegAnswer, recordAnswer } from '../../src/notification/answer.js';
import { claim, startLeg } from '../../src/notification/attempt.js';
import type { FrequencyCaps } from '../../src/notification/frequencyCaps.js';
import { Keyring } from '../../src/notification/keyring.js';
import { Ledger } from '../../src/notification/ledger.js';
import { newRecord } from '../../src/notification/record.js';
import type { NotificationRequest } from '../../src/notification/request.js';
import { resolve, sweep } from '../../src/notification/settlement.js';
import type { Channel } from '../../src/notification/state.js';
import { Consent } from '../../src/suppression/consent.js';
import { ConsentDigests, consentAddresses } from '../../src/suppression/consentIdentity.js';
import type { Suppression } from '../../src/suppression/suppression.js';
import { SuppressionList } from '../../src/suppression/suppressionList.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const SECRET = 'a:a-secret-of-long-ago';
const HOUR_MS = 3_600_000;
const TWO_IN_AN_HOUR: FrequencyCaps = { campaign: { places: 2, spanMs: HOUR_MS } };
const DANA = { email: 'dana@example.com', phone: '+15550100123' };
const SENT: LegAnswer = { outcome: 'sent', messageId: 'm1' };
const NOT_SENT: LegAnswer = { outcome: 'not_sent', reason: 'http_503' };
const REFUSED: LegAnswer = { outcome: 'refused', reason: 'http_400' };
const UNKNOWN: LegAnswer = { outcome: 'unknown', reason: 'timeout' };
const ALL: Suppression = { channels: 'all', source: 'import', author: 'api:crm', at: 0 };

describe('the script that writes an intent', () => {
  const prefixes: string[] = [];
  const redis = new Redis(testRedisUrl());
  const another = new Redis(testRedisUrl());

  beforeAll(() => Promise.all([redis.ping(), another.ping()]));
  afterAll(async () => {
    await Promise.all([redis.quit(), another.quit()]);
    await Promise.all(prefixes.map(flushPrefix));
  });

  /** A deployment with a worker of its own for each call of `worker`. */
  function deployment(caps: FrequencyCaps = {}) {
    const prefix = freshPrefix();
    prefixes.push(prefix);
    let now = Date.parse('2026-11-30T10:00:00Z');
    let accepted = 0;

    function worker(connection = redis, secret = SECRET) {
      const digests = new ConsentDigests(Keyring.parse(secret), 'distinct');
      const list = new SuppressionList(connection, prefix, digests, () => now);
      const parts = { redis: connection, prefix, digests, list, caps, now: () => now };
      const consent = new Consent(parts);
      const retention = { ledgerMs: 3_000_000, requestMs: 1_000_000 };
      const ledger = new Ledger(connection, prefix, Keyring.parse(SECRET), retention);

      async function intent(
        id: string,
        recipient: NotificationRequest['recipient'],
        channel: Channel = 'email',
      ) {
        await ledger.change(id, (record) => claim(record, record.generation, now));
        const { fencingToken = 0, lane = 'campaign' } = (await ledger.read(id)) ?? {};
        const addresses = consentAddresses({ recipient });
        const asked = consent.intent({ addresses, lane, id }, channel, now);
        const begun = { fencingToken, channel, sendWithinMs: 2_000, places: asked.places };
        return ledger.writeIntent(id, (record) => startLeg(record, begun, now), asked.consent);
      }

      async function answer(
        id: string,
        given: LegAnswer,
        lost?: Awaited<ReturnType<typeof intent>>,
      ) {
        const leg = lost?.kind === 'started' ? lost.leg : (await ledger.read(id))?.legs.at(-1);
        if (leg === undefined) throw new Error(`${id} has no leg`);
        const places = lost?.kind === 'started' ? lost.places : undefined;
        await ledger.change(id, (record) =>
          recordAnswer(record, { leg, answer: given, places }, now),
        );
      }

      const placesTaken = async (recipient: NotificationRequest['recipient'] = DANA) =>
        (await consent.facts({ addresses: consentAddresses({ recipient }), lane: 'campaign' }))
          .placesTaken;
      return { list, ledger, consent, intent, answer, placesTaken };
    }

    const first = worker();
    async function accept(recipient: NotificationRequest['recipient'] = DANA): Promise<string> {
      accepted += 1;
      const id = `n${accepted}`;
      const request = { recipient, template: 'follow-up', priority: 'campaign' as const };
      const record = newRecord(id, request, 'k1:hash', now);
      await first.ledger.accept([{ record, stored: { request, templateHash: 'h' } }]);
      return id;
    }
    const pass = (ms: number) => {
      now += ms;
      return now;
    };
    return { prefix, worker, accept, pass, ...first };
  }

  describe('about the suppression list', () => {
    test.each([
      ['the address that it goes to', { field: 'email', address: 'DANA@example.com' }, 'email'],
      ['another address of the recipient', { field: 'phone', address: DANA.phone }, 'email'],
    ] as const)('writes none after an opt-out of %s', async (_which, address, channel) => {
      const { accept, list, intent, ledger } = deployment();
      const id = await accept();
      await list.add(address, ALL);
      expect(await intent(id, DANA, channel)).toEqual({ kind: 'suppressed' });
      expect(await ledger.read(id)).toMatchObject({ state: 'processing', legs: [] });
    });

    test('writes one over a channel that the entry does not stop, or after its end', async () => {
      const { accept, list, intent, answer, pass } = deployment();
      const id = await accept();
      const address = { field: 'email', address: DANA.email } as const;
      await list.add(address, { ...ALL, channels: ['sms'], until: pass(0) + HOUR_MS });
      expect(await intent(id, DANA, 'sms')).toEqual({ kind: 'suppressed' });
      expect(await intent(id, DANA, 'email')).toMatchObject({ kind: 'started' });
      await answer(id, NOT_SENT);
      pass(HOUR_MS);
      expect(await intent(id, DANA, 'sms')).toMatchObject({ kind: 'started' });
    });

    test('finds an entry that an older key of the secret has made', async () => {
      const { accept, list, worker } = deployment();
      const id = await accept();
      await list.add({ field: 'email', address: DANA.email }, ALL);
      const rotated = worker(redis, `b:a-secret-of-today-it-is,${SECRET}`);
      expect(await rotated.intent(id, DANA)).toEqual({ kind: 'suppressed' });
    });

    test('writes none once the request is not kept any more: its person was erased', async () => {
      const { accept, intent, answer, ledger } = deployment();
      const id = await accept();
      expect(await intent(id, DANA, 'sms')).toMatchObject({ kind: 'started' });
      await redis.unlink(ledger.keys.request(id));
      await answer(id, REFUSED);
      expect(await intent(id, DANA, 'email')).toEqual({ kind: 'request_gone' });
      expect((await ledger.read(id))?.legs).toMatchObject([{ channel: 'sms', outcome: 'refused' }]);
    });

    test('writes none where the list cannot be read', async () => {
      const { accept, list, intent, ledger, prefix } = deployment();
      const id = await accept();
      await list.add({ field: 'email', address: DANA.email }, ALL);
      for await (const keys of redis.scanStream({ match: `${prefix}:p:*` })) {
        for (const key of keys as string[]) await redis.set(key, 'damaged');
      }
      await expect(intent(id, DANA)).rejects.toThrow(/WRONGTYPE/);
      expect(await ledger.read(id)).toMatchObject({ state: 'processing', legs: [] });
    });
  });

  describe('about the frequency cap', () => {
    test('gives out as many places as there are, and the last of them once', async () => {
      const { accept, intent, placesTaken } = deployment(TWO_IN_AN_HOUR);
      const ids = await Promise.all(Array.from({ length: 5 }, () => accept()));
      const kinds = await Promise.all(ids.map(async (id) => (await intent(id, DANA))?.kind));
      expect(kinds.sort()).toEqual(['capped', 'capped', 'capped', 'started', 'started']);
      expect(await placesTaken()).toBe(2);
    });

    test('counts all who have one of the addresses, and forgets a place after the span', async () => {
      const { accept, intent, pass, placesTaken } = deployment(TWO_IN_AN_HOUR);
      const by = [{ email: DANA.email }, { email: DANA.email }, { phone: DANA.phone }];
      for (const recipient of by) await intent(await accept(recipient), recipient);
      const both = await accept();
      expect(await intent(both, DANA)).toEqual({ kind: 'capped' });
      expect(await placesTaken()).toBe(2);
      pass(HOUR_MS);
      expect(await placesTaken()).toBe(0);
      expect(await intent(both, DANA)).toMatchObject({ kind: 'started' });
    });

    test.each([
      ['refused', REFUSED, 0],
      ['surely not sent', NOT_SENT, 0],
      ['sent', SENT, 1],
      ['unknown', UNKNOWN, 1],
    ])(
      'after an answer that it was %s, the place is kept or given back',
      async (_what, given, left) => {
        const { accept, intent, answer, placesTaken } = deployment(TWO_IN_AN_HOUR);
        const id = await accept();
        await intent(id, DANA);
        expect(await placesTaken()).toBe(1);
        await answer(id, given);
        expect(await placesTaken()).toBe(left);
      },
    );

    test('one notification takes one place, however many of its channels are tried', async () => {
      const { accept, intent, answer, placesTaken } = deployment({
        campaign: { places: 1, spanMs: HOUR_MS },
      });
      const id = await accept();
      await intent(id, DANA, 'email');
      await answer(id, REFUSED);
      expect(await intent(id, DANA, 'sms')).toMatchObject({ kind: 'started' });
      await answer(id, SENT);
      expect(await placesTaken()).toBe(1);
      expect(await intent(await accept(), DANA)).toEqual({ kind: 'capped' });
    });

    test('a worker that dies after its intent leaves the place taken, until a person decides', async () => {
      const { accept, intent, placesTaken, pass, ledger } = deployment(TWO_IN_AN_HOUR);
      const id = await accept();
      await intent(id, DANA);
      const now = pass(60_000);
      const swept = await ledger.change(id, (record) => sweep(record, now));
      expect(swept).toBe('intent_lost');
      expect(await placesTaken()).toBe(1);
      // Another process decides, which knows no address.
      await ledger.change(id, (record) => resolve(record, 'not_sent', now, 'anna'));
      expect(await placesTaken()).toBe(0);
    });

    test('a "sent" that comes after a person said not_sent takes the place again, full or not', async () => {
      const cap = { campaign: { places: 1, spanMs: HOUR_MS } };
      const { accept, intent, answer, placesTaken, ledger, pass } = deployment(cap);
      const id = await accept();
      const begun = await intent(id, DANA);
      await answer(id, UNKNOWN);
      await ledger.change(id, (record) => resolve(record, 'not_sent', pass(1)));
      await intent(await accept(), DANA);
      await answer(id, SENT, begun);
      expect(await ledger.read(id)).toMatchObject({ state: 'sent' });
      expect(await placesTaken()).toBe(2);
    });

    test('a Redis that lost the intent gets the place back with its answer', async () => {
      const { accept, intent, answer, placesTaken, ledger, prefix } = deployment(TWO_IN_AN_HOUR);
      const id = await accept();
      await ledger.change(id, (record) => claim(record, record.generation, record.createdAt));
      const key = ledger.keys.record(id);
      const before = await redis.getBuffer(key);
      const begun = await intent(id, DANA);
      await redis.set(key, before ?? '');
      for await (const keys of redis.scanStream({ match: `${prefix}:f:*` })) {
        for (const place of keys as string[]) await redis.del(place);
      }
      expect(await placesTaken()).toBe(0);
      await answer(id, SENT, begun);
      expect(await placesTaken()).toBe(1);
    });

    test('what is kept of a place expires by itself', async () => {
      const { accept, intent, prefix } = deployment(TWO_IN_AN_HOUR);
      await intent(await accept(), DANA);
      let keysSeen = 0;
      for await (const keys of redis.scanStream({ match: `${prefix}:f:*` })) {
        for (const key of keys as string[]) {
          keysSeen += 1;
          const ttl = await redis.pttl(key);
          expect(ttl).toBeGreaterThan(HOUR_MS / 2);
          expect(ttl).toBeLessThanOrEqual(HOUR_MS);
        }
      }
      expect(keysSeen).toBe(2);
    });

    test('a place that an older key of the secret has taken counts', async () => {
      const { accept, intent, worker } = deployment({ campaign: { places: 1, spanMs: HOUR_MS } });
      await intent(await accept(), DANA);
      const rotated = worker(another, `b:a-secret-of-today-it-is,${SECRET}`);
      expect(await rotated.intent(await accept(), DANA)).toEqual({ kind: 'capped' });
    });

    test('a list of places that was damaged lets nothing out, and keeps no answer from being recorded', async () => {
      const { accept, intent, answer, ledger, prefix } = deployment(TWO_IN_AN_HOUR);
      const [id, next] = [await accept(), await accept()];
      await intent(id, DANA);
      for await (const keys of redis.scanStream({ match: `${prefix}:f:*` })) {
        for (const key of keys as string[]) await redis.set(key, 'damaged');
      }
      await answer(id, NOT_SENT);
      expect(await ledger.read(id)).toMatchObject({ legs: [{ outcome: 'not_sent' }] });
      await expect(intent(next, DANA)).rejects.toThrow(/WRONGTYPE/);
      expect(await ledger.read(next)).toMatchObject({ legs: [] });
    });
  });
});
