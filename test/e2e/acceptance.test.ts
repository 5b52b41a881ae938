import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Deployment, deploy } from '../support/deployment.js';
import { productMain } from '../support/product.js';

describe('an api that is killed between ledger and job', () => {
  let deployment: Deployment;

  beforeAll(async () => {
    deployment = await deploy();
    await deployment.startWorker();
  });
  afterAll(() => deployment.stop());

  const request = {
    id: 'accepted-then-killed',
    recipient: { email: 'customer@example.com' },
    template: 'follow-up',
    channels: ['email' as const],
  };

  test('leaves a notification that is sent all the same, once', async () => {
    expect(productMain()).toContain('main.js');
    const script = fileURLToPath(new URL('../support/dyingApi.mjs', import.meta.url));
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, ...deployment.env, REQUEST: JSON.stringify(request) },
      stdio: 'inherit',
    });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(await deployment.producer.get(request.id)).toMatchObject({ state: 'accepted' });

    const view = await deployment.reaches(request.id, 'sent', 'failed');
    expect(view.state).toBe('sent');
    expect(deployment.deliveries()).toBe(1);
  });

  test('whose caller repeats the request does not add to it', async () => {
    expect(await deployment.producer.send(request)).toMatchObject({ state: 'sent', isNew: false });
    expect(deployment.deliveries()).toBe(1);
  });
});
