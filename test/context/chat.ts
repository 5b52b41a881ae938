import type { HistoryConversation, HistoryMessage } from '../../src/context/history.js';

const DAY_MS = 86_400_000;

/** A conversation of so many days ago; the customer's texts a minute apart, in order. */
export function chat(
  daysAgo: number,
  texts: readonly (string | Partial<HistoryMessage>)[],
): HistoryConversation {
  const startedAt = Date.parse('2026-03-20T10:00:00.000Z') - daysAgo * DAY_MS;
  return {
    conversationId: `c-${daysAgo}`,
    startedAt: new Date(startedAt).toISOString(),
    messages: texts.map((entry, index) => ({
      at: new Date(startedAt + index * 60_000).toISOString(),
      direction: 'inbound',
      text: '',
      ...(typeof entry === 'string' ? { text: entry } : entry),
    })),
  };
}
