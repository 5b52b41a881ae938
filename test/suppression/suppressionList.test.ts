import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Keyring } from '../../src/notification/keyring.js';
import {
  ConsentDigests,
  consentAddresses,
  consentIdentity,
  type SuppressedAddress,
} from '../../src/suppression/consentIdentity.js';
import { reasonProblem, type Suppression, stops } from '../../src/suppression/suppression.js';
import { SuppressionList } from '../../src/suppression/suppressionList.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const OLD_SECRET = 'a:a-secret-of-long-ago';
const NOW = Date.parse('2026-11-30T10:00:00Z');
const DAY_MS = 24 * 60 * 60 * 1_000;

const email = (address: string): SuppressedAddress => ({ field: 'email', address });
const phone = (address: string): SuppressedAddress => ({ field: 'phone', address });

const BY_IMPORT: Suppression = { channels: 'all', source: 'import', author: 'api:crm', at: NOW };

describe('the suppression list', () => {
  const prefixes: string[] = [];
  const redis = new Redis(testRedisUrl());
  let now = NOW;

  beforeAll(() => redis.ping());
  afterAll(async () => {
    await redis.quit();
    await Promise.all(prefixes.map(flushPrefix));
  });

  function freshList() {
    const prefix = freshPrefix();
    prefixes.push(prefix);
    const listOf = (secret = OLD_SECRET, plus: 'distinct' | 'same' = 'distinct') =>
      new SuppressionList(
        redis,
        prefix,
        new ConsentDigests(Keyring.parse(secret), plus),
        () => now,
      );
    return { prefix, list: listOf(), listOf };
  }

  test('keeps what is said of an address, and finds it by that address alone', async () => {
    const { list } = freshList();
    const entry: Suppression = {
      channels: ['email', 'sms'],
      source: 'person',
      reason: 'asked on the phone',
      author: 'console:anna',
      at: NOW,
      until: NOW + DAY_MS,
    };
    expect(await list.add(email('dana@example.com'), entry)).toEqual({ kind: 'added' });
    expect(await list.find(email('dana@example.com'))).toEqual(entry);
    expect(await list.find(email('dan@example.com'))).toBeUndefined();
    expect(await list.summary()).toMatchObject({ total: 1, bySource: { person: 1, import: 0 } });
  });

  test.each([
    ['letters in another case', email('Dana@Example.COM'), email('dana@example.com')],
    ['blanks around it', email(' dana@example.com '), email('dana@example.com')],
    ['an invisible character', email('da\u200bna@example.com'), email('dana@example.com')],
    ['an international domain', email('qa@müller.example'), email('qa@xn--mller-kva.example')],
    ['a number as people write it', phone('0044 (0)7700 900123'), phone('+447700900123')],
    [
      'a contact id in capitals',
      { field: 'externalContactId', address: '0B8F2C64-7C1E-4D4E-9A41-5A0D2A7F9F10' } as const,
      { field: 'externalContactId', address: '0b8f2c64-7c1e-4d4e-9a41-5a0d2a7f9f10' } as const,
    ],
  ])('%s does not let an address slip through', async (_what, written, asked) => {
    const { list } = freshList();
    await list.add(written, BY_IMPORT);
    expect(await list.find(asked)).toEqual(BY_IMPORT);
  });

  test('a plus-address is the same person only where the deployment says so', async () => {
    const { list, listOf } = freshList();
    const same = listOf(OLD_SECRET, 'same');
    await list.add(email('dana@example.com'), BY_IMPORT);
    expect(await list.find(email('dana+shop@example.com'))).toBeUndefined();
    expect(await same.find(email('Dana+Shop@example.com'))).toEqual(BY_IMPORT);
  });

  test('an entry is never weakened by another one', async () => {
    const { list } = freshList();
    const at = email('dana@example.com');
    const before: Suppression = { ...BY_IMPORT, channels: ['email'], until: NOW + 2 * DAY_MS };
    await list.add(at, before);
    const bounce = {
      ...BY_IMPORT,
      source: 'bounce',
      channels: ['sms'],
      until: NOW + DAY_MS,
    } as const;
    expect(await list.add(at, bounce)).toEqual({ kind: 'replaced', before });
    expect(await list.find(at)).toEqual({
      ...bounce,
      channels: ['email', 'sms'],
      until: before.until,
    });
    await list.add(at, BY_IMPORT);
    expect(await list.find(at)).toEqual(BY_IMPORT);
    expect(await list.summary()).toMatchObject({ total: 1, bySource: { import: 1, bounce: 0 } });
  });

  test('a machine that says nothing new leaves an entry as it is; a person replaces who and why', async () => {
    const { list } = freshList();
    const at = email('dana@example.com');
    const unsubscribed: Suppression = { ...BY_IMPORT, source: 'unsubscribe', author: 'link' };
    await list.add(at, unsubscribed);
    expect(await list.addAll([{ address: at, suppression: BY_IMPORT }])).toEqual({
      added: 0,
      replaced: 0,
      kept: 1,
    });
    expect(await list.find(at)).toEqual(unsubscribed);
    const byPerson: Suppression = { ...BY_IMPORT, source: 'person', reason: 'a letter' };
    await list.add(at, { ...byPerson, channels: ['email'] });
    expect(await list.find(at)).toEqual(byPerson);
  });

  test('many are added at once, and one that stands twice among them counts once', async () => {
    const { list } = freshList();
    const entries = Array.from({ length: 1_000 }, (_, at) => ({
      address: email(`customer-${at}@example.com`),
      suppression: BY_IMPORT,
    }));
    const again = { address: email('CUSTOMER-7@example.com'), suppression: BY_IMPORT };
    expect(await list.addAll([...entries, again])).toEqual({ added: 1_000, replaced: 0, kept: 1 });
    expect(await list.summary()).toMatchObject({ total: 1_000 });
    const found = await list.findAll([email('customer-999@example.com'), email('x@example.com')]);
    expect(found).toEqual([BY_IMPORT, undefined]);
  });

  test('processes that add to one address at the same time lose nothing', async () => {
    const { list } = freshList();
    const at = phone('+15550100123');
    const channels = ['web', 'email', 'engage', 'sms'] as const;
    await Promise.all(
      channels.map((channel) => list.add(at, { ...BY_IMPORT, channels: [channel] })),
    );
    expect(await list.find(at)).toMatchObject({ channels: [...channels] });
    expect(await list.summary()).toMatchObject({ total: 1 });
  });

  test('what is removed is answered, and does not count any more', async () => {
    const { list } = freshList();
    const at = email('dana@example.com');
    await list.add(at, BY_IMPORT);
    expect(await list.remove(email('DANA@example.com'))).toEqual(BY_IMPORT);
    expect(await list.remove(at)).toBeUndefined();
    expect(await list.find(at)).toBeUndefined();
    expect(await list.summary()).toMatchObject({ total: 0 });
  });

  test('an entry that has ended does not count, and is removed', async () => {
    const { list } = freshList();
    const at = email('dana@example.com');
    await list.add(at, { ...BY_IMPORT, until: NOW + DAY_MS });
    await list.add(email('eve@example.com'), { ...BY_IMPORT, until: NOW + 3 * DAY_MS });
    await list.add(email('for-good@example.com'), BY_IMPORT);
    now = NOW + 2 * DAY_MS;
    try {
      expect(await list.find(at)).toBeUndefined();
      expect(await list.forgetEnded()).toBe(1);
      expect(await list.forgetEnded()).toBe(0);
      expect(await list.summary()).toMatchObject({ total: 2 });
      expect(await list.add(at, BY_IMPORT)).toEqual({ kind: 'added' });
    } finally {
      now = NOW;
    }
  });

  test('an entry by an older key of the secret counts, and a change brings it under the newest', async () => {
    const { list, listOf } = freshList();
    const rotated = listOf(`b:a-secret-of-today-it-is,${OLD_SECRET}`);
    const newest = listOf('b:a-secret-of-today-it-is');
    const at = email('dana@example.com');
    const old: Suppression = { ...BY_IMPORT, channels: ['email'] };
    await list.add(at, old);
    expect(await newest.find(at)).toBeUndefined();
    expect(await rotated.find(at)).toEqual(old);
    const sms: Suppression = { ...BY_IMPORT, channels: ['sms'] };
    expect(await rotated.add(at, sms)).toEqual({ kind: 'replaced', before: old });
    expect(await newest.find(at)).toMatchObject({ channels: ['email', 'sms'] });
    expect(await list.find(at)).toBeUndefined();
    expect(await rotated.summary()).toMatchObject({ total: 1 });
    await rotated.remove(at);
    expect(await newest.find(at)).toBeUndefined();
  });

  test('an exported list comes back, and holds no address', async () => {
    const { list, prefix } = freshList();
    const other = freshList().list;
    const addresses = Array.from({ length: 300 }, (_, at) => email(`marker-${at}@example.com`));
    await list.addAll(addresses.map((address) => ({ address, suppression: BY_IMPORT })));
    let exported = 0;
    for await (const some of list.entries()) {
      exported += some.length;
      await other.restore(some);
    }
    expect(exported).toBe(300);
    expect(await other.findAll(addresses)).toEqual(addresses.map(() => BY_IMPORT));
    for await (const keys of redis.scanStream({ match: `${prefix}*` })) {
      for (const key of keys as string[]) {
        if (!/:p:\d+$/.test(key)) continue;
        expect(JSON.stringify(await redis.hgetall(key))).not.toMatch(/marker/);
      }
    }
  });

  test('an entry that was damaged in Redis still stops its address', async () => {
    const { list, prefix } = freshList();
    await list.add(email('dana@example.com'), BY_IMPORT);
    for await (const keys of redis.scanStream({ match: `${prefix}:p:*` })) {
      for (const key of (keys as string[]).filter((name) => /:p:\d+$/.test(name))) {
        const [field] = await redis.hkeysBuffer(key);
        if (field !== undefined) await redis.hset(key, field, 'x');
      }
    }
    expect(await list.find(email('dana@example.com'))).toMatchObject({ channels: 'all' });
  });

  test('loses an entry’s free text and nothing else when its person is erased, whichever key has made it', async () => {
    const { list, listOf } = freshList();
    const entry = { ...BY_IMPORT, source: 'person' as const, until: NOW + DAY_MS };
    await list.add(email('dana@example.com'), { ...entry, reason: 'Dana called' });
    const rotated = listOf(`b:a-secret-of-today-b,${OLD_SECRET}`);
    expect(await rotated.forgetReason(email('dana@example.com'))).toEqual(entry);
    expect(await list.find(email('dana@example.com'))).toEqual(entry);
    expect((await list.summary()).bySource.person).toBe(1);
    expect(await list.forgetReason(email('ann@example.com'))).toBeUndefined();
  });
});

