import { expect, test } from '@jest/globals';
import { customersConversation } from '../../src/history/conversationQuery.js';

function between(...contactIds: (string | undefined)[]) {
  return {
    conversationId: 'c1',
    conversationStart: '2026-11-20T10:00:00Z',
    conversationEnd: undefined,
    originatingDirection: 'inbound',
    customerParticipation: true,
    participants: contactIds.map((externalContactId, at) => ({
      participantId: `p${at}`,
      participantName: undefined,
      purpose: 'customer',
      externalContactId,
      sessions: [],
    })),
  };
}

test('a conversation that two customers had is the history of neither: it is not always said who wrote what', () => {
  expect(customersConversation(between('ann'), ['ann'])).toMatchObject({ conversationId: 'c1' });
  expect(customersConversation(between('ann', 'bob'), ['ann'])).toBeUndefined();
  expect(customersConversation(between('ann', 'bob'), ['bob'])).toBeUndefined();
});

test('a customer who came back to a conversation takes part in it twice', () => {
  expect(customersConversation(between('ann', 'ann'), ['ann'])).toMatchObject({
    conversationId: 'c1',
  });
  expect(customersConversation(between('ann', undefined), ['ann'])).toMatchObject({
    conversationId: 'c1',
  });
});

test('a customer whose contacts were merged goes by each of their ids, in either case', () => {
  const ids = ['ann', 'anna'] as const;
  for (const who of [['anna'], ['ANNA'], ['ann', 'anna'], ['anna', undefined]]) {
    expect(customersConversation(between(...who), ids)).toMatchObject({ conversationId: 'c1' });
  }
  expect(customersConversation(between('anna', 'bob'), ids)).toBeUndefined();
  expect(customersConversation(between('anna'), ['ann'])).toBeUndefined();
});
