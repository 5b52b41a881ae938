import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PLAIN, writePlainTemplate } from '../delivery/support/plainTemplate.js';
import { type Deployment, deploy, type WorkerProcess } from '../support/deployment.js';

/*
 * Real worker processes, of which one listens for undelivered messages. Messages are sent to customers
 * whose browser is closed, and it is struck before the platform says that they did not arrive: so the
 * events find no one, and another process has to find them out. Nothing waits for a check of its own,
 * which is an hour away.
 */
const MESSAGES = 25;
const FAILS_AFTER_MS = 4_000;
const WITHIN_MS = 120_000;

const templates = writePlainTemplate();
let deployment: Deployment;
let sent = 0;

beforeAll(async () => {
  deployment = await deploy({
    sandbox: { keepAll: true, deliveryDelayMs: FAILS_AFTER_MS, heartbeatSeconds: 0.5 },
    env: { TEMPLATES_DIR: templates.dir, DELIVERY_CHECK_AFTER: '1h', SILENT_AFTER_MS: '2000' },
  });
});
afterAll(async () => {
  await deployment.stop();
  templates.remove();
});

const listening = () => deployment.sandbox.notifications.waitForListening(1, WITHIN_MS);

/** Web messages to customers who are not there; resolves once each is sent, with their addresses. */
async function sendOffline(): Promise<string[]> {
  const messages = Array.from({ length: MESSAGES }, () => {
    sent += 1;
    const email = `chaos-${sent}@example.net`;
    const customer = deployment.sandbox.addCustomer({ firstName: 'Kim', email, online: false });
    return { id: `chaos-${sent}`, email, recipient: { externalContactId: customer.id, email } };
  });
  await Promise.all(
    messages.map(({ id, recipient }) => deployment.send({ ...PLAIN, id, recipient })),
  );
  await Promise.all(messages.map(({ id }) => deployment.reaches(id, 'sent')));
  return messages.map(({ email }) => email);
}

async function eachHasOneEmail(addresses: readonly string[]): Promise<void> {
  const { deliveries } = deployment.sandbox;
  await Promise.all(addresses.map((email) => deliveries.waitFor(1, email, WITHIN_MS)));
  const counts = addresses.map(
    (email) => deliveries.list().filter(({ to }) => to === email).length,
  );
  expect(counts).toEqual(addresses.map(() => 1));
}

/** A second worker that is ready to take over; the first has the lease by then. */
async function withSecond(first: WorkerProcess): Promise<WorkerProcess> {
  await listening();
  expect(first.output()).toBe('');
  return deployment.spawnWorker();
}

test('the listener killed, frozen and disconnected while messages fail: each undelivered message has exactly one email', async () => {
  const all: string[] = [];
  const killed = await deployment.spawnWorker();
  // A worker listens once something is accepted.
  const sendAt = new Date(Date.now() + 6 * 60 * 60 * 1000).toISOString();
  await deployment.send({ ...PLAIN, recipient: { email: 'later@example.net' }, sendAt });
  const frozen = await withSecond(killed);
  const toKilled = await sendOffline();
  killed.kill('SIGKILL');
  await eachHasOneEmail(toKilled);
  all.push(...toKilled);

  const last = await withSecond(frozen);
  const toFrozen = await sendOffline();
  frozen.kill('SIGSTOP');
  await eachHasOneEmail(toFrozen);
  all.push(...toFrozen);
  frozen.kill('SIGCONT');

  await listening();
  const toDisconnected = await sendOffline();
  for (const channel of deployment.sandbox.notifications.channels()) {
    channel.disconnect('for a test', true);
  }
  await eachHasOneEmail(toDisconnected);
  all.push(...toDisconnected);

  await eachHasOneEmail(all);
  expect(deployment.deliveries()).toBe(all.length);
  expect(last.output()).toBe('');
});
