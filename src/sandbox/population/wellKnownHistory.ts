import { buildConversation } from './build.js';
import type { Media } from './customer.js';
import { SMS_NUMBER } from './generate.js';
import type { Population } from './population.js';
import type { Random } from './random.js';
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
} from './script.js';
import { WELL_KNOWN, type WellKnown } from './wellKnown.js';

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
