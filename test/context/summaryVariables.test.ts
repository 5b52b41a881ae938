import { describe, expect, test } from '@jest/globals';
import { extractHistory } from '../../src/context/extractContext.js';
import type { HistorySummary } from '../../src/context/history.js';
import { summaryVariables } from '../../src/context/summaryVariables.js';

const EMPTY = {
  summary: undefined,
  contactReason: undefined,
  resolution: undefined,
  followUp: undefined,
  language: undefined,
};

function variables(summary: Partial<HistorySummary>) {
  return summaryVariables({ text: 'The parcel is late.', ...summary });
}

const conversation = (summary: HistorySummary | null, texts: string[] = []) => ({
  conversationId: 'c-1',
  startedAt: '2026-11-20T10:00:00Z',
  endedAt: '2026-11-20T11:00:00Z',
  messages: texts.map((text) => ({
    at: '2026-11-20T10:00:00Z',
    direction: 'inbound' as const,
    text,
  })),
  summary,
});

describe('the variables of a summary', () => {
  test('are its parts, on one line', () => {
    expect(
      variables({
        contactReason: 'Where is\nthe parcel?',
        resolution: 'The carrier was asked.',
        followUp: ' ',
        language: 'de_DE',
      }),
    ).toEqual({
      summary: 'The parcel is late.',
      contactReason: 'Where is the parcel?',
      resolution: 'The carrier was asked.',
      followUp: undefined,
      language: 'de-de',
    });
  });

  test('are empty without a summary', () => {
    expect(summaryVariables(null)).toEqual({});
    expect(variables({ text: '\u200b ' })).toEqual(EMPTY);
  });

  test('keep no card number, address, password or link', () => {
    const secret =
      'Card 4111 1111 1111 1111, mail dana@example.com, password: hunter2, see https://evil.example/x';
    for (const value of Object.values(variables({ text: secret, contactReason: secret }))) {
      expect(value ?? '').not.toMatch(/4111|dana@|hunter2|evil/);
    }
  });

  test('are cut between the characters a reader sees, the summary at 300 and its parts at 100', () => {
    const family = '👨‍👩‍👧‍👦';
    const { summary = '', contactReason = '' } = variables({
      text: 'wide words '.repeat(60),
      contactReason: family.repeat(200),
    });
    expect(summary.length).toBeLessThanOrEqual(301);
    expect(summary.length).toBeGreaterThan(280);
    expect(summary.endsWith('…')).toBe(true);
    expect(contactReason.replaceAll(family, '')).toBe('…');
  });

  test('name no language but by a tag', () => {
    for (const language of ['<script>', 'English', 'en-us; drop', '']) {
      expect(variables({ language }).language).toBeUndefined();
    }
  });
});

describe('a history with a summary in place of messages', () => {
  const angry = {
    text: 'The customer is very angry and disappointed, the delivery of the parcel is late.',
  };

  test('has its topic and mood from the summary, and quotes nothing', () => {
    expect(extractHistory([conversation(angry)])).toMatchObject({
      conversationId: 'c-1',
      hasHistory: true,
      topic: 'delivery',
      sentiment: 'negative',
      lastMessage: undefined,
      summary: angry.text,
    });
  });

  test('has them from the messages where those were read', () => {
    const texts = ['Thank you so much for the excellent invoice, I am very happy'];
    expect(extractHistory([conversation(angry, texts)])).toMatchObject({
      sentiment: 'positive',
      lastMessage: texts[0],
      summary: angry.text,
    });
  });
});
