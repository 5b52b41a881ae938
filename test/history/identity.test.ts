import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import type { CallOptions } from '../../src/genesys/call.js';
import { IdentityLookup } from '../../src/history/identity.js';
import { LANE, type SandboxClient, startSandboxClient } from '../pipeline/support/sandboxClient.js';
import { openTestCaches } from '../support/lookupCaches.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const MINUTE_MS = 60_000;
const DANA = WELL_KNOWN.delayedOrder;
const WANTS = { contact: true, history: false };
const FOUND = { ok: true, value: { externalContactId: DANA.id, contactName: 'Dana Whitfield' } };
const NO_CUSTOMER = { ok: true, value: {} };

let genesys: SandboxClient;
let redis: Redis;
let prefix: string;
let identities: IdentityLookup;

beforeAll(async () => {
  redis = new Redis(testRedisUrl());
  genesys = await startSandboxClient();
});
afterAll(async () => {
  await genesys.close();
  await redis.quit();
});
beforeEach(async () => {
  genesys.sandbox.reset();
  if (prefix !== undefined) await flushPrefix(prefix);
  prefix = freshPrefix();
  identities = workerWith();
});
afterAll(() => flushPrefix(prefix));

/** The lookup of another worker of the deployment. */
function workerWith(settings: Record<string, string> = {}): IdentityLookup {
  return new IdentityLookup(genesys.client, openTestCaches(redis, prefix, settings).identities);
}

const lookups = () => genesys.sandbox.requests.count('contact-lookup');
const contactReads = () => genesys.sandbox.requests.count('contact');
const byEmail = (email: string, options: CallOptions = LANE) =>
  identities.find({ email }, WANTS, options);

/** For how long what was found is remembered still, by key. */
async function remembered(): Promise<number[]> {
  const keys = await redis.keys(`${prefix}:c:i:*`);
  return Promise.all(keys.map((key) => redis.pttl(key)));
}

