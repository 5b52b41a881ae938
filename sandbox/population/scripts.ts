import type { Language, MessageBody, Sender } from './population.js';

/** One line of a conversation: who wrote, and what. */
export type ScriptLine = readonly [sender: Sender, body: MessageBody];

export interface Script {
  language: Language;
  topic: string;
  lines: readonly ScriptLine[];
}

const says = (sender: Sender, text: string): ScriptLine => [sender, { type: 'text', text }];
export const customer = (text: string): ScriptLine => says('customer', text);
export const agent = (text: string): ScriptLine => says('agent', text);
export const bot = (text: string): ScriptLine => says('bot', text);
export const button = (text: string): ScriptLine => [
  'customer',
  { type: 'button', text, payload: text.toLowerCase().replace(/\W+/g, '_') },
];
export const quickReply = (text: string): ScriptLine => [
  'customer',
  { type: 'quick-reply', text, payload: text.toLowerCase().replace(/\W+/g, '_') },
];
export const typing: ScriptLine = ['customer', { type: 'event', event: 'Typing' }];
export const joined: ScriptLine = ['customer', { type: 'event', event: 'Presence' }];
export const delivered: ScriptLine = ['customer', { type: 'receipt', status: 'Delivered' }];
export const read: ScriptLine = ['customer', { type: 'receipt', status: 'Read' }];

/** Conversations the generated customers had: greetings, thanks, events and receipts mixed in. */
export const SCRIPTS: readonly [Script, ...Script[]] = [
  {
    language: 'en',
    topic: 'delayed order',
    lines: [
      joined,
      bot('Hello! How can we help you today?'),
      customer('hi'),
      typing,
      customer('My parcel was meant to come on Monday and the tracking has not moved since.'),
      agent('I am sorry about that. Let me check with the carrier.'),
      delivered,
      read,
      agent('It is at the depot and will be with you tomorrow.'),
      customer('ok thanks'),
    ],
  },
  {
    language: 'en',
    topic: 'refund',
    lines: [
      customer('Hello'),
      bot('Hi, what is it about?'),
      button('Refunds and returns'),
      bot('Please tell us more.'),
      customer('I sent the boots back two weeks ago and I still have no refund 😕'),
      agent('Thank you, I can see the return. The refund is released today.'),
      read,
      customer('Great, thank you! 🙏'),
    ],
  },
  {
    language: 'en',
    topic: 'invoice',
    lines: [
      joined,
      customer('Good morning, I was charged twice on my last invoice. Can you correct it please?'),
      typing,
      agent('Good morning! You are right, one of them is a duplicate.'),
      delivered,
      agent('A credit note is on its way to you.'),
      customer('Perfect, thanks a lot'),
    ],
  },
  {
    language: 'en',
    topic: 'appointment',
    lines: [
      bot('Would you like to book, move or cancel an appointment?'),
      quickReply('Move an appointment'),
      bot('When would suit you?'),
      customer('Thursday afternoon would be best, any time after 2pm'),
      bot('You are booked for Thursday, 14:30.'),
      customer('👍'),
    ],
  },
  {
    language: 'en',
    topic: 'password',
    lines: [
      customer('hey'),
      customer('The password reset email never arrives, I checked the spam folder as well'),
      agent('Let me send it again to the address on your account.'),
      read,
      customer('got it'),
      customer('bye'),
    ],
  },
  {
    language: 'en',
    topic: 'complaint',
    lines: [
      customer('This is the third time I am contacting you and nobody has called me back!!'),
      typing,
      customer('I am really disappointed, I want to cancel my contract.'),
      agent('I understand, and I am sorry. May I call you in ten minutes?'),
      delivered,
      customer('fine'),
    ],
  },
  {
    language: 'de',
    topic: 'Lieferung',
    lines: [
      customer('Guten Tag'),
      customer('Meine Waschmaschine sollte heute geliefert werden, es ist aber niemand gekommen.'),
      agent('Das tut mir leid. Ich frage bei der Spedition nach.'),
      read,
      agent('Die Lieferung kommt morgen zwischen 8 und 12 Uhr.'),
      customer('Alles klar, danke'),
    ],
  },
  {
    language: 'es',
    topic: 'factura',
    lines: [
      customer('Buenos días'),
      bot('¡Hola! ¿En qué podemos ayudarle?'),
      customer('¿Pueden enviarme la factura de septiembre? La necesito para la declaración.'),
      agent('Por supuesto, se la envío ahora mismo.'),
      delivered,
      customer('Muchas gracias'),
    ],
  },
  {
    language: 'ja',
    topic: '返品',
    lines: [
      customer('こんにちは'),
      customer('先週届いたジャケットのサイズが合わないので、交換をお願いしたいです。'),
      agent('かしこまりました。交換用の伝票をお送りします。'),
      read,
      customer('ありがとうございます'),
    ],
  },
  {
    language: 'ar',
    topic: 'توصيل',
    lines: [
      customer('مرحبا'),
      customer('لم يصل طلبي رقم 5521 حتى الآن، هل يمكنكم التحقق من موعد التوصيل؟'),
      agent('بالتأكيد، سيصل الطلب غدا صباحا.'),
      delivered,
      customer('شكرا'),
    ],
  },
  {
    language: 'he',
    topic: 'חשבונית',
    lines: [
      customer('שלום'),
      customer('חויבתי פעמיים על אותה הזמנה, אפשר לבדוק בבקשה?'),
      agent('בדקתי, הזיכוי יופיע תוך שלושה ימים.'),
      read,
      customer('תודה רבה'),
    ],
  },
];
