import { buildConversation, type Random } from './build.js';
import { SMS_NUMBER } from './generate.js';
import type { Customer, Media, Population } from './population.js';
import {
  agent,
  bot,
  button,
  customer,
  delivered,
  joined,
  quickReply,
  read,
  type ScriptLine,
  typing,
} from './scripts.js';

const person = (
  number: number,
  firstName: string,
  lastName: string,
  traits: Partial<Omit<Customer, 'id'>>,
): Customer => {
  const digits = String(number).padStart(12, '0');
  return {
    id: `c0000000-0000-4000-8000-${digits}`,
    firstName,
    lastName,
    email: null,
    emailOnContact: traits.email !== undefined,
    phone: null,
    mergedInto: null,
    language: 'en',
    online: true,
    reads: false,
    emailBounces: false,
    bounceText: null,
    smsFails: null,
    guestId: `90000000-0000-4000-8000-${digits}`,
    ...traits,
  };
};

const MERGED = 'c0000000-0000-4000-8000-000000000017';

/**
 * People who are always there, for tests and demonstrations. Ids and addresses never change.
 *
 * | key | email | what is special |
 * |---|---|---|
 * | delayedOrder | customer@example.com | online, wrote two days ago about a delayed order |
 * | offline | offline@example.com | browser closed: web messages are accepted, not delivered |
 * | noHistory | newcomer@example.com | known by email, never wrote |
 * | chatting | chatting@example.com | a conversation is active: a web message is a 409 |
 * | hidden | hidden@example.com | online with history, but the email is not on the contact: 404 |
 * | arabic | arabic@example.com | right-to-left name and text |
 * | hebrew | hebrew@example.com | right-to-left name and text, offline |
 * | injection | injection@example.com | the name and the last message hold HTML |
 * | cardNumber | card@example.com | typed a card number |
 * | phoneOnly | – | phone +15550100010, texted by SMS, no email, offline |
 * | ranting | rant@example.com | one message of 5,000 characters |
 * | dormant | dormant@example.com | last wrote 45 days ago |
 * | regular | regular@example.com | four conversations; the newest holds only pleasantries |
 * | buttons | buttons@example.com | answered by buttons and quick replies only |
 * | emoji | emoji@example.com | the last message is mostly emoji |
 * | merged | merged@example.com | never wrote under this contact; two others were merged into it |
 * | mergedGuest | – | merged into the one above, wrote six days ago |
 * | mergedAddress | before.merge@example.com | merged into it as well, wrote 20 days ago |
 * | reading | reading@example.com | online, and looks at what arrives |
 * | bouncing | bouncing@example.com | browser closed, and emails bounce |
 * | twinFirst | twins@example.com | wrote three days ago; the first of two contacts with the address |
 * | twinSecond | twins@example.com | wrote yesterday; a look-up by email never answers with them |
 * | unreachable | – | no email, no phone, offline: reachable by contact id, and then not |
 */
