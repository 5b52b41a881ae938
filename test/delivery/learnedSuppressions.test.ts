import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { NewCustomer } from '../../sandbox/control/customers.js';
import { openSuppressions } from '../../src/app/openSuppressions.js';
import { isHardBounce } from '../../src/delivery/deliveryLook.js';
import { mailStatusIn } from '../../src/genesys/resources/emails.js';
import type { NotificationView } from '../../src/notification/notificationView.js';
import type { AddressField } from '../../src/notification/recipientAddress.js';
import type { Channel } from '../../src/notification/state.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { PLAIN, writePlainTemplate } from './support/plainTemplate.js';

const templates = writePlainTemplate();
let deployment: Deployment;
let redis: Redis;

beforeAll(async () => {
  deployment = await deploy({
    sandbox: { emailBounceMs: 200, deliveryDelayMs: 200 },
    env: { TEMPLATES_DIR: templates.dir, DELIVERY_CHECK_AFTER: '2s' },
  });
  redis = new Redis(deployment.env['REDIS_URL'] ?? '');
  await deployment.startWorker();
});

afterAll(async () => {
  redis.disconnect();
  await deployment.stop();
  templates.remove();
});

let sent = 0;

/** The view of a message to this customer, once nothing more is to be learned of it. */
async function messaged(customer: NewCustomer, channels: Channel[]): Promise<NotificationView> {
  sent += 1;
  const id = `learned-${sent}`;
  deployment.sandbox.addCustomer(customer);
  const recipient = { email: customer.email, phone: customer.phone };
  await deployment.send({ ...PLAIN, id, recipient, channels });
  for (;;) {
    const view = await deployment.reaches(id, 'sent', 'undelivered', 'delivered', 'failed');
    if (view.state !== 'sent' || view.deliveryCheckAt === undefined) return view;
    await pause(100);
  }
}

function entryOf(field: AddressField, address: string) {
  return openSuppressions(deployment.config(), redis).find({ field, address });
}

describe('what the platform says of an address that got nothing', () => {
  test.each([
    ['without a status', undefined],
    ['that no such mailbox exists', 'smtp; 550 5.1.1 <kim@example.net> user unknown'],
  ])(
    'a bounce %s suppresses emails to it, for good, and stands in the timeline',
    async (title, bounceText) => {
      const email = `hard-${title.length}@example.net`;
      const view = await messaged({ email, emailBounces: true, bounceText }, ['email']);
      expect(view.state).toBe('undelivered');
      expect(view.timeline.at(-1)).toMatchObject({ detail: 'suppressed: bounced' });
      const entry = await entryOf('email', email);
      expect(entry).toMatchObject({ source: 'bounce', channels: ['email', 'engage'] });
      expect(entry?.until).toBeUndefined();
    },
  );

  test('a bounce of a mailbox that is full suppresses nothing', async () => {
    const email = 'full@example.net';
    const bounceText = '552 5.2.2 mailbox full';
    const view = await messaged({ email, emailBounces: true, bounceText }, ['email']);
    expect(view.state).toBe('undelivered');
    expect(view.timeline.at(-1)?.detail).toBeUndefined();
    expect(await entryOf('email', email)).toBeUndefined();
  });

  test.each([
    ['RecipientOptedOut', 'opted_out', 'stop'],
    ['InvalidDestination', 'no_such_address', 'bounce'],
  ] as const)(
    'an SMS that fails with %s suppresses SMS to the number',
    async (smsFails, because, source) => {
      const phone = smsFails === 'RecipientOptedOut' ? '+4915112345671' : '+4915112345672';
      const view = await messaged({ phone, smsFails }, ['sms']);
      expect(view.state).toBe('undelivered');
      expect(view.timeline.at(-1)).toMatchObject({ detail: `suppressed: ${because}` });
      expect(await entryOf('phone', phone)).toMatchObject({ source, channels: ['sms'] });
    },
  );

  test('an SMS that fails for another reason suppresses nothing', async () => {
    const phone = '+4915112345673';
    expect(await messaged({ phone, smsFails: 'GeneralError' }, ['sms'])).toMatchObject({
      state: 'undelivered',
    });
    expect(await entryOf('phone', phone)).toBeUndefined();
  });
});

test('each is in the audit once, by a digest', async () => {
  const { entries } = await deployment.producer.auditTrail.page({
    what: 'suppression.learned',
    limit: 20,
  });
  expect(entries).toHaveLength(4);
  expect(entries[0]).toMatchObject({ from: 'platform', who: 'worker', outcome: 'done' });
  expect(JSON.stringify(entries)).not.toMatch(/example\.net|49151/);
});

describe('the status of a mail server', () => {
  test.each([
    ['550 5.1.1 user unknown', '5.1.1', true],
    ['smtp;5.1.10 no such recipient', '5.1.10', true],
    ['5.1.8 sender address rejected', '5.1.8', false],
    ['5.2.1 mailbox disabled', '5.2.1', true],
    ['552 5.2.2 over quota', '5.2.2', false],
    ['5.3.4 message too large', '5.3.4', false],
    ['554 5.7.1 rejected by policy', '5.7.1', false],
    ['4.4.7 delivery time expired', '4.4.7', false],
    ['550 no such user', '550', true],
    ['552 storage exceeded', '552', false],
    ['451 try later', '451', false],
    ['mail from 10.5.1.1 was refused', undefined, true],
    ['order 55012 could not be delivered', undefined, true],
    ['', undefined, true],
  ])('of %s is %s, which is a hard bounce: %s', (text, status, isHard) => {
    expect(mailStatusIn(text)).toBe(status);
    expect(isHardBounce(status)).toBe(isHard);
  });
});
