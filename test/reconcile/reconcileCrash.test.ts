import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { openSuppressions } from '../../src/app/openSuppressions.js';
import { keyringOf } from '../../src/config.js';
import { recordAnswer } from '../../src/notification/answer.js';
import { Ledger } from '../../src/notification/ledger.js';
import type { NotificationView } from '../../src/notification/notificationView.js';
import { resolve } from '../../src/notification/settlement.js';
import { ledgerKeys } from '../../src/redis/keys.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { testRedisUrl } from '../support/redis.js';
import { writeNoteTemplates } from './support/noteTemplates.js';

/*
 * Everything that can happen between the platform's word and what is made of it. Nothing was sent in the beginning, and
 * the policy is to send again: so a look that is believed too late, or twice, shows as a message too many.
 */
const templates = writeNoteTemplates();
const ENV = {
  TEMPLATES_DIR: templates.dir,
  // Every look is the last one.
  RECONCILE_AFTER: '200ms',
  UNKNOWN_POLICY: 'resend',
  DELIVERY_CHECK_AFTER: '0s',
};

let deployment: Deployment;
let ledger: Ledger;
let number = 0;
const redis = new Redis(testRedisUrl());
beforeAll(async () => {
  deployment = await deploy({ env: ENV });
  const { prefix } = deployment;
  const retention = { ledgerMs: 60_000, requestMs: 60_000 };
  ledger = new Ledger(redis, prefix, keyringOf(deployment.config()), retention);
});
afterAll(async () => {
  await deployment.stop();
  await redis.quit();
  templates.remove();
});

/** A notification that is not sent, with its fate unknown. */
async function sendInVain(): Promise<{ id: string; email: string }> {
  number += 1;
  const email = `crash-${number}@example.net`;
  deployment.sandbox.faults.add({ endpoint: 'agentless-email', kind: '500-before' });
  const id = await deployment.send({
    id: `crash-${number}`,
    recipient: { email },
    template: 'note',
    variables: { words: 'hello' },
    channels: ['email'],
  });
  return { id, email };
}

const received = (email: string) => deployment.sandbox.deliveries.list(email).length;

/** As if the time of a dead process were over. */
async function endLeases(): Promise<void> {
  const { reconciler, sweeper } = ledgerKeys(deployment.prefix);
  await redis.del(reconciler, sweeper);
}

describe('a process that asks the platform', () => {
  test('and is killed between answer and record, or before the job: the message goes out once', async () => {
    const first = await deployment.spawnWorker({ stopAt: 'look_answered' });
    const [one, other] = [await sendInVain(), await sendInVain()];
    await first.stopped;
    first.kill('SIGKILL');
    await first.exited;
    await endLeases();
    const second = await deployment.spawnWorker({ stopAt: 'look_recorded' });
    await second.stopped;
    second.kill('SIGKILL');
    await second.exited;
    await endLeases();
    const third = await deployment.spawnWorker();
    for (const { id, email } of [one, other]) {
      const { timeline } = await deployment.reaches(id, 'sent');
      expect(timeline.filter(({ reason }) => reason === 'not_found_on_platform')).toHaveLength(1);
      expect(received(email)).toBe(1);
    }
    third.kill('SIGKILL');
    await third.exited;
    await endLeases();
  });
});

describe('what happens while a look is being answered', () => {
  let held: { id: string; goOn: () => void } | undefined;
  let holds = true;
  let onHeld: () => void = () => undefined;

  beforeAll(async () => {
    await deployment.startWorker(undefined, {
      observeReconcile: async (event, id) => {
        if (event !== 'look_answered' || !holds) return;
        await new Promise<void>((resolve) => {
          held = { id, goOn: resolve };
          onHeld();
        });
      },
    });
  });
  beforeEach(() => {
    held = undefined;
  });

  /** Lets a look find nothing, does this before it is written, and answers what comes of it. */
  async function meanwhile(
    act: (id: string) => Promise<unknown>,
    ...states: NotificationView['state'][]
  ): Promise<{ view: NotificationView; email: string }> {
    const isHeld = new Promise<void>((resolve) => {
      onHeld = resolve;
    });
    const { id, email } = await sendInVain();
    await isHeld;
    expect(held?.id).toBe(id);
    await act(id);
    held?.goOn();
    for (;;) {
      const view = await deployment.reaches(id, ...states);
      // Written after the look: the process is done with it once another is looked for.
      if ((await redis.zscore(ledgerKeys(deployment.prefix).looks, id)) === null)
        return { view, email };
      await pause(10);
    }
  }

  const change = (id: string, verdict: 'sent' | 'not_sent') =>
    ledger.change(id, (record) => resolve(record, verdict, ledger.clock.now(), 'kim'));

  test('a person decides: what the look has found comes too late', async () => {
    const { view, email } = await meanwhile((id) => change(id, 'sent'), 'sent');
    expect(view.reason).toBe('resolved_sent');
    expect(received(email)).toBe(0);
  });

  test('the worker that sent wakes up with its answer', async () => {
    const { view, email } = await meanwhile(async (id) => {
      const leg = (await ledger.read(id))?.legs[0];
      if (leg === undefined) throw new Error('the leg is gone');
      const answer = { outcome: 'sent', messageId: 'late' } as const;
      return ledger.change(id, (record) => recordAnswer(record, { leg, answer }, Date.now()));
    }, 'sent');
    expect(view.messageId).toBe('late');
    expect(received(email)).toBe(0);
  });

  test('the person is erased: nothing is sent again', async () => {
    const erase = (id: string) => redis.unlink(ledgerKeys(deployment.prefix).request(id));
    const { view, email } = await meanwhile(erase, 'failed');
    expect(view.reason).toBe('request_gone');
    expect(received(email)).toBe(0);
  });

  test('the address is suppressed: the send again is stopped like any other', async () => {
    const suppressions = openSuppressions(deployment.config(), redis);
    const { view, email } = await meanwhile(async (id) => {
      const address = (await ledger.readRequest(id))?.request.recipient.email ?? '';
      await suppressions.add(
        { field: 'email', address },
        {
          channels: 'all',
          source: 'person',
          author: 'test',
          at: Date.now(),
        },
      );
    }, 'skipped');
    expect(view.reason).toBe('suppressed');
    expect(received(email)).toBe(0);
  });

  test('many others become due: they are asked about in one query', async () => {
    const { sandbox } = deployment;
    const queries = () => sandbox.requests.countByOperation()['details-query'] ?? 0;
    const others: { id: string; email: string }[] = [];
    let before = 0;
    await meanwhile(async () => {
      holds = false;
      for (let count = 0; count < 8; count += 1) others.push(await sendInVain());
      for (const { id } of others) await deployment.reaches(id, 'unknown');
      const looks = () => redis.zcount(ledgerKeys(deployment.prefix).looks, '-inf', Date.now());
      while ((await looks()) < others.length) await pause(20);
      before = queries();
    }, 'sent');
    for (const { id, email } of others) {
      await deployment.reaches(id, 'sent');
      expect(received(email)).toBe(1);
    }
    holds = true;
    expect(queries() - before).toBeLessThanOrEqual(2);
  });

  test('another process has made the same look: the message goes out once', async () => {
    const other = await deployment.startWorker();
    const { view, email } = await meanwhile(async (id) => {
      while ((await ledger.read(id))?.state !== 'sent') {
        await endLeases();
        await pause(20);
      }
    }, 'sent');
    await other.stop();
    const decided = view.timeline.filter(({ reason }) => reason === 'not_found_on_platform');
    expect(decided).toHaveLength(1);
    expect(received(email)).toBe(1);
  });
});
