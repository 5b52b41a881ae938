import { describe, expect, test } from '@jest/globals';
import { findingsOf } from '../../chaos/harness/judge.js';
import type { Delivered } from '../../chaos/harness/platform.js';
import { type NotificationRecord, newRecord, step } from '../../src/notification/record.js';
import type { State } from '../../src/notification/state.js';

const ACCEPTED_AT = 1_000;

function recordIn(state: State, changes: Partial<NotificationRecord> = {}): NotificationRecord {
  const request = { recipient: { email: 'kim@example.net' }, template: 'follow-up' };
  return step(newRecord('n', request, 'hash', 0), 10, { state }, changes);
}

function sentAs(messageId: string): Partial<NotificationRecord> {
  const leg = { generation: 1, channel: 'email', fencingToken: 1, intentAt: 5, sendBy: 9 } as const;
  return { legs: [{ ...leg, outcome: 'sent', messageId }] };
}

function got(messageId: string): Delivered {
  return { at: 7, channel: 'email', to: 'kim@example.net', customerId: null, messageId };
}

/** The kinds of what is found, where the platform has no message but those that were delivered. */
async function found(
  record: NotificationRecord | undefined,
  delivered: Delivered[] = [],
  more: { forgivenFrom?: number; has?: string } = {},
): Promise<string[]> {
  const { forgivenFrom, has } = more;
  const platformHas = async (messageId: string) => messageId === has;
  const evidence = { acceptedAt: ACCEPTED_AT, record, delivered, forgivenFrom, platformHas };
  return (await findingsOf(evidence)).map(({ kind }) => kind);
}

describe('the judge of npm run chaos', () => {
  test('finds nothing where the ledger says what the customer got', async () => {
    expect(await found(recordIn('sent', sentAs('m1')), [got('m1')])).toEqual([]);
    expect(await found(recordIn('sent', sentAs('m1')), [], { has: 'm1' })).toEqual([]);
    expect(await found(recordIn('expired'))).toEqual([]);
    expect(await found(recordIn('unknown'), [got('m1')])).toEqual([]);
  });

  test('finds a second message whatever the ledger says', async () => {
    const twice = [got('m1'), got('m2')];
    expect(await found(recordIn('sent', sentAs('m2')), twice)).toEqual(['sent twice']);
    expect(await found(recordIn('unknown'), twice)).toEqual(['sent twice']);
  });

  test('finds what was accepted and is gone, or has come to no end', async () => {
    expect(await found(undefined)).toEqual(['lost']);
    expect(await found(undefined, [], { forgivenFrom: ACCEPTED_AT })).toEqual(['forgotten']);
    expect(await found(undefined, [], { forgivenFrom: ACCEPTED_AT + 1 })).toEqual(['lost']);
    expect(await found(recordIn('processing'))).toEqual(['lost']);
    expect(await found(recordIn('unknown', { looks: { since: 10, made: 0, nextAt: 99 } }))).toEqual(
      [],
    );
  });

  test('finds a state that the record of the sandbox contradicts', async () => {
    expect(await found(recordIn('failed'), [got('m1')])).toEqual(['untrue']);
    expect(await found(recordIn('sent', sentAs('m1')))).toEqual(['untrue']);
    expect(await found(recordIn('sent'), [got('m1')])).toEqual(['untrue']);
    expect(await found(recordIn('delivered', sentAs('m1')), [], { has: 'm1' })).toEqual(['untrue']);
  });
});
