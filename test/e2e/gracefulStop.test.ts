import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Deployment, deploy } from '../support/deployment.js';

describe('a worker that is asked to stop', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await deploy();
  });
  afterAll(() => deployment.stop());

  test('finishes a send that has started, records it, and takes nothing new', async () => {
    const { sandbox } = deployment;
    sandbox.faults.add({ endpoint: 'agentless-email', kind: 'delay', ms: 1_500 });
    const worker = await deployment.spawnWorker({ changes: { WORKER_CONCURRENCY: '1' } });
    const byEmail = (id: string) =>
      deployment.send({
        id,
        recipient: { email: `${id}@example.net` },
        template: 'follow-up',
        channels: ['email'],
        history: { required: false },
      });
    await byEmail('under-way');
    await byEmail('still-waiting');
    await sandbox.requests.waitFor(1, 'agentless-email', 20_000);
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    const view = await deployment.producer.get('under-way');
    expect(view).toMatchObject({ state: 'sent', attempts: 1 });
    expect(view?.messageId).toBeDefined();
    expect(await deployment.producer.get('still-waiting')).toMatchObject({ state: 'queued' });
    expect(deployment.deliveries()).toBe(1);
  });

  test('breaks off a lookup, gives its notification back without using an attempt, and another goes on at once', async () => {
    const { sandbox } = deployment;
    sandbox.faults.add({ endpoint: 'details-query', kind: 'delay', ms: 12_000 });
    const worker = await deployment.spawnWorker();
    await deployment.send({
      id: 'looked-up',
      recipient: { email: 'customer@example.com' },
      template: 'follow-up',
      channels: ['email'],
    });
    await sandbox.requests.waitFor(1, 'details-query', 20_000);
    const askedAt = Date.now();
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(Date.now() - askedAt).toBeLessThan(8_000);
    expect(await deployment.producer.get('looked-up')).toMatchObject({
      state: 'queued',
      reason: 'shutdown',
      attempts: 0,
    });
    await deployment.spawnWorker();
    expect(await deployment.reaches('looked-up', 'sent', 'failed')).toMatchObject({
      state: 'sent',
      attempts: 1,
    });
  });
});
