import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { IdentityLookup } from '../../src/pipeline/identity.js';
import { WELL_KNOWN } from '../../src/sandbox/population/wellKnown.js';
import { LANE, type SandboxClient, startSandboxClient } from './support/sandboxClient.js';

const MINUTE_MS = 60_000;
const DANA = WELL_KNOWN.delayedOrder;
const FOUND = { ok: true, value: { externalContactId: DANA.id, contactName: 'Dana Whitfield' } };
const NOBODY = { ok: true, value: {} };

let genesys: SandboxClient;
let clock: { at: number; now(): number };
let identities: IdentityLookup;

beforeAll(async () => {
  genesys = await startSandboxClient();
});
afterAll(() => genesys.close());
beforeEach(() => {
  genesys.sandbox.reset();
  clock = { at: 1_000, now: () => clock.at };
  identities = new IdentityLookup(genesys.client, clock);
});

const lookups = () => genesys.sandbox.requests.count('contact-lookup');
const contactReads = () => genesys.sandbox.requests.count('contact');
const byEmail = (email: string) => identities.find({ email }, true, LANE);

describe('a recipient with an email', () => {
  test('is found, with the name on the contact', async () => {
    expect(await byEmail('customer@example.com')).toEqual(FOUND);
  });

  test('is looked up once for ten minutes, however the address is written', async () => {
    await byEmail('customer@example.com');
    clock.at += 9 * MINUTE_MS;
    expect(await byEmail('Customer@Example.COM')).toEqual(FOUND);
    expect(lookups()).toBe(1);
    clock.at += 2 * MINUTE_MS;
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

  test('is not mistaken for another', async () => {
    const [dana, robert] = await Promise.all([
      byEmail('customer@example.com'),
      byEmail('offline@example.com'),
    ]);
    expect(dana).toEqual(FOUND);
    expect(robert).toMatchObject({ value: { externalContactId: WELL_KNOWN.offline.id } });
  });

  test('whom the platform does not find is nobody, for a minute only', async () => {
    expect(await byEmail('hidden@example.com')).toEqual(NOBODY);
    clock.at += 0.9 * MINUTE_MS;
    expect(await byEmail('hidden@example.com')).toEqual(NOBODY);
    expect(lookups()).toBe(1);

    genesys.sandbox.patchCustomer('hidden@example.com', { emailOnContact: true });
    clock.at += 0.2 * MINUTE_MS;
    expect(await byEmail('hidden@example.com')).toMatchObject({
      value: { externalContactId: WELL_KNOWN.hidden.id },
    });
  });

  test('is asked for again after a failure, which is not remembered', async () => {
    genesys.sandbox.faults.add({ endpoint: 'contact-lookup', kind: '400' });
    const [first, second] = await Promise.all([
      byEmail('customer@example.com'),
      byEmail('customer@example.com'),
    ]);
    expect(first).toMatchObject({
      ok: false,
      trouble: { kind: 'refused', reason: 'history_http_400' },
    });
    expect(second).toEqual(first);
    expect(await byEmail('customer@example.com')).toEqual(FOUND);
    expect(lookups()).toBe(2);
  });
});

describe('a recipient with a contact id', () => {
  const { id: externalContactId } = DANA;

  test('is known without a request when nobody asks for the name', async () => {
    const recipient = { externalContactId, email: 'customer@example.com' };
    expect(await identities.find(recipient, false, LANE)).toEqual({
      ok: true,
      value: { externalContactId },
    });
    expect(genesys.sandbox.requests.count()).toBe(0);
  });

  test('is not asked for a name that the request gives', async () => {
    const recipient = { externalContactId, name: 'Dana' };
    expect(await identities.find(recipient, true, LANE)).toMatchObject({ ok: true });
    expect(genesys.sandbox.requests.count()).toBe(0);
  });

  test('has the name read from the contact', async () => {
    expect(await identities.find({ externalContactId }, true, LANE)).toEqual(FOUND);
    expect([contactReads(), lookups()]).toEqual([1, 0]);
  });

  test('keeps the id when the platform does not know it, and when the contact has no name', async () => {
    const unknown = 'c0000000-dead-4000-8000-000000000000';
    expect(await identities.find({ externalContactId: unknown }, true, LANE)).toEqual({
      ok: true,
      value: { externalContactId: unknown },
    });
    const nameless = genesys.sandbox.addCustomer({ firstName: ' ' });
    expect(await identities.find({ externalContactId: nameless.id }, true, LANE)).toEqual({
      ok: true,
      value: { externalContactId: nameless.id },
    });
  });
});

test('a recipient with a phone alone is nobody to the platform, without a request', async () => {
  expect(await identities.find({ phone: '+15550100001' }, true, LANE)).toEqual(NOBODY);
  expect(genesys.sandbox.requests.count()).toBe(0);
});