describe('a recipient with an email', () => {
  test('is found, with the name on the contact', async () => {
    expect(await byEmail('customer@example.com')).toEqual(FOUND);
  });

  test('is looked up once for all workers, however the address is written', async () => {
    await byEmail('customer@example.com');
    expect(await workerWith().find({ email: 'Customer@Example.COM' }, WANTS, LANE)).toEqual(FOUND);
    expect(lookups()).toBe(1);
  });

  test('has no placeholder for a name, as a contact may have one', async () => {
    genesys.sandbox.addCustomer({
      firstName: 'Ann',
      lastName: 'Unknown',
      email: 'ann@example.com',
    });
    genesys.sandbox.addCustomer({ firstName: 'N/A', lastName: 'NULL', email: 'na@example.com' });
    expect(await byEmail('ann@example.com')).toMatchObject({ value: { contactName: 'Ann' } });
    expect(await byEmail('na@example.com')).not.toHaveProperty('value.contactName');
  });

  test('is remembered for ten minutes, or for as long as is set', async () => {
    await byEmail('customer@example.com');
    const [left = 0] = await remembered();
    expect(left).toBeGreaterThan(9 * MINUTE_MS);
    expect(left).toBeLessThanOrEqual(10 * MINUTE_MS);

    identities = workerWith({ IDENTITY_CACHE_FOR: '30s' });
    await byEmail('offline@example.com');
    expect(Math.min(...(await remembered()))).toBeLessThanOrEqual(MINUTE_MS / 2);
  });

  test('is looked up again once that is over', async () => {
    identities = workerWith({ IDENTITY_CACHE_FOR: '30ms' });
    await byEmail('customer@example.com');
    while ((await remembered()).length > 0);
    expect(await byEmail('customer@example.com')).toEqual(FOUND);
    expect(lookups()).toBe(2);
  });

  test('is looked up each time where nothing is remembered', async () => {
    identities = workerWith({ IDENTITY_CACHE_FOR: '0s' });
    await byEmail('customer@example.com');
    expect(await byEmail('customer@example.com')).toEqual(FOUND);
    expect([lookups(), await remembered()]).toEqual([2, []]);
  });

  test('is looked up again by who cannot read what was remembered', async () => {
    await byEmail('customer@example.com');
    identities = workerWith({ NOTIFIER_SECRET: 'another-secret-of-this-deployment' });
    expect(await byEmail('customer@example.com')).toEqual(FOUND);
    expect(lookups()).toBe(2);
  });

  test('is looked up once for all who ask at the same time', async () => {
    const all = await Promise.all(
      Array.from({ length: 20 }, () => byEmail('customer@example.com')),
    );
    for (const one of all) expect(one).toEqual(FOUND);
    expect(lookups()).toBe(1);
  });

  test('does not wait for the other lane’s lookup of the same address', async () => {
    const email = 'customer@example.com';
    const both = [byEmail(email), byEmail(email, { lane: 'campaign' })];
    expect(await Promise.all(both)).toEqual([FOUND, FOUND]);
    expect(lookups()).toBe(2);
  });

  test('is found for one caller although the worker of another stops', async () => {
    const email = 'customer@example.com';
    const stopped = byEmail(email, { ...LANE, signal: AbortSignal.abort() });
    const stays = byEmail(email);
    expect(await stopped).toEqual({ ok: false, error: { kind: 'stopping' } });
    expect(await stays).toEqual(FOUND);
  });

  test('is not mistaken for another', async () => {
    const [dana, robert] = await Promise.all([
      byEmail('customer@example.com'),
      byEmail('offline@example.com'),
    ]);
    expect(dana).toEqual(FOUND);
    expect(robert).toMatchObject({ value: { externalContactId: WELL_KNOWN.offline.id } });
  });

  test('whom the platform does not find counts as unknown, for a minute only', async () => {
    expect(await byEmail('hidden@example.com')).toEqual(NO_CUSTOMER);
    expect(await byEmail('hidden@example.com')).toEqual(NO_CUSTOMER);
    expect(lookups()).toBe(1);
    const [left = 0] = await remembered();
    expect(left).toBeGreaterThan(MINUTE_MS / 2);
    expect(left).toBeLessThanOrEqual(MINUTE_MS);
  });

  test('whom the platform does not find counts as unknown for less where less is set', async () => {
    identities = workerWith({ IDENTITY_CACHE_FOR: '20s' });
    await byEmail('hidden@example.com');
    expect(Math.max(...(await remembered()))).toBeLessThanOrEqual(MINUTE_MS / 3);
  });

  test('is asked for again after a failure, which is not remembered', async () => {
    genesys.sandbox.faults.add({ endpoint: 'contact-lookup', kind: '400' });
    const [first, second] = await Promise.all([
      byEmail('customer@example.com'),
      byEmail('customer@example.com'),
    ]);
    expect(first).toMatchObject({
      ok: false,
      error: { kind: 'refused', reason: 'history_http_400' },
    });
    expect(second).toEqual(first);
    expect(await byEmail('customer@example.com')).toEqual(FOUND);
    expect(lookups()).toBe(2);
  });
});

describe('a recipient with a contact id', () => {
  const { id: externalContactId } = DANA;

  test('is known without a request when the name is not needed', async () => {
    const recipient = { externalContactId, email: 'customer@example.com' };
    expect(await identities.find(recipient, { contact: false, history: false }, LANE)).toEqual({
      ok: true,
      value: { externalContactId },
    });
    expect(genesys.sandbox.requests.count()).toBe(0);
  });

  test('has the name read from the contact, once for all workers', async () => {
    expect(await identities.find({ externalContactId }, WANTS, LANE)).toEqual(FOUND);
    expect(await workerWith().find({ externalContactId }, WANTS, LANE)).toEqual(FOUND);
    expect([contactReads(), lookups()]).toEqual([1, 0]);
  });

  test('keeps the id when the platform does not know it, and when the contact has no name', async () => {
    const unknown = 'c0000000-dead-4000-8000-000000000000';
    for (const times of [1, 1]) {
      expect(await identities.find({ externalContactId: unknown }, WANTS, LANE)).toEqual({
        ok: true,
        value: { externalContactId: unknown },
      });
      expect(contactReads()).toBe(times);
    }
    const nameless = genesys.sandbox.addCustomer({ firstName: ' ' });
    expect(await identities.find({ externalContactId: nameless.id }, WANTS, LANE)).toEqual({
      ok: true,
      value: { externalContactId: nameless.id },
    });
  });
});

