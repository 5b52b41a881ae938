import { describe, expect, test } from '@jest/globals';
import { hasOptedOut } from '../../../src/pipeline/context/optOut.js';

describe('no more messages are asked for by', () => {
  test.each([
    ...['STOP', 'Stop.', 'stop!!', 'Unsubscribe', 'please unsubscribe me from this', 'OPT OUT'],
    ...['STOP sending me messages', 'Please stop texting me', 'stop sending these emails please'],
    ...['Do not contact me', "don't contact me again", 'I said: do not message me anymore!'],
    ...["Don't send me any more emails", 'I don’t want any more messages from you'],
    ...['No more messages please', 'take me off your mailing list', 'I want to opt out'],
    ...['Abmelden', 'Bitte keine Nachrichten mehr', 'Schickt mir keine E-Mails mehr!'],
    ...['Ich möchte keine weiteren Nachrichten erhalten', 'Kontaktieren Sie mich nicht mehr'],
    ...['Hören Sie auf, mir Nachrichten zu schicken', 'Lassen Sie mich in Ruhe'],
    ...[
      'BAJA',
      'Dejen de enviarme mensajes',
      'no me escriban más',
      'No quiero recibir más correos',
    ],
    ...['Arrêtez de m’envoyer des messages', 'Ne me contactez plus', 'Je veux me désabonner'],
    ...[
      'Smettetela di scrivermi',
      'non voglio più ricevere messaggi',
      'Parem de me enviar mensagens',
    ],
    ...['Não quero mais receber mensagens', 'Stuur me geen berichten meer', 'stop met mailen'],
    ...['nie piszcie do mnie więcej', 'Bana mesaj göndermeyin', 'СТОП', 'Не пишите мне больше'],
    ...['перестаньте присылать мне сообщения', 'не пишіть мені більше', 'إلغاء الاشتراك'],
    ...['توقفوا عن إرسال الرسائل', 'הסר', 'תפסיקו לשלוח לי הודעות', '配信停止'],
    ...['メッセージを送らないでください', '退订', '不要再给我发短信', '메시지 보내지 마세요'],
  ])('%s', (text) => {
    expect(hasOptedOut([text])).toBe(true);
  });
});

describe('messages go on after', () => {
  test.each([
    ...['stop the payment', 'Please stop my order', 'The engine does not stop', 'bus stop'],
    ...['Why did you stop sending me messages?', "Please don't stop sending me updates"],
    ...['I did not unsubscribe', 'do not send me the wrong size again', 'cancel', 'end'],
    ...['do not contact me before 5pm', 'I get no more messages', 'do not email me the invoice'],
    ...[
      'Ich bekomme keine Nachrichten mehr',
      'Ich kann mich nicht abmelden',
      'Stoppen Sie die Zahlung',
    ],
    ...[
      'Detengan el pago',
      'quiero dar de baja mi línea',
      'Arrêtez le paiement',
      'stop de betaling',
    ],
    ...['я не получаю больше сообщений', '支払いを停止してください', '不要发错尺码'],
  ])('%s', (text) => {
    expect(hasOptedOut([text])).toBe(false);
  });
});

test('a later START ends it, a later STOP holds again, and other words change nothing', () => {
  expect(hasOptedOut(['STOP', 'Where is my parcel?'])).toBe(true);
  expect(hasOptedOut(['STOP', 'START'])).toBe(false);
  expect(hasOptedOut(['START', 'stop', 'unstop', 'Stop'])).toBe(true);
});
