import { describe, expect, test } from '@jest/globals';
import type { ConversationSummary } from '../../src/genesys/resources/conversations.js';
import { ConversationJoin } from '../../src/prefetch/conversationJoin.js';
import type { PrefetchedRow } from '../../src/prefetch/prefetchStore.js';

const WINDOW = { from: Date.parse('2026-11-01T00:00:00Z'), to: Date.parse('2026-11-29T00:00:00Z') };

function conversation(
  id: string,
  contactId: string,
  changes: Partial<ConversationSummary> = {},
): ConversationSummary {
  return {
    conversationId: id,
    conversationStart: `2026-11-${id.slice(-2)}T10:00:00.000Z`,
    conversationEnd: `2026-11-${id.slice(-2)}T11:00:00.000Z`,
    customerParticipation: true,
    participants: [{ purpose: 'customer', externalContactId: contactId, sessions: [] }],
    ...changes,
  } as ConversationSummary;
}

function joined(rows: PrefetchedRow[], conversations: ConversationSummary[], most = 2) {
  const join = new ConversationJoin(rows, WINDOW, most);
  for (const each of conversations) join.add(each);
  return rows.map(({ candidates, isOpen }) => ({
    ids: candidates?.map(({ conversationId }) => conversationId),
    isOpen,
  }));
}

describe('conversations that are joined with rows', () => {
  test('lie with those who had them, the newest first and no more than are read', () => {
    const rows = [
      { identity: { externalContactId: 'ann' } },
      { identity: { externalContactId: 'ben' } },
    ];
    const all = ['c-03', 'c-20', 'c-07'].map((id) => conversation(id, 'ANN'));
    expect(joined(rows, [...all, conversation('c-05', 'other')])).toEqual([
      { ids: ['c-20', 'c-07'] },
      {},
    ]);
  });

  test('lie with a customer under every id of their merge set, and once however often they come', () => {
    const rows = [{ identity: { externalContactId: 'ann', mergedIds: ['old'] } }];
    const all = [
      conversation('c-03', 'old'),
      conversation('c-04', 'ann'),
      conversation('c-03', 'old'),
    ];
    expect(joined(rows, all)).toEqual([{ ids: ['c-04', 'c-03'] }]);
  });

  test('lie with every row of the same customer', () => {
    const rows = [
      { identity: { externalContactId: 'ann' } },
      { identity: { externalContactId: 'ann' } },
    ];
    expect(joined(rows, [conversation('c-03', 'ann')])).toEqual([
      { ids: ['c-03'] },
      { ids: ['c-03'] },
    ]);
  });

  test('are left out when the customer said nothing, when another took part, and when they are too old', () => {
    const rows = [{ identity: { externalContactId: 'ann' } }];
    const two = conversation('c-04', 'ann');
    two.participants.push({ purpose: 'customer', externalContactId: 'ben', sessions: [] } as never);
    const old = conversation('c-05', 'ann', { conversationStart: '2026-10-05T10:00:00Z' });
    const silent = conversation('c-03', 'ann', { customerParticipation: false });
    expect(joined(rows, [silent, two, old])).toEqual([{}]);
  });

  test('mark their customer while one of them is open, whatever was said in it', () => {
    const rows = [{ identity: { externalContactId: 'ann' } }];
    const open = conversation('c-06', 'ann', {
      conversationEnd: undefined,
      customerParticipation: false,
    });
    expect(joined(rows, [conversation('c-03', 'ann'), open])).toEqual([
      { ids: ['c-03'], isOpen: true },
    ]);
  });
});
