import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { SandboxOptions } from '../../sandbox/sandbox.js';
import type { WorkerExtras } from '../../src/app/workerExtras.js';
import { type ListenerStatus, ListenerStatusStore } from '../../src/queue/listenerStatus.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { testRedisUrl } from '../support/redis.js';
import { PLAIN, writePlainTemplate } from './support/plainTemplate.js';

const WITHIN_MS = 60_000;
const templates = writePlainTemplate();
const redis = new Redis(testRedisUrl());
afterAll(async () => {
  templates.remove();
  await redis.quit();
});

let deployment: Deployment;
afterEach(() => deployment.stop());

/** One that is accepted and has hours to go: from then on a worker listens. */
async function acceptOne(): Promise<void> {
  const sendAt = new Date(Date.now() + 6 * 60 * 60 * 1000).toISOString();
  await deployment.send({ ...PLAIN, recipient: { email: 'later@example.net' }, sendAt });
}

/** Each web message's own check is an hour away: what is found out before was heard of. */
async function start(sandbox: SandboxOptions = {}, extras: WorkerExtras = {}): Promise<void> {
  deployment = await deploy({
    sandbox: { heartbeatSeconds: 0.2, ...sandbox },
    env: { TEMPLATES_DIR: templates.dir, DELIVERY_CHECK_AFTER: '1h' },
  });
  await deployment.startWorker({}, { silentAfterMs: 1_000, ...extras });
  await acceptOne();
}

const listening = (count = 1) =>
  deployment.sandbox.notifications.waitForListening(count, WITHIN_MS);

async function sendOffline(id: string): Promise<void> {
  const email = `${id}@example.net`;
  const customer = deployment.sandbox.addCustomer({ firstName: 'Kim', email, online: false });
  const recipient = { externalContactId: customer.id, email };
  await deployment.send({ ...PLAIN, id, recipient });
}

const emailed = (id: string) =>
  deployment.sandbox.deliveries.waitFor(1, `${id}@example.net`, WITHIN_MS);

const requestsOfTheListener = () => deployment.sandbox.requests.count('channel-create');

async function statusOnce(wanted: (status: ListenerStatus) => boolean): Promise<ListenerStatus> {
  const store = new ListenerStatusStore(redis, deployment.prefix);
  for (;;) {
    const status = await store.read();
    if (status !== undefined && wanted(status)) return status;
    await pause(50);
  }
}

describe('the listener for undelivered messages', () => {
  test('has the email sent at once, and one only however often the event comes', async () => {
    await start();
    await listening();
    deployment.sandbox.faults.add({ kind: 'event-repeated', times: 3 });
    await sendOffline('heard');
    await emailed('heard');
    await deployment.sandbox.notifications.waitForEvents(4, WITHIN_MS);
    const view = await deployment.reaches('heard', 'sent');
    expect(view).toMatchObject({ channel: 'email' });
    expect(deployment.deliveries()).toBe(1);
    const { lastEventAt } = await statusOnce(({ lastEventAt }) => lastEventAt !== undefined);
    expect(lastEventAt).toBeDefined();
  });

  test('does not listen before a notification is accepted, and says so', async () => {
    deployment = await deploy({ env: { TEMPLATES_DIR: templates.dir } });
    await deployment.startWorker();
    const { detail } = await statusOnce(({ state }) => state === 'idle');
    expect(detail).toBe('it listens once a notification is accepted');
    expect(requestsOfTheListener()).toBe(0);
    await acceptOne();
    await listening();
    await statusOnce(({ state }) => state === 'connected');
  });

  test('loses no event that comes before the send is recorded', async () => {
    let isHeard: () => void = () => undefined;
    const heard = new Promise<void>((resolve) => {
      isHeard = resolve;
    });
    await start(
      { deliveryDelayMs: 0 },
      { observe: (step) => (step === 'answer_received' ? heard : undefined) },
    );
    await listening();
    await sendOffline('early');
    await deployment.sandbox.notifications.waitForEvents(1, WITHIN_MS);
    await statusOnce(({ lastEventAt }) => lastEventAt !== undefined);
    isHeard();
    await emailed('early');
    expect(deployment.deliveries()).toBe(1);
  });

  test.each([
    ['is cut off', true],
    ['is closed', false],
  ])('asks at once about what was sent while the socket %s', async (_how, abrupt) => {
    await start({ deliveryDelayMs: 1_000 });
    await listening();
    deployment.sandbox.faults.add({ kind: 'event-missing' });
    await sendOffline('missed');
    await deployment.reaches('missed', 'sent');
    await pause(1_100);
    for (const channel of deployment.sandbox.notifications.channels()) {
      channel.disconnect('for a test', abrupt);
    }
    await emailed('missed');
    expect(deployment.deliveries()).toBe(1);
  });

  test('leaves a socket from which nothing comes, and makes a new channel', async () => {
    deployment = await deploy({
      sandbox: { heartbeatSeconds: 0.2 },
      env: { TEMPLATES_DIR: templates.dir, DELIVERY_CHECK_AFTER: '1h' },
    });
    deployment.sandbox.faults.add({ kind: 'socket-frozen' });
    await deployment.startWorker({}, { silentAfterMs: 500 });
    await acceptOne();
    await statusOnce(({ detail }) => detail === 'socket silent');
    await statusOnce(({ state }) => state === 'connected');
    await listening();
    await sendOffline('after');
    await emailed('after');
    expect(deployment.sandbox.requests.count('channel-create')).toBe(2);
  });

  test('makes a new channel before the platform ends the one it has', async () => {
    await start({ channelLifetimeSeconds: 2 });
    await listening();
    while (deployment.sandbox.requests.count('channel-create') < 3) await pause(50);
    await listening();
    await sendOffline('renewed');
    await emailed('renewed');
    expect(deployment.deliveries()).toBe(1);
  });

  test('says that it is refused, and messages are asked about together as without it', async () => {
    deployment = await deploy({
      env: { TEMPLATES_DIR: templates.dir, DELIVERY_CHECK_AFTER: '3s' },
    });
    deployment.sandbox.faults.add({
      endpoint: 'channel-create',
      kind: '403-permission',
      permission: 'notifications:channel:add',
      probability: 1,
    });
    await deployment.startWorker();
    await acceptOne();
    const { state, detail } = await statusOnce((status) => status.state === 'refused');
    expect({ state, detail }).toEqual({
      state: 'refused',
      detail: 'permission notifications:channel:add',
    });
    await sendOffline('unheard');
    await emailed('unheard');
    expect(deployment.deliveries()).toBe(1);
  });
});
