import { describe, expect, test } from '@jest/globals';
import { hasOptedOut } from '../../src/context/optOut.js';

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

/** Sentences with bars between. */
const WISHES = `
STOP | Stop messaging me please | Pls stop texting | Please stop contacting me, thanks
Unsubscribe me | please unsubscribe | UNSUBSCRIBE ME NOW | Take me off your list
remove me from your mailing list | Remove me from this list please | stop spamming me
No more texts | I don't want these messages | do not text me | do not email me again
Don't send me any messages | Do not send me marketing emails | opt me out | I'd like to opt out
I want to unsubscribe | Please stop all messages | stop all texts | cease contacting me
Bitte abmelden | Ich will keine Mails mehr | Keine Nachrichten mehr bitte
Bitte schreiben Sie mir nicht mehr | Nehmen Sie mich aus dem Verteiler | Newsletter abbestellen
Hört auf mir zu schreiben | Lasst mich in Ruhe | No me escriban más | Dejen de escribirme
Quiero darme de baja de la lista | dame de baja de la lista de correo | No quiero más mensajes
no más mensajes por favor | Arrêtez de m'écrire | Désabonnez-moi | ne m'écrivez plus
Je ne veux plus recevoir de messages | Je ne veux plus recevoir vos mails | Stop aux messages
Non scrivetemi più | Smettetela di scrivermi | Non voglio più ricevere i vostri messaggi
Disiscrivetemi | Cancellatemi dalla lista | Não me mandem mais mensagens
Parem de me mandar mensagens | Não quero mais receber mensagens | stop met berichten sturen
Stuur mij geen berichten meer | Ik wil geen mails meer ontvangen | Schrijf me uit
Nie piszcie do mnie więcej | Wypiszcie mnie | Bana mesaj atmayın | Не пишите мне больше
отпишите меня | Хватит мне писать | не пишіть мені більше | لا ترسلوا لي رسائل
توقفوا عن مراسلتي | אל תשלחו לי הודעות | תפסיקו לשלוח לי הודעות | הסירו אותי | メッセージを送らないで
配信を停止してください | もう連絡しないでください | 不要再给我发消息 | 请不要联系我 | 我要退订 | 문자 보내지 마세요 | 연락하지 마세요
I tried to unsubscribe but the page is broken | How do I unsubscribe? | Comment me désabonner ?
don't text me, email me instead | If you do not stop texting me I will sue
Stop sending me promotional emails | I asked you to stop texting me
przestańcie wysyłać mi wiadomości | хватит слать мне спам | unsubscribe me pls
`;

/** The same words about something else: an order update must not be withheld for them. */
const OTHER_MATTERS = `
Please stop sending me the wrong size | stop sending me to voicemail
Stop sending me to the wrong department | I want to unsubscribe from Netflix not from you
How do I unsubscribe my daughter from the premium plan? | unsubscribe button does not work
Can I unsubscribe from the monthly box? | I want to unsubscribe from the coffee subscription
Why am I unsubscribed? | I unsubscribed by mistake
please remove me from the waiting list for the shoes | take me off the waiting list
remove me from the list of guests for Saturday | Leave me alone with this bug
the app will not leave me alone | I do not want any emails lost | I don't want emails to bounce
Please stop charging me | stop the subscription | please stop my newsletter subscription payment
I did not get any more messages | I no longer get messages | no more messages arrive
No more emails from the courier, where is my parcel? | My phone does not stop sending messages
When I stop sending messages the app crashes | I never contacted you | do not call me
Do not contact me by phone, email is fine | please do not contact my ex husband
Do not email me at the old address | You stopped texting me | Please stop writing me in German
Stop sending me invoices twice | stop sending me these parcels
Stop emailing me at work, use my private address | stop bothering me with questions and fix it
Please stop messaging and fix my order | Quit with these excuses
stop with the spam calls from your partner | I would like to opt out of paperless billing
Opt me out of the insurance | I want to opt out of the trial
I want to be removed from the list of drivers | abmelden geht nicht
Wie kann ich mich abmelden? | Ich möchte mein Auto abmelden
Ich will mein Kind vom Kurs abmelden | Ich erhalte keine E-Mails mehr
Warum bekomme ich keine Nachrichten mehr? | Ich habe keine Nachricht bekommen
Bitte den Newsletter wieder aktivieren | Lassen Sie mich in Ruhe überlegen
Schreiben Sie mir nicht mehr auf Englisch | Schicken Sie mir keine Rechnung mehr per Post
Dar de baja mi teléfono | quiero darme de baja del gimnasio
No quiero recibir el paquete en casa | No he recibido más correos | ¿Por qué no recibo mensajes?
deje de cobrarme | dejen de enviarme facturas duplicadas | Je ne reçois plus de messages
Ne m'envoyez plus le colis à cette adresse | Arrêtez de m’envoyer deux factures
Je veux me désabonner de la salle de sport | Non ricevo più messaggi
Non voglio ricevere il pacco a casa | Smettete di addebitarmi | Não recebo mais mensagens
Não quero receber o produto errado | parem de me cobrar | parem de enviar o produto errado
Ik ontvang geen berichten meer | Ik wil geen mails missen | stop met betalen
Я больше не получаю сообщения | не пишите мне неправильный адрес
перестаньте присылать мне не тот товар | メッセージが届きません | 通知が来ない | 连接停止了 | 不要发货 | 别发顺丰 | 请勿发送到旧地址
배송 하지 마세요 | 문자 메시지가 안 와요 | I can't stop texting my friends with your app
the bot told me to reply STOP | It says reply STOP to unsubscribe | The parcel must stop here
please end the chat | I asked to stop messages last week and now I miss them
لا ترسلوا المنتج الخطأ | תפסיקו לשלוח לי מוצר לא נכון | Przestańcie wysyłać mi złe produkty
smettete di mandarmi fatture
`;

describe('an opt-out and what only looks like one:', () => {
  const sentences = (text: string) => text.trim().split(/ \| |\n/);

  test.each(sentences(WISHES))('no more messages are asked for by: %s', (text) => {
    expect(hasOptedOut([text])).toBe(true);
  });

  test.each(sentences(OTHER_MATTERS))('messages go on after: %s', (text) => {
    expect(hasOptedOut([text])).toBe(false);
  });
});

test('a later START ends it, a later STOP holds again, and other words change nothing', () => {
  expect(hasOptedOut(['STOP', 'Where is my parcel?'])).toBe(true);
  expect(hasOptedOut(['STOP', 'START'])).toBe(false);
  expect(hasOptedOut(['START', 'stop', 'unstop', 'Stop'])).toBe(true);
});
