import { describe, expect, test } from '@jest/globals';
import { isSubstantive } from '../../src/context/substance.js';

describe('says nothing worth quoting', () => {
  test.each([
    ...['Yes, that works. Cheers', 'That would be great, thank you!', 'Works for me'],
    ...['Hi there!', 'ok thanks', 'Thank you so much for your help!!', 'yes', 'No, thanks.', 'k'],
    ...[
      '👍🏽',
      '👨‍👩‍👧‍👦 ❤️',
      '12345',
      '#A-1001',
      '•••',
      '???',
      '',
      'Hi, my name is Anna Schmidt',
      'Bob',
    ],
    ...[
      'this is fine',
      'Hello there, how are you doing?',
      'can you help me please',
      'Is anyone there?',
      'agent please',
      'asdf',
    ],
    ...['Guten Tag', 'danke schön, alles klar', 'Vielen Dank für Ihre Hilfe', 'Ja, bitte'],
    ...[
      '¡Hola! Buenos días',
      'muchas gracias',
      'Sí, por favor',
      'Bonjour',
      'merci beaucoup',
      "d'accord",
    ],
    ...['buongiorno', 'obrigada', 'dank je wel', 'спасибо большое', 'teşekkürler', 'dziękuję'],
    ...[
      'こんにちは',
      'ありがとうございます',
      'はい、お願いします',
      '谢谢',
      '你好',
      '안녕하세요',
      '네 감사합니다',
    ],
    ...['مرحبا', 'شكراً جزيلاً', 'السلام عليكم', 'תודה רבה', 'שלום', 'สวัสดีครับ', 'नमस्ते'],
  ])('%s', (text) => {
    expect(isSubstantive(text)).toBe(false);
  });
});

describe('is worth quoting', () => {
  test.each([
    ...[
      'Where is my order?',
      'card declined',
      'refund',
      'hi, the app keeps crashing',
      'can you call me',
    ],
    ...['Mein Paket ist nicht angekommen', 'Rechnung falsch', '¿Dónde está mi paquete?'],
    ...[
      'ma facture est fausse',
      'il pacco non arriva',
      'meu pedido atrasou',
      'mijn pakket is kwijt',
    ],
    ...['Где мой заказ?', 'siparişim gelmedi', 'moja paczka zaginęła'],
    ...['荷物がまだ届きません', '返金', '我的包裹还没到', '주문한 상품이 아직 안 왔어요'],
    ...['أين طلبي؟ لم يصل بعد', 'איפה המשלוח שלי', 'สินค้ายังไม่มาส่ง', 'मेरा पैकेज कहाँ है'],
  ])('%s', (text) => {
    expect(isSubstantive(text)).toBe(true);
  });
});
