import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FaultInput } from '../../sandbox/faults.js';
import type { NotificationView } from '../../src/notification/notificationView.js';
import type { NotificationRequest } from '../../src/notification/request.js';
import type { Channel } from '../../src/notification/state.js';
import { logIn } from '../sandbox/support/client.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { writeNoteTemplates } from './support/noteTemplates.js';

/*
 * Workers in this process against the sandbox, which delivers or not and spoils the answer. Campaign messages are held,
 * transactional ones are sent again, so one deployment shows both policies.
 */
const templates = writeNoteTemplates();
afterAll(() => templates.remove());

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy({
    sandbox: { deliveryDelayMs: 50 },
    env: {
      TEMPLATES_DIR: templates.dir,
      RECONCILE_AFTER: '100ms,400ms',
      DELIVERY_CHECK_AFTER: '200ms',
      UNKNOWN_POLICY: 'transactional:resend,campaign:hold',
      IDENTITY_CACHE_FOR: '0s',
    },
  });
  await deployment.startWorker();
});
afterAll(() => deployment.stop());

let number = 0;
let customer: { externalContactId: string; email: string; phone: string };
beforeEach(() => {
  const { sandbox } = deployment;
  number += 1;
  const email = `look-${number}@example.net`;
  const phone = `+1555020${String(number).padStart(4, '0')}`;
  const { id } = sandbox.addCustomer({ firstName: 'Kim', email, phone, online: true });
  customer = { externalContactId: id, email, phone };
  sandbox.requests.clear();
});

const ENDPOINTS = {
  web: 'agentless-message',
  sms: 'agentless-message',
  email: 'agentless-email',
} as const;

interface Wish extends Partial<NotificationRequest> {
  words?: string;
  channel?: keyof typeof ENDPOINTS;
}

/** Sends to the customer of this test; `fault` is what its request meets. */
async function send(
  { words = 'hello', channel = 'web', ...wish }: Wish,
  fault?: FaultInput['kind'],
): Promise<string> {
  if (fault !== undefined) {
    deployment.sandbox.faults.add({ endpoint: ENDPOINTS[channel], kind: fault } as FaultInput);
  }
  const id = await deployment.send({
    recipient: recipientFor(channel),
    template: 'note',
    variables: { words },
    channels: [channel],
    priority: 'campaign',
    ...wish,
  });
  await deployment.reaches(id, 'unknown', 'sent', 'delivered');
  return id;
}

function recipientFor(channel: Channel): NotificationRequest['recipient'] {
  const { email, phone, externalContactId } = customer;
  if (channel === 'sms') return { phone };
  return channel === 'email' ? { email } : { externalContactId };
}

/** The view once no look is to come any more. */
async function decided(id: string): Promise<NotificationView> {
  for (;;) {
    const view = await deployment.reaches(id, 'unknown', 'sent', 'delivered', 'expired');
    const isOver = view.state !== 'unknown' || view.reconcile?.decides === 'person';
    if (isOver && view.reconcile?.nextLookAt === undefined) return view;
    await pause(25);
  }
}

function deliveries(): { text: string | null; messageId: string }[] {
  const { externalContactId, email, phone } = customer;
  return deployment.sandbox.deliveries
    .list()
    .filter(({ to }) => [externalContactId, email, phone].includes(to));
}

function requests(operation: string): number {
  const counted: Record<string, number> = deployment.sandbox.requests.countByOperation();
  return counted[operation] ?? 0;
}