test.each([
  ['asked on the phone', true],
  ['ticket 12345', true],
  ['dana@example.com asked', false],
  ['calls from 15550100', false],
  ['two\nlines', false],
  ['x'.repeat(201), false],
])('whether %j may be kept as a reason', (reason, usable) => {
  expect(reasonProblem(reason) === undefined).toBe(usable);
});

test('an entry stops its channels until its end, and one for all channels each of them', () => {
  const entry: Suppression = { ...BY_IMPORT, channels: ['sms'], until: NOW + 1_000 };
  expect(stops(entry, 'sms', NOW)).toBe(true);
  expect(stops(entry, 'email', NOW)).toBe(false);
  expect(stops(entry, 'sms', NOW + 1_000)).toBe(false);
  expect(stops(BY_IMPORT, 'web', NOW)).toBe(true);
});

test('a customer is known by every address of the request and every contact that was found, once each', () => {
  const contact = '0B8F2C64-7C1E-4D4E-9A41-5A0D2A7F9F10';
  const merged = '8f14e45f-ceea-467f-a8d2-91a2b4f7c001';
  const recipient = {
    email: 'Dana+a+b@Example.com',
    phone: '+49 30 901820',
    externalContactId: contact,
  };
  const all = consentAddresses(
    { recipient },
    { externalContactId: contact.toLowerCase(), mergedIds: [merged] },
  );
  expect(all.map((address) => consentIdentity(address, 'same'))).toEqual([
    'dana@example.com',
    contact.toLowerCase(),
    '+4930901820',
    merged,
  ]);
});
