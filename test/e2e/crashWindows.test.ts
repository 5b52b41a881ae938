import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NotificationView } from '../../src/notification/notificationView.js';
import { type Deployment, deploy, type WorkerProcess } from '../support/deployment.js';

/*
 * Real worker processes, frozen and killed at exact steps of a send. Each is made to hold one
 * notification; then all are struck at once, and a healthy worker is left to clean up. It waits
 * for missing heartbeats, and for intents that settle, so the cases share one wait.
 */
interface Case {
  stopAt: string;
  strike: 'SIGKILL' | 'SIGSTOP';
}

const CASES = {
  killedBeforeLookup: { stopAt: 'claimed', strike: 'SIGKILL' },
  killedBeforeIntent: { stopAt: 'before_intent', strike: 'SIGKILL' },
  killedAfterIntent: { stopAt: 'intent_written', strike: 'SIGKILL' },
  killedAfterAnswer: { stopAt: 'answer_received', strike: 'SIGKILL' },
  killedAfterRecord: { stopAt: 'answer_recorded', strike: 'SIGKILL' },
  frozenBeforeIntent: { stopAt: 'before_intent', strike: 'SIGSTOP' },
  frozenAfterIntent: { stopAt: 'intent_written', strike: 'SIGSTOP' },
  frozenAfterAnswer: { stopAt: 'answer_received', strike: 'SIGSTOP' },
  frozenBriefly: { stopAt: 'intent_written', strike: 'SIGSTOP' },
} as const satisfies Record<string, Case>;

/** An intent is good for 2 s. */
const LONGER_THAN_SEND_BY_MS = 3_000;

type Name = keyof typeof CASES;
const NAMES = Object.keys(CASES) as Name[];

const emailOf = (name: Name) => `${name.toLowerCase()}@example.net`;

describe('a worker struck down in the middle of a send', () => {
  let deployment: Deployment;
  const workers = {} as Record<Name | 'killedDuringRequest', WorkerProcess>;

  async function send(id: string): Promise<void> {
    await deployment.send({
      id,
      recipient: { email: `${id.toLowerCase()}@example.net` },
      template: 'follow-up',
      channels: ['email'],
      history: { required: false },
    });
  }

  beforeAll(async () => {
    deployment = await deploy({ env: { WORKER_CONCURRENCY: '1' } });
    for (const name of NAMES) {
      const worker = await deployment.spawnWorker({ stopAt: CASES[name].stopAt });
      workers[name] = worker;
      await send(name);
      await worker.stopped;
    }
    deployment.sandbox.faults.add({ endpoint: 'agentless-email', kind: 'stall', delivered: true });
    workers.killedDuringRequest = await deployment.spawnWorker();
    await send('killedDuringRequest');
    await deployment.sandbox.deliveries.waitFor(1, 'killedduringrequest@example.net', 20_000);

    for (const name of NAMES) workers[name].kill(CASES[name].strike);
    workers.killedDuringRequest.kill('SIGKILL');
    // What the frozen ones were waiting for: they will find it when they wake up.
    for (const name of NAMES) if (CASES[name].strike === 'SIGSTOP') workers[name].goOn();
    await deployment.startWorker({ WORKER_CONCURRENCY: '10' });
    setTimeout(() => workers.frozenBriefly.kill('SIGCONT'), LONGER_THAN_SEND_BY_MS);
  });
  afterAll(() => deployment.stop());

  function deliveriesOf(name: Name | 'killedDuringRequest'): number {
    return deployment.sandbox.deliveries.list(`${name.toLowerCase()}@example.net`).length;
  }

  async function endOf(name: Name | 'killedDuringRequest'): Promise<NotificationView> {
    return deployment.reaches(name, 'sent', 'failed', 'unknown', 'expired', 'skipped');
  }

  test.each(['killedBeforeLookup', 'killedBeforeIntent'] as const)(
    '%s: the next attempt sends, exactly once',
    async (name) => {
      expect(await endOf(name)).toMatchObject({ state: 'sent', attempts: 1 });
      expect(deliveriesOf(name)).toBe(1);
    },
  );

  test('killedAfterIntent: unknown, and nothing is sent', async () => {
    expect(await endOf('killedAfterIntent')).toMatchObject({
      state: 'unknown',
      reason: 'worker_lost',
    });
    expect(deliveriesOf('killedAfterIntent')).toBe(0);
  });

  test.each(['killedDuringRequest', 'killedAfterAnswer'] as const)(
    '%s: unknown, although the customer got it, and it is not sent again',
    async (name) => {
      expect((await endOf(name)).state).toBe('unknown');
      expect(deliveriesOf(name)).toBe(1);
    },
  );

  test('killedAfterRecord: sent, exactly once', async () => {
    expect((await endOf('killedAfterRecord')).state).toBe('sent');
    expect(deliveriesOf('killedAfterRecord')).toBe(1);
  });

  test('frozenBeforeIntent: another worker sends; the first wakes up and sends nothing', async () => {
    expect(await endOf('frozenBeforeIntent')).toMatchObject({ state: 'sent', attempts: 1 });
    workers.frozenBeforeIntent.kill('SIGCONT');
    workers.frozenBeforeIntent.kill('SIGTERM');
    await workers.frozenBeforeIntent.exited;
    expect(deliveriesOf('frozenBeforeIntent')).toBe(1);
  });

  test('frozenBriefly: waking up after `sendBy` it sends nothing, and tries again with a new intent', async () => {
    const view = await endOf('frozenBriefly');
    expect(view).toMatchObject({ state: 'sent', attempts: 2 });
    const reasons = view.timeline.map(({ reason }) => reason);
    expect(reasons).toContain('send_by_passed');
    expect(deliveriesOf('frozenBriefly')).toBe(1);
  });

  test('frozenAfterIntent: unknown; waking up much later it sends nothing, and the message goes out once', async () => {
    await deployment.reaches('frozenAfterIntent', 'unknown');
    expect(deliveriesOf('frozenAfterIntent')).toBe(0);
    workers.frozenAfterIntent.kill('SIGCONT');
    const view = await deployment.reaches('frozenAfterIntent', 'sent', 'failed');
    expect(view.state).toBe('sent');
    const [delivery, ...others] = deployment.sandbox.deliveries.list(emailOf('frozenAfterIntent'));
    expect(others).toEqual([]);
    expect(view.messageId).toBe(delivery?.messageId);
  });

  test('frozenAfterAnswer: unknown; waking up it records the message id, and it is not sent again', async () => {
    await deployment.reaches('frozenAfterAnswer', 'unknown');
    workers.frozenAfterAnswer.kill('SIGCONT');
    const view = await deployment.reaches('frozenAfterAnswer', 'sent');
    const [delivery] = deployment.sandbox.deliveries.list(emailOf('frozenAfterAnswer'));
    expect(view.messageId).toBe(delivery?.messageId);
    expect(deliveriesOf('frozenAfterAnswer')).toBe(1);
  });
});