describe('an unknown whose message is on the platform', () => {
  test('is sent with its id, and its delivery is followed: a web message', async () => {
    const id = await send({}, 'reset-after');
    const view = await deployment.reaches(id, 'delivered');
    const [delivery] = deliveries();
    expect(view.messageId).toBe(delivery?.messageId);
    expect(view.timeline).toContainEqual(
      expect.objectContaining({ state: 'sent', reason: 'reconciled_sent', channel: 'web' }),
    );
    expect(deliveries()).toHaveLength(1);
  });

  test('is found by email alone, with the contact that was found for it', async () => {
    const { email } = customer;
    const id = await send({ recipient: { email } }, '500-after');
    expect(await deployment.reaches(id, 'delivered')).toMatchObject({ channel: 'web' });
    expect(deliveries()).toHaveLength(1);
  });

  test.each(['sms', 'email'] as const)('is found by its address: %s', async (channel) => {
    const id = await send({ channel }, 'reset-after');
    const view = await decided(id);
    expect(['sent', 'delivered']).toContain(view.state);
    expect(view).toMatchObject({ channel, messageId: deliveries()[0]?.messageId });
    expect(deliveries()).toHaveLength(1);
  });

  test('is found by a later look where the statistics lag behind', async () => {
    deployment.sandbox.faults.add({ kind: 'index-late', ms: 200 });
    const id = await send({ priority: 'transactional' }, 'reset-after');
    expect(await deployment.reaches(id, 'delivered')).toMatchObject({ reason: undefined });
    expect(deliveries()).toHaveLength(1);
  });

  test('is left to a person where the platform shows another text, and never sent again', async () => {
    const { sandbox } = deployment;
    const client = await logIn(sandbox);
    const { status } = await client.post('/api/v2/conversations/messages/agentless', {
      fromAddress: sandbox.settings.deploymentId,
      toAddressMessengerType: 'webmessaging',
      externalContactId: customer.externalContactId,
      textBody: 'A note for you: of another system',
    });
    expect(status).toBe(200);
    const id = await send({ priority: 'transactional' }, '500-before');
    expect(await decided(id)).toMatchObject({
      state: 'unknown',
      reason: 'ambiguous_on_platform',
      reconcile: { decides: 'person' },
    });
    expect(deliveries()).toHaveLength(1);
  });
});

describe('an unknown whose message is not on the platform', () => {
  test('is held for a person by policy', async () => {
    const id = await send({}, '500-before');
    const view = await decided(id);
    expect(view).toMatchObject({ state: 'unknown', reason: 'not_found_on_platform' });
    expect(view.reconcile?.looks).toBeGreaterThanOrEqual(1);
    expect(deliveries()).toHaveLength(0);
  });

  test.each([
    ['of its priority', { priority: 'transactional' }],
    ['of its template', { template: 'urgent-note' }],
  ] as const)('is sent again by the policy %s, once, and says so', async (_name, wish) => {
    const id = await send(wish, '500-before');
    const view = await deployment.reaches(id, 'delivered');
    expect(view.timeline.map(({ state, reason }) => reason ?? state)).toEqual(
      expect.arrayContaining(['http_500', 'not_found_on_platform', 'delivered']),
    );
    expect(deliveries()).toHaveLength(1);
  });

  test('is not taken for the message of another notification that says the same', async () => {
    const first = await send({});
    await deployment.reaches(first, 'delivered');
    const second = await send({}, '500-before');
    expect(await decided(second)).toMatchObject({ reason: 'not_found_on_platform' });
    expect(deliveries()).toHaveLength(1);
  });

  test('is not sent at once with one that says the same and is there: one of them is', async () => {
    const [one, other] = [await send({}, '500-before'), await send({}, 'reset-after')];
    const states = await Promise.all([one, other].map(async (id) => (await decided(id)).state));
    expect(states.filter((state) => state !== 'unknown')).toHaveLength(1);
    expect(deliveries()).toHaveLength(1);
  });
});

test('a look that the platform refuses is not used up', async () => {
  const { sandbox } = deployment;
  sandbox.faults.add({ endpoint: 'details-query', kind: '403-permission', count: 2 });
  const id = await send({ priority: 'transactional' }, 'reset-after');
  await deployment.reaches(id, 'delivered');
  expect(requests('details-query')).toBeGreaterThanOrEqual(3);
  expect(deliveries()).toHaveLength(1);
});
