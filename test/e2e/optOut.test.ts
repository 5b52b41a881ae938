import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { openSuppressions } from '../../src/app/openSuppressions.js';
import type { AttemptEvent } from '../../src/dispatch/jobAttempt.js';
import type { SuppressedAddress } from '../../src/suppression/consentIdentity.js';
import type { SuppressionList } from '../../src/suppression/suppressionList.js';
import { type Deployment, deploy } from '../support/deployment.js';

/*
 * An opt-out that comes between acceptance and intent. Each notification may go over email, then SMS. The
 * opt-out is made at one moment of its attempt, on one address, and nothing goes out from then on.
 */
describe('an opt-out between acceptance and intent', () => {
  let deployment: Deployment;
  let redis: Redis;
  let list: SuppressionList;
  /** What is done once when a notification reaches a moment. */
  const moments = new Map<string, () => Promise<unknown>>();

  beforeAll(async () => {
    deployment = await deploy({ env: { DELIVERY_EVENTS: 'off' } });
    redis = new Redis(deployment.config().REDIS_URL);
    list = openSuppressions(deployment.config(), redis);
    await deployment.startWorker(
      {},
      {
        observe: async (moment: AttemptEvent, id) => {
          const key = `${id} ${moment}`;
          const act = moments.get(key);
          moments.delete(key);
          await act?.();
        },
      },
    );
  });
  afterAll(async () => {
    await deployment.stop();
    await redis.quit();
  });

  const phoneOf = (n: number) => `+1555010${String(n).padStart(4, '0')}`;

  async function send(id: string, n: number, channels: ('web' | 'email' | 'sms')[]) {
    const recipient = { email: `${id}@example.net`, phone: phoneOf(n), name: 'Dana' };
    await deployment.send({
      id,
      recipient,
      template: 'order-update',
      history: { required: false },
      variables: { orderNumber: 'A-1', status: 'sent' },
      channels,
    });
    return recipient;
  }

  const optOut = (address: SuppressedAddress, channels: 'all' | ['sms'] | ['email'] = 'all') =>
    list.add(address, { channels, source: 'unsubscribe', author: 'link', at: Date.now() });

  function received(id: string, n: number): string[] {
    const { deliveries } = deployment.sandbox;
    return [...deliveries.list(`${id}@example.net`), ...deliveries.list(phoneOf(n))].map(
      ({ channel }) => channel,
    );
  }

  test.each([
    ['claimed', 'email'],
    ['claimed', 'phone'],
    ['context_ready', 'email'],
    ['context_ready', 'phone'],
    ['before_intent', 'email'],
    ['before_intent', 'phone'],
  ] as const)(
    'at the moment %s, on the %s: nothing goes out over any channel',
    async (moment, field) => {
      const id = `at-${moment.replace('_', '-')}-${field}`;
      const n =
        100 +
        ['claimed', 'context_ready', 'before_intent'].indexOf(moment) * 2 +
        Number(field === 'phone');
      const address = field === 'email' ? `${id}@example.net` : phoneOf(n);
      moments.set(`${id} ${moment}`, () => optOut({ field, address }));
      await send(id, n, ['email', 'sms']);
      expect(await deployment.reaches(id, 'skipped', 'sent', 'failed')).toMatchObject({
        state: 'skipped',
        reason: 'suppressed',
      });
      expect(received(id, n)).toEqual([]);
    },
  );

  test('while the job waits: nothing goes out', async () => {
    await deployment.producer.operations.pause({ reason: 'a look' });
    await send('waits', 120, ['email', 'sms']);
    await optOut({ field: 'email', address: 'Waits@Example.net' });
    await deployment.producer.operations.resume();
    expect(await deployment.reaches('waits', 'skipped', 'sent')).toMatchObject({
      state: 'skipped',
      reason: 'suppressed',
    });
    expect(received('waits', 120)).toEqual([]);
  });

  test('of the contact that was found, on the contact id alone: nothing goes out', async () => {
    const email = 'customer@example.com';
    const { id: contactId } = deployment.sandbox.customer(email);
    await optOut({ field: 'externalContactId', address: contactId });
    const id = 'by-contact';
    await deployment.send({ id, recipient: { email }, template: 'follow-up', channels: ['email'] });
    expect(await deployment.reaches(id, 'skipped', 'sent', 'failed')).toMatchObject({
      reason: 'suppressed',
    });
    expect(deployment.sandbox.deliveries.list(email)).toEqual([]);
  });

  test('of one channel: the next one is tried, with no trace of a try over the first', async () => {
    await optOut({ field: 'email', address: 'by-sms-only@example.net' }, ['email']);
    await send('by-sms-only', 130, ['email', 'sms']);
    expect(await deployment.reaches('by-sms-only', 'sent')).toMatchObject({ channel: 'sms' });
    expect(received('by-sms-only', 130)).toEqual(['sms']);
  });

  test('while the first channel is refused: the fallback does not go out', async () => {
    const id = 'in-fallback';
    deployment.sandbox.faults.add({ endpoint: 'agentless-email', kind: '400', count: 1 });
    moments.set(`${id} answer_received`, () => optOut({ field: 'phone', address: phoneOf(140) }));
    await send(id, 140, ['email', 'sms']);
    expect(await deployment.reaches(id, 'skipped', 'sent', 'failed')).toMatchObject({
      reason: 'suppressed',
    });
    expect(received(id, 140)).toEqual([]);
  });

  test('between intent and answer: this message goes out, as is documented, and the next one does not', async () => {
    const id = 'too-late';
    moments.set(`${id} intent_written`, () =>
      optOut({ field: 'email', address: `${id}@example.net` }),
    );
    await send(id, 150, ['email']);
    expect((await deployment.reaches(id, 'sent', 'skipped')).state).toBe('sent');
    await deployment.send({
      id: 'the-next',
      recipient: { email: `${id}@example.net` },
      template: 'order-update',
      history: { required: false },
      variables: { orderNumber: 'A-2', status: 'sent' },
      channels: ['email'],
    });
    expect((await deployment.reaches('the-next', 'sent', 'skipped')).state).toBe('skipped');
    expect(received(id, 150)).toEqual(['email']);
  });
});
