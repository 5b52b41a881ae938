import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Policy, policyOf } from '../../src/policy/policy.js';
import type { Rule } from '../../src/policy/rule.js';
import { type Deployment, deploy } from '../support/deployment.js';

/** The moments at which a rule is asked of a notification: before the look-ups, and with its intent. */
type Moment = 'before_lookups' | 'with_intent';

/** Defers what its id names, at that moment and each time, until it is let go. */
class Barrier {
  readonly asked: Moment[] = [];
  readonly #at: Moment;
  #isOpen = false;
  #attemptHasBegun = false;

  constructor(at: Moment) {
    this.#at = at;
  }

  open(): void {
    this.#isOpen = true;
  }

  readonly rule: Rule = ({ now }) => {
    const moment: Moment = this.#attemptHasBegun ? 'with_intent' : 'before_lookups';
    this.asked.push(moment);
    const defers = moment === this.#at && !this.#isOpen;
    this.#attemptHasBegun = moment === 'before_lookups' && !defers;
    return defers
      ? { kind: 'defer', until: now + 1_000, reason: 'quiet_hours' }
      : { kind: 'allow' };
  };
}

describe('a rule that defers', () => {
  let deployment: Deployment;
  const rules = new Map<string, Rule>();

  const policy: Policy = (request, channels, now, facts) => {
    const rule = rules.get(request.recipient.email ?? '');
    return policyOf(rule === undefined ? [] : [rule])(request, channels, now, facts);
  };

  beforeAll(async () => {
    deployment = await deploy();
    await deployment.startWorker({}, { policy });
  });
  afterAll(() => deployment.stop());

  /** Waits until it was given back to its queue for the rule's reason, at least twice. */
  async function isDeferredTwice(id: string) {
    for (;;) {
      const view = await deployment.producer.get(id);
      const entry = view?.timeline.at(-1);
      if (entry?.reason === 'quiet_hours' && (entry.count ?? 1) >= 2) return view;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test.each<Moment>(['before_lookups', 'with_intent'])(
    '%s puts the job back without an attempt or an intent, says why, and sends once when it may',
    async (moment) => {
      const barrier = new Barrier(moment);
      const email = `${moment.replace('_', '-')}@example.net`;
      rules.set(email, barrier.rule);
      await deployment.send({
        id: moment,
        recipient: { email, name: 'Dana' },
        template: 'order-update',
        history: { required: false },
        variables: { orderNumber: 'A-1', status: 'sent' },
        channels: ['email'],
      });
      const view = await isDeferredTwice(moment);
      expect(view).toMatchObject({ reason: 'quiet_hours', attempts: 0 });
      expect(view?.timeline.map(({ state }) => state)).not.toContain('sending');
      expect(view?.channel).toBeUndefined();
      expect(deployment.sandbox.deliveries.list(email)).toEqual([]);
      expect(barrier.asked).toContain(moment);

      barrier.open();
      await deployment.reaches(moment, 'sent');
      expect(deployment.sandbox.deliveries.list(email)).toHaveLength(1);
      // With the intent the last answer counts, so it was asked there again.
      expect(barrier.asked.at(-1)).toBe('with_intent');
    },
  );

  test('a channel that a rule skips gives way to the next one, with no trace of a try', async () => {
    rules.set('by-sms@example.net', ({ channel }) =>
      channel === 'email' ? { kind: 'skip', reason: 'suppressed' } : { kind: 'allow' },
    );
    await deployment.send({
      id: 'by-sms',
      recipient: { email: 'by-sms@example.net', phone: '+15550100177', name: 'Dana' },
      template: 'order-update',
      history: { required: false },
      variables: { orderNumber: 'A-2', status: 'sent' },
      channels: ['email', 'sms'],
    });
    const view = await deployment.reaches('by-sms', 'sent');
    expect(view.channel).toBe('sms');
    expect(view.timeline.filter(({ channel }) => channel === 'email')).toEqual([]);
  });

  test('a notification that a rule skips with its intent ends as skipped, for that reason', async () => {
    let asked = 0;
    rules.set('late@example.net', () => {
      asked += 1;
      return asked === 1 ? { kind: 'allow' } : { kind: 'skip', reason: 'suppressed' };
    });
    await deployment.send({
      id: 'skipped-late',
      recipient: { email: 'late@example.net', name: 'Dana' },
      template: 'order-update',
      history: { required: false },
      variables: { orderNumber: 'A-3', status: 'sent' },
      channels: ['email'],
    });
    expect(await deployment.reaches('skipped-late', 'skipped')).toMatchObject({
      reason: 'suppressed',
    });
    expect(asked).toBe(2);
    expect(deployment.sandbox.deliveries.list('late@example.net')).toEqual([]);
  });
});
