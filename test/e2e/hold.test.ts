import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { RunningRole } from '../../src/app/apiApp.js';
import { type Deployment, deploy } from '../support/deployment.js';

describe('when our own access to the platform is broken', () => {
  let deployment: Deployment;

  beforeEach(async () => {
    deployment = await deploy();
  });
  afterEach(() => deployment.stop());

  async function setSandbox(settings: object): Promise<void> {
    const answer = await fetch(`${deployment.sandbox.url}/_sandbox/settings`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(settings),
    });
    expect(answer.status).toBe(200);
  }

  async function readiness(worker: RunningRole): Promise<{ status: number; because?: string[] }> {
    const answer = await fetch(`${worker.url}/readyz`);
    const { because } = (await answer.json()) as { because?: string[] };
    return { status: answer.status, ...(because !== undefined && { because }) };
  }

  async function becomes(worker: RunningRole, status: number) {
    for (;;) {
      const seen = await readiness(worker);
      if (seen.status === status) return seen;
      await pause(50);
    }
  }

  const send = (n: number) =>
    deployment.send({
      id: `held-${n}`,
      recipient: { email: 'customer@example.com' },
      template: 'follow-up',
      channels: ['web', 'email'],
    });

  test('a refused secret stops the worker, uses no attempt, and correcting it lets the work go on', async () => {
    await setSandbox({ clientSecret: 'another-secret' });
    const worker = await deployment.startWorker({ HEALTH_PORT: '0' });
    const ids = await Promise.all([1, 2, 3, 4, 5].map(send));
    const { because } = await becomes(worker, 503);
    expect(because?.join()).toContain('credentials');
    await pause(2_500); // long enough for a worker that does not hold to try again
    for (const id of ids) {
      const view = await deployment.producer.get(id);
      expect(view?.attempts).toBe(0);
      expect(['queued', 'processing']).toContain(view?.state);
    }
    await setSandbox({ clientSecret: deployment.env['GENESYS_CLOUD_CLIENT_SECRET'] });
    for (const id of ids) {
      expect((await deployment.reaches(id, 'sent', 'delivered', 'failed')).attempts).toBe(1);
    }
    await becomes(worker, 200);
  });

  test('a missing permission is named, does not push the campaign to the next channel, and granting it lets the work go on', async () => {
    deployment.sandbox.faults.add({
      endpoint: 'agentless-message',
      kind: '403-permission',
      permission: 'conversation:message:create',
      probability: 1,
    });
    const worker = await deployment.startWorker({ HEALTH_PORT: '0' });
    const ids = await Promise.all([1, 2, 3, 4, 5].map(send));
    const { because } = await becomes(worker, 503);
    expect(because?.join()).toContain('conversation:message:create');
    await pause(2_500);
    expect(deployment.sandbox.requests.count('agentless-email')).toBe(0);
    expect(deployment.sandbox.requests.count('agentless-message')).toBeLessThanOrEqual(5);
    deployment.sandbox.faults.clear();
    for (const id of ids) {
      const view = await deployment.reaches(id, 'sent', 'delivered', 'failed');
      expect(view).toMatchObject({ channel: 'web', attempts: 1 });
    }
    await becomes(worker, 200);
  });
});
