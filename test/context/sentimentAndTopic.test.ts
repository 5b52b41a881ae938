import { describe, expect, test } from '@jest/globals';
import { sentimentOf } from '../../src/context/sentiment.js';
import { topicOf } from '../../src/context/topic.js';

describe('sentiment', () => {
  test.each([
    ...[
      "I've been charged twice and I am not happy",
      'not at all happy with this',
      'I am so angry!',
    ],
    ...["I'm not really very satisfied with it", 'Your product is terrible', '😡😡'],
    ...['Ich bin nicht wirklich zufrieden mit dem Service', 'Das ist eine Frechheit'],
    ...['No estoy contento con el servicio', "C'est inadmissible, je suis très déçu"],
  ])('is negative: %s', (text) => {
    expect(sentimentOf([text])).toBe('negative');
  });

  test.each([
    ...['Great service, I love it', 'You were amazing, I am so happy', 'parcel is here 😍❤️'],
    ...[
      'Die Lieferung war toll, ich bin begeistert',
      'El servicio es excelente',
      'le service est parfait',
    ],
  ])('is positive: %s', (text) => {
    expect(sentimentOf([text])).toBe('positive');
  });

  test.each([
    ['courtesy alone', 'Please help me, thank you, thanks'],
    ['a plain question', 'Where is my parcel?'],
    ['German words that are English insults', 'Die Sendung war da'],
    ['a language it does not know', 'Πού είναι το δέμα μου;'],
    ['a word that means luck in Norwegian', 'Lykke og hell'],
    ['nothing', ''],
  ])('is neutral when unsure: %s', (_, text) => {
    expect(sentimentOf([text])).toBe('neutral');
  });

  test('is concluded from all that was said', () => {
    expect(sentimentOf(['This is terrible', 'I am very disappointed', 'ok, good'])).toBe(
      'negative',
    );
  });
});

describe('the topic', () => {
  test.each([
    ['Where is my parcel?', 'delivery'],
    ['Mein Paket ist nicht angekommen', 'delivery'],
    ['荷物がまだ届きません', 'delivery'],
    ['איפה המשלוח שלי', 'delivery'],
    ['I was charged twice', 'billing'],
    ['Die Rechnung ist falsch', 'billing'],
    ['je veux un remboursement', 'returns'],
    ['I cannot log in', 'account access'],
    ['نسيت كلمة المرور', 'account access'],
    ['the app keeps crashing', 'technical support'],
    ['ich möchte einen Termin vereinbaren', 'appointments'],
    ['quiero anular mi contrato', 'cancellation'],
  ])('of "%s" is %s', (text, topic) => {
    expect(topicOf([text])).toBe(topic);
  });

  test.each(['What are your opening hours?', 'refund for the parcel', ''])(
    'is left open when unsure: %s',
    (text) => {
      expect(topicOf([text])).toBeUndefined();
    },
  );

  test('follows the conversation when it wanders', () => {
    expect(topicOf(['Where is my parcel?', 'And I want a refund'])).toBe('returns');
  });
});