describe('a customer whose contacts were merged', () => {
  const { merged, mergedGuest, mergedAddress } = WELL_KNOWN;
  const others = [mergedAddress.id, mergedGuest.id].sort();
  const idsOf = (read: Awaited<ReturnType<typeof byEmail>>) =>
    read.ok && {
      id: read.value.externalContactId,
      others: [...(read.value.mergedIds ?? [])].sort(),
    };

  test('is known with every id of the merge set, by each of their addresses', async () => {
    for (const email of ['merged@example.com', 'before.merge@example.com']) {
      expect(idsOf(await byEmail(email))).toEqual({ id: merged.id, others });
    }
  });

  test('keeps the id that the caller gave, and has the others beside it', async () => {
    const wants = { contact: false, history: true };
    const given = { externalContactId: mergedGuest.id };
    expect(idsOf(await identities.find(given, wants, LANE))).toEqual({
      id: mergedGuest.id,
      others: [merged.id, mergedAddress.id].sort(),
    });
    expect(contactReads()).toBe(1);
  });
});

describe('two contacts with one address', () => {
  const { twinFirst, twinSecond } = WELL_KNOWN;
  const AMBIGUOUS = { ok: true, value: { isAmbiguous: true } };
  const searches = () => genesys.sandbox.requests.count('contact-search');
  const twin = (name?: string) =>
    identities.find({ email: 'twins@example.com', name }, WANTS, LANE);
  const idOf = async (name?: string) => {
    const read = await twin(name);
    return read.ok ? read.value.externalContactId : read.error;
  };

  test('are distinguished by their names, at the price of a search for the one not found first', async () => {
    expect(await idOf('Anna Keller')).toBe(twinFirst.id);
    expect([lookups(), searches()]).toEqual([1, 0]);
    expect(await idOf('KELLER, Paul')).toBe(twinSecond.id);
    expect([lookups(), searches()]).toEqual([1, 1]);
  });

  test('are searched for once for all workers and callers', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => idOf('Paul Keller')));
    expect(new Set(ids)).toEqual(new Set([twinSecond.id]));
    identities = workerWith();
    expect(await idOf('Paul Keller')).toBe(twinSecond.id);
    expect([lookups(), searches()]).toEqual([1, 1]);
  });

  test('stay undecided for a minute where none or several have the name', async () => {
    expect(await twin('Maria Keller-Sand')).toEqual(AMBIGUOUS);
    genesys.sandbox.addCustomer({
      firstName: 'Paul',
      lastName: 'Keller',
      email: 'twins@example.com',
    });
    expect(await twin('Paul Keller')).toEqual(AMBIGUOUS);
    expect(
      await workerWith().find({ email: 'twins@example.com', name: 'Paul Keller' }, WANTS, LANE),
    ).toEqual(AMBIGUOUS);
    expect(searches()).toBe(2);
    expect(Math.min(...(await remembered()))).toBeLessThanOrEqual(MINUTE_MS);
  });

  test('are the first of them where the request has no name, or none that can greet', async () => {
    expect(await idOf()).toBe(twinFirst.id);
    expect(await idOf('www.example.com')).toBe(twinFirst.id);
    expect(searches()).toBe(0);
  });

  test('fail as any lookup does where they cannot be searched for', async () => {
    genesys.sandbox.faults.add({ endpoint: 'contact-search', kind: '400' });
    expect(await idOf('Paul Keller')).toMatchObject({ reason: 'history_http_400' });
    expect(await idOf('Paul Keller')).toBe(twinSecond.id);
  });
});

test('the only contact with an address stays the one, whatever it is called', async () => {
  const dee = { email: 'customer@example.com', name: 'Dee Miller' };
  expect(await identities.find(dee, WANTS, LANE)).toEqual(FOUND);
  expect(genesys.sandbox.requests.count('contact-search')).toBe(1);
});

test('merged contacts with one address are one contact', async () => {
  const kim = { email: 'before.merge@example.com', name: 'Kim Brandt-Lee' };
  expect(await identities.find(kim, WANTS, LANE)).toMatchObject({
    value: { externalContactId: WELL_KNOWN.merged.id },
  });
});

test('a recipient with a phone alone is unknown to the platform, without a request', async () => {
  expect(await identities.find({ phone: '+15550100001' }, WANTS, LANE)).toEqual(NO_CUSTOMER);
  expect(genesys.sandbox.requests.count()).toBe(0);
});
