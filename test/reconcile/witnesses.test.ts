import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { type Deployment, deploy } from '../support/deployment.js';
import { writeNoteTemplates } from './support/noteTemplates.js';

const templates = writeNoteTemplates();
let deployment: Deployment;
afterAll(async () => {
  await deployment.stop();
  templates.remove();
});

test('statistics that lack what was surely sent are not believed: nothing is sent again', async () => {
  deployment = await deploy({
    // Nothing that is sent shows in this test.
    sandbox: { indexingLagMs: 600_000 },
    env: {
      TEMPLATES_DIR: templates.dir,
      RECONCILE_AFTER: '100ms',
      UNKNOWN_POLICY: 'resend',
      DELIVERY_CHECK_AFTER: '0s',
    },
  });
  const { sandbox } = deployment;
  await deployment.startWorker();
  const send = (id: string) =>
    deployment.send({
      id,
      recipient: { email: `${id}@example.net` },
      template: 'note',
      variables: { words: 'hello' },
      channels: ['email'],
    });
  await send('known');
  await deployment.reaches('known', 'sent');
  sandbox.faults.add({ endpoint: 'agentless-email', kind: 'reset-after' });
  await send('in-doubt');
  await deployment.reaches('in-doubt', 'unknown');
  const queries = () => sandbox.requests.countByOperation()['details-query'] ?? 0;
  // Two rounds, of two questions each: for the message, and for the one that is known.
  while (queries() < 4) await pause(20);
  const view = await deployment.producer.get('in-doubt');
  expect(view).toMatchObject({ state: 'unknown', reconcile: { looks: 0, decides: 'platform' } });
  expect(sandbox.deliveries.list('in-doubt@example.net')).toHaveLength(1);
});
