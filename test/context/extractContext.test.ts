import { describe, expect, test } from '@jest/globals';
import { hasSubstance } from '../../src/context/substance.js';
import { growth, LINEAR_AT_MOST } from '../support/growth.js';
import { chat } from './chat.js';
import { extractContext } from './extractContext.js';

const lastMessageOf = (...texts: string[]) =>
  extractContext({ conversations: [chat(1, texts)] }).lastMessage;

describe('a customer without history', () => {
  test('is a valued, neutral customer', () => {
    expect(extractContext({ conversations: [] })).toEqual({
      customerName: 'Valued Customer',
      sentiment: 'neutral',
      hasHistory: false,
    });
  });

  test('who only ever heard our bot has history, and no last message', () => {
    const conversation = chat(1, [{ text: 'How can we help?', direction: 'outbound' }]);
    expect(extractContext({ conversations: [conversation] })).toEqual({
      customerName: 'Valued Customer',
      sentiment: 'neutral',
      hasHistory: true,
      conversationId: 'c-1',
    });
  });
});

describe('the last message', () => {
  test('is the last one that says something', () => {
    const context = extractContext({
      conversations: [
        chat(2, [
          'Hi!',
          'My name is Maria',
          'I was charged twice for my order A-1001',
          'and nobody answers the phone',
          'ok thanks 👍',
          'bye',
        ]),
      ],
    });
    expect(context).toEqual({
      customerName: 'Maria',
      lastMessage: 'and nobody answers the phone',
      lastMessageAt: '2026-03-18T10:03:00.000Z',
      topic: 'billing',
      sentiment: 'neutral',
      conversationId: 'c-2',
      hasHistory: true,
    });
  });

  test('is found whatever order the messages came in', () => {
    const conversation = chat(1, ['Where is my parcel?', 'Could you check the address, too?']);
    const shuffled = { ...conversation, messages: [...conversation.messages].reverse() };
    expect(extractContext({ conversations: [shuffled] }).lastMessage).toBe(
      'Could you check the address, too?',
    );
  });

  test('comes from the newest conversation that has one, in whatever order they were found', () => {
    const conversations = [
      chat(9, ['My router is broken']),
      chat(1, ['hello', 'thanks']),
      chat(4, ['Please cancel my contract']),
    ];
    expect(extractContext({ conversations })).toMatchObject({
      lastMessage: 'Please cancel my contract',
      conversationId: 'c-4',
      topic: 'cancellation',
    });
    expect(conversations.map(hasSubstance)).toEqual([true, false, true]);
  });

  test('is a button the customer chose only when there are no words of their own', () => {
    const button = { text: 'Track my parcel', fromButton: true };
    expect(extractContext({ conversations: [chat(1, ['hi', button])] }).lastMessage).toBe(
      'Track my parcel',
    );
    const both = [chat(1, [button]), chat(5, ['The lamp arrived broken'])];
    expect(extractContext({ conversations: both }).lastMessage).toBe('The lamp arrived broken');
    const older = [chat(1, ['hi']), chat(5, ['hello', button])];
    expect(extractContext({ conversations: older }).lastMessage).toBe('Track my parcel');
    expect(hasSubstance(chat(1, [button]))).toBe(false);
  });

  test('stays text when it is HTML: escaping belongs where it is printed', () => {
    expect(lastMessageOf('<img src=x onerror=alert(1)> where is my order?')).toBe(
      '<img src=x onerror=alert(1)> where is my order?',
    );
  });

  test('is cut to 100 characters on a word border', () => {
    const rant = 'I have been waiting for three weeks and nobody cares about it at all! '.repeat(
      72,
    );
    const quoted = lastMessageOf(rant) ?? '';
    expect(quoted).toBe(
      'I have been waiting for three weeks and nobody cares about it at all! I have been waiting for three…',
    );
  });

  test.each([
    ['a family', '👨‍👩‍👧‍👦'],
    ['a flag', '🇩🇪'],
    ['a regional flag', '🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['a skin tone', '👍🏽'],
    ['an accent', 'e\u0301'],
  ])('never has %s cut in half', (_, grapheme) => {
    const quoted = lastMessageOf(`parcel lost ${grapheme.repeat(200)}`) ?? '';
    expect(quoted).toBe(`parcel lost ${grapheme.repeat(30)}`.slice(0, 12) + quoted.slice(12));
    expect(quoted.slice(12, -1).replaceAll(grapheme, '')).toBe('');
    expect(quoted.endsWith('…')).toBe(true);
    expect(quoted.length).toBeLessThanOrEqual(400);
  });

  test('is one line without invisible characters', () => {
    expect(lastMessageOf('my  parcel\r\n\u202Eis\u200B lost\u0000 \uD83D again')).toBe(
      'my parcel is lost again',
    );
  });

  test('piles no more marks on a letter than a language does', () => {
    const piled = `my p${'\u0301'.repeat(50)}arcel is lost`;
    expect(lastMessageOf(piled)).toBe(`my p${'\u0301'.repeat(4)}arcel is lost`);
  });

  test('keeps the joiners that Persian and emoji need', () => {
    expect(lastMessageOf('سفارش من را نمی\u200Cخواهم 👩‍💻')).toBe(
      'سفارش من را نمی\u200Cخواهم 👩‍💻',
    );
  });

  test.each(['__proto__', 'constructor', 'toString hasOwnProperty valueOf', '[object Object]'])(
    'may look like a piece of JavaScript: %s',
    (text) => {
      expect(extractContext({ conversations: [chat(1, [text])] }).sentiment).toBe('neutral');
    },
  );

  test('has no time when the platform gave none that can be read', () => {
    const context = extractContext({
      conversations: [chat(1, [{ text: 'Where is my parcel?', at: 'yesterday' }])],
    });
    expect(context.lastMessage).toBe('Where is my parcel?');
    expect(context.lastMessageAt).toBeUndefined();
  });
});

describe('time', () => {
  const nasty: [string, string][] = [
    ['digits and dashes', '1-'],
    ['spaces', ' '],
    ['one endless grapheme', '\u0301'],
    ['joined emoji', '👨‍'],
    ['at signs', 'a@a.'],
    ['passwords', 'password is '],
    ['names', 'my name is my name is '],
    ['unbroken letters', 'x'],
  ];
  test.each(nasty)(
    'goes by the size and not by its square for fifty megabytes of %s',
    (_, part) => {
      const conversationOf = (chars: number) => {
        const text = `e${part.repeat(chars / part.length)}`;
        return chat(
          1,
          Array.from({ length: 50 }, () => text),
        );
      };
      const extract = (conversation: ReturnType<typeof chat>) =>
        extractContext({ conversations: [conversation] });
      expect(growth(conversationOf, 125_000, extract)).toBeLessThan(LINEAR_AT_MOST);
    },
  );
});
