import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Deployment, deploy } from '../support/deployment.js';

/** A request that had left its worker when the answer arrived is on the wire; this long it may take. */
const ON_THE_WIRE_MS = 500;

describe('a 429', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await deploy({ env: { WORKER_CONCURRENCY: '5' } });
    await deployment.spawnWorker();
    await deployment.spawnWorker();
  });
  afterAll(() => deployment.stop());

  test('with Retry-After 3 silences both workers for 3 s, a later one with 1 does not shorten it, and no attempt is used', async () => {
    const { sandbox, producer } = deployment;
    const ids: string[] = [];
    // Work enough that both are in the middle of it when the answers come: 40 histories.
    const messages = [{ from: 'customer' as const, text: 'Where is my parcel?' }];
    const conversations = [{ minutesAgo: 60, messages }];
    for (let n = 0; n < 40; n += 1) {
      sandbox.addCustomer({ email: `gate-${n}@example.com`, conversations });
    }
    sandbox.faults.add({ endpoint: 'bulk-messages', kind: '429', retryAfter: '3', count: 1 });
    sandbox.faults.add({ endpoint: 'conversation', kind: '429', retryAfter: '1', count: 1 });
    for (let n = 0; n < 40; n += 1) {
      ids.push(
        await deployment.send({
          id: `gate-${n}`,
          recipient: { email: `gate-${n}@example.com` },
          template: 'follow-up',
          channels: ['email'],
        }),
      );
    }
    for (const id of ids) await deployment.reaches(id, 'sent', 'failed', 'unknown');

    const requests = sandbox.requests.list();
    const limited = requests.filter(({ status }) => status === 429);
    expect(limited.map(({ operation }) => operation).sort()).toEqual([
      'bulk-messages',
      'conversation',
    ]);
    const three = limited.find(({ operation }) => operation === 'bulk-messages');
    const closedAt = three?.at ?? 0;
    const during = requests.filter(
      ({ at }) => at > closedAt + ON_THE_WIRE_MS && at < closedAt + 3_000,
    );
    expect(during).toEqual([]);
    const after = requests.filter(({ at }) => at >= closedAt + 3_000);
    expect(after.length).toBeGreaterThan(0);
    for (const id of ids) {
      expect(await producer.get(id)).toMatchObject({ state: 'sent', attempts: 1 });
    }
    expect(sandbox.deliveries.total).toBe(40);
  });

  test('with Retry-After of hours keeps the gate closed; the deadline ends what waits', async () => {
    const { sandbox } = deployment;
    sandbox.faults.add({ endpoint: 'agentless-email', kind: '429', retryAfter: '7200' });
    const id = await deployment.send({
      id: 'hours',
      recipient: { email: 'regular@example.com' },
      template: 'follow-up',
      channels: ['email'],
      deadline: new Date(Date.now() + 4_000).toISOString(),
    });
    const view = await deployment.reaches(id, 'expired', 'sent', 'failed');
    expect(view).toMatchObject({ state: 'expired', reason: 'deadline', attempts: 0 });
  });
});
