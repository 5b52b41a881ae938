import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import type { NotificationView } from '../../src/notification/notificationView.js';
import type { Channel } from '../../src/notification/state.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { PLAIN, writePlainTemplate } from './support/plainTemplate.js';

const ENDED = ['delivered', 'undelivered', 'failed', 'unknown'] as const;

const templates = writePlainTemplate();
const TEMPLATES_DIR = templates.dir;
afterAll(() => templates.remove());

let deployment: Deployment;
afterEach(() => deployment.stop());

/** Web messages to so many customers, every fifth of whom has closed the browser. */
async function sendMany(count: number): Promise<{ id: string; online: boolean }[]> {
  const { sandbox } = deployment;
  const sent = Array.from({ length: count }, (_, at) => {
    const online = at % 5 !== 0;
    const email = `poller-${at}@example.net`;
    const { id: externalContactId } = sandbox.addCustomer({ firstName: 'Kim', email, online });
    return { id: `poller-${at}`, online, recipient: { externalContactId, email } };
  });
  await Promise.all(sent.map(({ id, recipient }) => deployment.send({ ...PLAIN, id, recipient })));
  return sent;
}

function requests(): Record<string, number> {
  const { login: _login, ...counted } = deployment.sandbox.requests.countByOperation();
  return counted;
}

/** The view once nothing more is to be learned of it. */
async function settled(id: string): Promise<NotificationView> {
  for (;;) {
    const view = await deployment.reaches(id, 'sent', ...ENDED);
    if (view.state !== 'sent' || view.deliveryCheckAt === undefined) return view;
    await pause(100);
  }
}

describe('many sent messages', () => {
  test('are asked about together, and each that did not arrive has exactly one email', async () => {
    deployment = await deploy({ env: { TEMPLATES_DIR, DELIVERY_CHECK_AFTER: '12s' } });
    await deployment.startWorker();
    const sent = await sendMany(40);
    const views = await Promise.all(sent.map(({ id }) => settled(id)));
    for (const [at, { online }] of sent.entries()) {
      expect(views[at]).toMatchObject(
        online ? { state: 'delivered', channel: 'web' } : { state: 'sent', channel: 'email' },
      );
    }
    const offline = sent.filter(({ online }) => !online).length;
    expect(requests()).toMatchObject({
      'agentless-message': sent.length,
      'agentless-email': offline,
      'message-details': offline,
    });
    // One or two for the web messages, one or two for the emails.
    expect(requests()['details-query']).toBeLessThanOrEqual(4);
    expect(deployment.deliveries()).toBe(sent.length);
  });

  test('are asked about one by one where the platform refuses the question for many', async () => {
    deployment = await deploy({ env: { TEMPLATES_DIR, DELIVERY_CHECK_AFTER: '2s' } });
    deployment.sandbox.faults.add({
      endpoint: 'details-query',
      kind: '403-permission',
      probability: 1,
    });
    await deployment.startWorker();
    const sent = await sendMany(10);
    const views = await Promise.all(sent.map(({ id }) => settled(id)));
    expect(views.map(({ state }) => state)).toEqual(
      sent.map(({ online }) => (online ? 'delivered' : 'sent')),
    );
    expect(requests()).toMatchObject({ 'message-details': 10, 'agentless-email': 2 });
  });

  test('are asked about one by one where nothing is asked together', async () => {
    deployment = await deploy({
      env: { TEMPLATES_DIR, DELIVERY_CHECK_AFTER: '1s', DELIVERY_EVENTS: 'off' },
    });
    await deployment.startWorker();
    const sent = await sendMany(5);
    await Promise.all(sent.map(({ id }) => settled(id)));
    expect(requests()).toMatchObject({ 'message-details': 5, 'agentless-email': 1 });
    expect(requests()['details-query']).toBeUndefined();
  });

  test('are asked about in smaller numbers where the platform takes no more', async () => {
    deployment = await deploy({
      sandbox: { predicatesPerFilter: 20 },
      env: { TEMPLATES_DIR, DELIVERY_CHECK_AFTER: '12s' },
    });
    await deployment.startWorker();
    const sent = await sendMany(40);
    const views = await Promise.all(sent.map(({ id }) => settled(id)));
    expect(views.filter(({ state }) => state === 'delivered')).toHaveLength(32);
    expect(requests()).toMatchObject({ 'message-details': 8 });
  });
});

describe('an email', () => {
  async function sendEmail(emailBounces: boolean, channels: Channel[]): Promise<NotificationView> {
    deployment = await deploy({
      sandbox: { emailBounceMs: 500 },
      env: { TEMPLATES_DIR, DELIVERY_CHECK_AFTER: '2s' },
    });
    await deployment.startWorker();
    const email = 'kim@example.net';
    const { id: externalContactId } = deployment.sandbox.addCustomer({
      firstName: 'Kim',
      email,
      emailBounces,
    });
    const recipient = { email, externalContactId };
    await deployment.send({ ...PLAIN, id: 'email', recipient, channels });
    return settled('email');
  }

  test('that bounced opens the next channel', async () => {
    const view = await sendEmail(true, ['email', 'web']);
    expect(view).toMatchObject({ state: 'delivered', channel: 'web' });
    expect(requests()).toMatchObject({ 'agentless-email': 1, 'agentless-message': 1 });
  });

  test('that bounced is undelivered where no channel is left', async () => {
    const view = await sendEmail(true, ['email']);
    expect(view).toMatchObject({ state: 'undelivered', channel: 'email' });
    expect(requests()['agentless-email']).toBe(1);
  });

  test('without news stays sent, and is asked about once', async () => {
    const view = await sendEmail(false, ['email', 'web']);
    expect(view).toMatchObject({ state: 'sent', channel: 'email' });
    expect(view.reason).toBeUndefined();
    expect(requests()).toEqual(
      expect.objectContaining({ 'agentless-email': 1, 'details-query': 1 }),
    );
  });
});
