import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { NotificationRequest } from '../../src/notification/request.js';
import { type Deployment, deploy } from '../support/deployment.js';

/*
 * A machine whose clock is wrong by 25 hours. Nothing that cannot be taken back goes by that clock,
 * and a worker there takes no jobs and says so.
 */
const HOUR_MS = 60 * 60 * 1000;
const SHIFTED = `--import=${fileURLToPath(new URL('../support/shiftedClock.mjs', import.meta.url))}`;
const REQUEST = {
  template: 'follow-up',
  channels: ['email'],
  history: { required: false },
} satisfies Partial<NotificationRequest>;

function shiftedBy(ms: number): Record<string, string> {
  return { NODE_OPTIONS: SHIFTED, CLOCK_SHIFT_MS: String(ms) };
}

describe('a worker whose clock is wrong', () => {
  let deployment: Deployment;
  afterEach(() => deployment.stop());

  async function statusSays(pattern: RegExp): Promise<void> {
    const said = async () => {
      const { workers } = await deployment.producer.operations.status();
      return workers.alive.flatMap(({ notReady = [] }) => notReady).join(' ');
    };
    while (!pattern.test(await said())) await pause(50);
  }

  test.each([
    ['25 hours ahead', 25 * HOUR_MS],
    ['25 hours behind', -25 * HOUR_MS],
  ])(
    'by being %s expires nothing, takes no job and says why; a right one does the work',
    async (_name, ms) => {
      deployment = await deploy();
      await deployment.spawnWorker({ changes: shiftedBy(ms) });
      await statusSays(ms > 0 ? /90000 s ahead of the clock of Redis/ : /90000 s behind/);
      const ids = ['a', 'b', 'c'];
      for (const id of ids) {
        await deployment.send({ ...REQUEST, id, recipient: { email: `${id}@example.net` } });
      }
      const { intake } = deployment.producer.store.queues;
      const raw = { ...REQUEST, recipient: { email: 'raw@example.net' } };
      await intake.add('notification', raw, { jobId: 'raw-now' });
      const later = await intake.add('notification', raw, { jobId: 'raw-later', delay: HOUR_MS });
      // Its sweeper works meanwhile: every two seconds.
      await pause(4_500);
      expect(await intake.getJobCounts('waiting', 'delayed', 'active', 'completed')).toEqual({
        waiting: 1,
        delayed: 1,
        active: 0,
        completed: 0,
      });
      for (const id of ids) expect((await deployment.producer.get(id))?.state).toBe('queued');
      await deployment.startWorker();
      for (const id of ids) {
        expect((await deployment.reaches(id, 'sent', 'expired', 'failed')).state).toBe('sent');
      }
      expect((await deployment.reaches('raw-now', 'sent', 'failed')).state).toBe('sent');
      expect(await later.getState()).toBe('delayed');
      expect(deployment.deliveries()).toBe(4);
    },
  );

  test('because it was set while it runs expires nothing, and goes on once it is right again', async () => {
    deployment = await deploy();
    const worker = await deployment.spawnWorker({ changes: shiftedBy(0) });
    await deployment.send({ ...REQUEST, id: 'before', recipient: { email: 'x@example.net' } });
    await deployment.reaches('before', 'sent');
    worker.process.send?.({ clockShiftMs: 25 * HOUR_MS });
    await statusSays(/90000 s ahead/);
    // A worker that was waiting for a job when its clock was set takes that one, by Redis' time.
    await deployment.send({ ...REQUEST, id: 'first', recipient: { email: 'w@example.net' } });
    await deployment.reaches('first', 'sent', 'expired');
    expect((await deployment.producer.get('first'))?.state).toBe('sent');
    await deployment.send({ ...REQUEST, id: 'during', recipient: { email: 'y@example.net' } });
    await pause(2_500);
    expect((await deployment.producer.get('during'))?.state).toBe('queued');
    worker.process.send?.({ clockShiftMs: 0 });
    expect((await deployment.reaches('during', 'sent', 'expired')).state).toBe('sent');
  });

  test('sends nothing with an intent that was written before its clock was set back', async () => {
    deployment = await deploy();
    const worker = await deployment.spawnWorker({
      stopAt: 'intent_written',
      changes: shiftedBy(0),
    });
    await deployment.send({ ...REQUEST, id: 'late', recipient: { email: 'z@example.net' } });
    await worker.stopped;
    worker.process.send?.({ clockShiftMs: -HOUR_MS });
    // Longer than an intent is good for, by any clock that does not go back.
    await pause(2_300);
    const before = deployment.deliveries();
    worker.goOn();
    await deployment.reaches('late', 'queued', 'unknown');
    expect(deployment.deliveries()).toBe(before);
  });
});