export const WELL_KNOWN = {
  delayedOrder: person(1, 'Dana', 'Whitfield', {
    email: 'customer@example.com',
    phone: '+15550100001',
  }),
  offline: person(2, 'Robert', 'Ashdown', {
    email: 'offline@example.com',
    phone: '+15550100002',
    online: false,
  }),
  noHistory: person(3, 'Nora', 'Lindqvist', { email: 'newcomer@example.com' }),
  chatting: person(4, 'Carlos', 'Mendes', { email: 'chatting@example.com' }),
  hidden: person(5, 'Hana', 'Kim', { email: 'hidden@example.com', emailOnContact: false }),
  arabic: person(6, 'سارة', 'الأحمد', { email: 'arabic@example.com', language: 'ar' }),
  hebrew: person(7, 'דניאל', 'לוין', {
    email: 'hebrew@example.com',
    language: 'he',
    online: false,
  }),
  injection: person(8, '<b>Mallory</b>', 'Script', { email: 'injection@example.com' }),
  cardNumber: person(9, 'Peter', 'Holloway', { email: 'card@example.com' }),
  phoneOnly: person(10, 'Ivy', 'Marsh', { phone: '+15550100010', online: false }),
  ranting: person(11, 'Gregory', 'Stone', { email: 'rant@example.com' }),
  dormant: person(12, 'Edith', 'Fairweather', { email: 'dormant@example.com' }),
  regular: person(13, 'Tom', 'Becker', { email: 'regular@example.com' }),
  buttons: person(14, 'Mei', 'Chen', { email: 'buttons@example.com' }),
  emoji: person(15, 'Sofia', 'Rossi', { email: 'emoji@example.com' }),
  unreachable: person(16, 'Guest', '', { online: false }),
  merged: person(17, 'Julia', 'Brandt', { email: 'merged@example.com' }),
  mergedGuest: person(18, 'Guest', '', { mergedInto: MERGED }),
  mergedAddress: person(19, 'J.', 'Brandt', {
    email: 'before.merge@example.com',
    mergedInto: MERGED,
  }),
  reading: person(20, 'Olga', 'Petrov', { email: 'reading@example.com', reads: true }),
  bouncing: person(21, 'Frank', 'Osei', {
    email: 'bouncing@example.com',
    phone: '+15550100021',
    online: false,
    emailBounces: true,
  }),
  twinFirst: person(22, 'Anna', 'Keller', { email: 'twins@example.com' }),
  twinSecond: person(23, 'Paul', 'Keller', { email: 'twins@example.com' }),
} as const satisfies Record<string, Customer>;

export type WellKnown = keyof typeof WELL_KNOWN;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;

interface Talk {
  who: WellKnown;
  ago: number;
  media?: Media;
  active?: boolean;
  lines: readonly ScriptLine[];
}

const complaint =
  'I have been a customer for eleven years and I have never been treated like this. ' +
  'First the engineer did not come, then nobody called, then the app told me it was solved. ';

