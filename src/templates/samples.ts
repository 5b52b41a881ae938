import { exampleContext, type TemplateContext } from './contextVariables.js';

/** A customer as templates meet them. Nobody here exists. */
export interface Sample {
  title: string;
  context: TemplateContext;
  timeZone: string;
}

const CONVERSATION = '8f14e45f-ceea-467f-a8d2-91a2b4f7c001';

/** Believable customers, the usual one first, and those that break templates. */
export const SAMPLES: readonly Sample[] = [
  { title: 'a worried customer', context: exampleContext(true), timeZone: 'Europe/Berlin' },
  { title: 'no earlier conversation', context: exampleContext(false), timeZone: 'UTC' },
  {
    title: 'a happy customer',
    context: written(
      'Marcus Lindqvist',
      'The replacement kettle came today and it works, thank you!',
      {
        topic: 'replacement',
        sentiment: 'positive',
      },
    ),
    timeZone: 'Europe/Stockholm',
  },
  {
    title: 'a name that is not known',
    context: written('Valued Customer', 'Could you send me the invoice for May once more?', {
      topic: 'invoice',
      sentiment: 'neutral',
    }),
    timeZone: 'America/New_York',
  },
  {
    title: 'a script from right to left',
    context: written('ليلى حداد', 'متى سيصل طلبي؟ أنتظره منذ أسبوع ولم أسمع شيئًا.', {
      sentiment: 'negative',
    }),
    timeZone: 'Asia/Dubai',
  },
  {
    title: 'the longest name and message',
    context: written(
      'Maria Magdalena Theresia von und zu Hohenstein-Waldburg-Zeil',
      'I have now called four times about the same broken drawer and each time I am told something new, so…',
      { topic: 'broken drawer', sentiment: 'negative' },
    ),
    timeZone: 'Europe/Vienna',
  },
  {
    title: 'signs, apostrophes and an emoji',
    context: written(
      'Siobhán O’Brien',
      'Is the 3 > 2 offer still on & does it cover "extras"? 🙂',
      {
        topic: 'offer',
        sentiment: 'neutral',
      },
    ),
    timeZone: 'Europe/Dublin',
  },
  {
    title: 'an attack',
    context: written('Robert', '</blockquote><script>alert(1)</script>{{ customerName }}', {
      sentiment: 'neutral',
    }),
    timeZone: 'UTC',
  },
];

function written(
  customerName: string,
  lastMessage: string,
  rest: { topic?: string; sentiment: TemplateContext['sentiment'] },
): TemplateContext {
  return {
    customerName,
    lastMessage,
    lastMessageAt: '2026-03-10T23:30:00.000Z',
    conversationId: CONVERSATION,
    hasHistory: true,
    ...rest,
  };
}
