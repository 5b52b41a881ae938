import { afterEach, describe, expect, test } from '@jest/globals';
import { WELL_KNOWN } from '../../sandbox/population/wellKnown.js';
import { openPolicyChecks } from '../../src/app/openPolicyChecks.js';
import { openSuppressions } from '../../src/app/openSuppressions.js';
import type { PolicyQuestion } from '../../src/consent/policyCheck.js';
import { type PolicyCheckView, viewOfCheck } from '../../src/consent/policyCheckView.js';
import { type Deployment, deploy } from '../support/deployment.js';

let deployment: Deployment;
afterEach(() => deployment.stop());

const PERSON = { externalContactId: WELL_KNOWN.delayedOrder.id, email: 'customer@example.com' };

async function policyOn(question: PolicyQuestion): Promise<PolicyCheckView> {
  const { producer } = deployment;
  const asked = await openPolicyChecks(deployment.config(), producer).check(question);
  if (asked.kind === 'invalid') throw new Error(JSON.stringify(asked.problems));
  return viewOfCheck(asked.check);
}

describe('what policy is said to say of a recipient is what happens to a notification', () => {
  test('with an entry of the suppression list for one channel, and with one for all', async () => {
    deployment = await deploy();
    await deployment.startWorker();
    const { redis } = deployment.producer.store;
    const list = openSuppressions(deployment.config(), redis);
    const entry = { source: 'person', author: 'api:crm', at: Date.now() } as const;
    const address = { field: 'email', address: PERSON.email } as const;
    const channels = ['web', 'email'] as const;
    const request = { recipient: PERSON, template: 'follow-up', channels: [...channels] };
    expect((await policyOn(request)).verdict).toBe('allow');

    await list.add(address, { ...entry, channels: ['web'] });
    expect(await policyOn(request)).toMatchObject({
      verdict: 'allow',
      channels: [
        { channel: 'web', verdict: 'skip', reason: 'suppressed' },
        { channel: 'email', verdict: 'allow' },
      ],
    });
    const sent = await deployment.reaches(await deployment.send(request), 'sent', 'delivered');
    expect(sent.channel).toBe('email');

    await list.add(address, { ...entry, channels: 'all' });
    const { verdict, reason, channels: found } = await policyOn(request);
    expect([verdict, reason]).toEqual(['skip', 'suppressed']);
    const { why } = found[0]?.rules.find(({ rule }) => rule === 'suppressed') ?? {};
    expect(why).toMatch(/stops all channels: source person, by api:crm, since \d{4}-/);
    const skipped = await deployment.reaches(await deployment.send(request), 'skipped');
    expect(skipped.reason).toBe('suppressed');
  });

  test('with the last place of a frequency cap, which asking does not take', async () => {
    deployment = await deploy({ env: { FREQUENCY_CAP: '1/7d' } });
    await deployment.startWorker();
    const request = { recipient: PERSON, template: 'follow-up', priority: 'campaign' } as const;
    for (const _again of [1, 2]) {
      expect(await policyOn(request)).toMatchObject({
        verdict: 'allow',
        frequencyCap: { places: 1, span: '7d', taken: 0 },
      });
    }
    await deployment.reaches(await deployment.send(request), 'sent', 'delivered');
    expect(await policyOn(request)).toMatchObject({
      verdict: 'skip',
      reason: 'frequency_cap',
      frequencyCap: { places: 1, span: '7d', taken: 1 },
    });
    const { channels, ...transactional } = await policyOn({
      ...request,
      priority: 'transactional',
    });
    expect(transactional).toMatchObject({ verdict: 'allow', priority: 'transactional' });
    expect(transactional.frequencyCap).toBeUndefined();
    expect(channels[0]?.rules).toContainEqual({
      rule: 'frequencyCap',
      verdict: 'allow',
      why: 'FREQUENCY_CAP sets none for transactional notifications.',
    });
    const skipped = await deployment.reaches(await deployment.send(request), 'skipped');
    expect(skipped.reason).toBe('frequency_cap');
  });
});