const TALKS: readonly Talk[] = [
  {
    who: 'delayedOrder',
    ago: 2 * DAY,
    lines: [
      joined,
      bot('Welcome! Ask us anything about your order.'),
      customer('Hi there'),
      typing,
      customer('My order 48213 was due last Friday and still has not arrived. Where is it?'),
      agent(
        'I am sorry for the delay. It is held at the depot, I have asked for it to be sent on.',
      ),
      delivered,
      read,
      agent('You will get a message as soon as it is out for delivery.'),
      customer('ok thanks'),
    ],
  },
  {
    who: 'offline',
    ago: 3 * DAY,
    lines: [
      customer('Hello'),
      customer('The boiler engineer did not show up this morning. Can I have a new appointment?'),
      agent('Of course. Would Wednesday at nine suit you?'),
      read,
      customer('Yes, that works. Cheers'),
    ],
  },
  {
    who: 'chatting',
    ago: 5 * DAY,
    lines: [
      customer('Can I upgrade my plan in the middle of the month?'),
      agent('Yes, we only bill the difference.'),
      customer('Good to know'),
    ],
  },
  {
    who: 'chatting',
    ago: 4 * MINUTE,
    active: true,
    lines: [
      joined,
      customer('I would like to upgrade to the family plan now please'),
      agent('One moment, I am opening your account.'),
      typing,
    ],
  },
  {
    who: 'hidden',
    ago: DAY,
    lines: [
      bot('Hello! You are chatting as a guest.'),
      customer('Do you still have the blue bicycle in size M in stock?'),
      agent('Two left. Shall I keep one for you?'),
      customer('yes please'),
    ],
  },
  {
    who: 'arabic',
    ago: 2 * DAY,
    lines: [
      customer('السلام عليكم'),
      customer('أريد تغيير عنوان التوصيل للطلب رقم 7730 قبل يوم الخميس من فضلكم'),
      agent('تم تغيير العنوان.'),
      delivered,
      customer('شكرا جزيلا'),
    ],
  },
  {
    who: 'hebrew',
    ago: 6 * DAY,
    lines: [
      customer('היי'),
      customer('ההזמנה שלי הגיעה שבורה, אני רוצה החזר כספי או מוצר חדש'),
      agent('מצטערים! מוצר חדש יישלח אליך מחר.'),
      customer('תודה'),
    ],
  },
  {
    who: 'injection',
    ago: DAY,
    lines: [
      customer(
        '<script>alert("hi")</script><img src=x onerror=alert(1)> {{ secrets }} why is my bill so high?',
      ),
      agent('Let me have a look at your bill.'),
    ],
  },
  {
    who: 'cardNumber',
    ago: 4 * HOUR,
    lines: [
      customer('Hi'),
      customer('Please renew my subscription with card 4111 1111 1111 1111, valid until 09/29'),
      agent('Please never send card numbers here. I have sent you a payment link.'),
      customer('ok'),
    ],
  },
  {
    who: 'phoneOnly',
    ago: 2 * DAY,
    media: 'sms',
    lines: [
      customer('Is the shop in Leeds open on Sunday?'),
      agent('Yes, from 11 to 5.'),
      customer('ta'),
    ],
  },
  {
    who: 'ranting',
    ago: 8 * HOUR,
    lines: [customer(complaint.repeat(40).slice(0, 5000)), agent('I am very sorry to read this.')],
  },
  {
    who: 'dormant',
    ago: 45 * DAY,
    lines: [customer('How do I cancel the paper bill?'), agent('I have done it for you.')],
  },
  {
    who: 'regular',
    ago: 20 * DAY,
    lines: [customer('My router restarts every night'), agent('Please try the new firmware.')],
  },
  {
    who: 'regular',
    ago: 9 * DAY,
    lines: [
      customer('The new firmware did not help, it still restarts'),
      agent('We will replace it.'),
    ],
  },
  {
    who: 'regular',
    ago: 5 * DAY,
    lines: [
      customer('The replacement router has arrived, but the power supply is missing from the box'),
      agent('I will send one today.'),
      customer('thanks'),
    ],
  },
  {
    who: 'regular',
    ago: 12 * HOUR,
    lines: [customer('hello'), bot('Hello!'), customer('ok thanks')],
  },
  {
    who: 'buttons',
    ago: DAY,
    lines: [
      bot('What is it about?'),
      button('Change my delivery address'),
      bot('For which order?'),
      quickReply('The order of 12 October'),
      bot('Done.'),
    ],
  },
  {
    who: 'emoji',
    ago: 10 * HOUR,
    lines: [
      customer('ciao 👋'),
      customer('the cake arrived upside down 🎂🙃 can I get a new one before Saturday? 👩‍👩‍👧‍👦🎉'),
      agent('Oh no! A new one is on its way.'),
      customer('❤️❤️❤️'),
    ],
  },
  {
    who: 'unreachable',
    ago: 30 * HOUR,
    lines: [customer('What are your opening hours?'), bot('We are open from 8 to 20 every day.')],
  },
  {
    who: 'mergedAddress',
    ago: 20 * DAY,
    lines: [customer('Can you change the delivery day of my subscription to Friday?')],
  },
  {
    who: 'mergedGuest',
    ago: 6 * DAY,
    lines: [customer('The grinder of my coffee machine has stopped working after two weeks.')],
  },
  {
    who: 'twinFirst',
    ago: 3 * DAY,
    lines: [customer('When will my dishwasher be delivered?'), agent('Tomorrow before noon.')],
  },
  {
    who: 'twinSecond',
    ago: DAY,
    lines: [customer('My bank account has changed, how do I tell you?'), agent('Write it here.')],
  },
];

/** Adds the fixed people and what they wrote, dated relative to `now`. */
export function addWellKnown(
  population: Population,
  deploymentId: string,
  now: number,
  random: Random,
): void {
  for (const known of Object.values(WELL_KNOWN)) population.add({ ...known });
  for (const { who, ago, media = 'webmessaging', active = false, lines } of TALKS) {
    const ourAddress = media === 'sms' ? SMS_NUMBER : deploymentId;
    population.addConversation(
      buildConversation(
        WELL_KNOWN[who],
        { media, ourAddress, startedAt: Math.round(now - ago), active, lines },
        random,
      ),
    );
  }
}
