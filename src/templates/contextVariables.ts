import { CHANNELS, type Channel } from '../notification/state.js';

/** What is known about a customer when a template is rendered. */
export interface TemplateContext {
  customerName: string;
  lastMessage?: string;
  /** ISO 8601, UTC. */
  lastMessageAt?: string;
  topic?: string;
  sentiment: 'positive' | 'neutral' | 'negative';
  conversationId?: string;
  hasHistory: boolean;
  summary?: string;
  contactReason?: string;
  resolution?: string;
  followUp?: string;
  language?: string;
}

/**
 * What must have been read before a variable has its value: nothing beyond the request, the customer's
 * contact record, the list of conversations, the platform's summary of one, what one was about, or
 * what was said in it, word by word. A template is given no more than it names, so a variable filed too
 * low here would silently be empty, and one filed too high costs a request per customer. `contact` asks
 * for no conversations, and what a conversation was about (`gist`) can be read from either.
 */
export type ContextNeed = 'request' | 'contact' | 'history' | 'summary' | 'gist' | 'transcript';

/** What a request may bring itself that its contact record has, too. */
export interface GivenByRequest {
  /** A name that can greet. */
  name: boolean;
}

export interface ContextVariable {
  need: ContextNeed;
  /** Of a variable that needs the contact: what of a request makes reading it unnecessary. */
  insteadOfContact?: keyof GivenByRequest;
  /** It repeats what was said, or belongs to it: empty where quoting is off. */
  quotes?: true;
  description: string;
  example: string | number | boolean;
}

/**
 * The variables every template has, besides those its own template.json declares.
 *
 * `customerName` needs no more than the contact: the name that customers gave themselves in the chat is
 * used when the transcript is read for another variable, but is not worth reading it for.
 */
export const CONTEXT_VARIABLES = {
  customerName: {
    need: 'contact',
    insteadOfContact: 'name',
    description: 'How to address the customer; never empty.',
    example: 'Anna Schmidt',
  },
  channel: {
    need: 'request',
    description: `The channel being rendered: ${CHANNELS.join(', ')}.`,
    example: 'web',
  },
  timeZone: {
    need: 'request',
    description: "The recipient's IANA time zone, UTC when unknown; the date filter uses it.",
    example: 'Europe/Berlin',
  },
  unsubscribeUrl: {
    need: 'request',
    description:
      'A link with which the recipient stops further messages; empty where PUBLIC_URL is not set.',
    example: 'https://notifier.example.com/u/k1.EQEXAMPLEuuNnGdX2o9ZtT1bPq0xW7cVhJ5sLrKe',
  },
  hasHistory: {
    need: 'history',
    description: 'Whether an earlier conversation was found.',
    example: true,
  },
  conversationId: {
    need: 'history',
    description: 'The conversation the other values come from; empty without history.',
    example: '8f14e45f-ceea-467f-a8d2-91a2b4f7c001',
  },
  lastMessage: {
    need: 'transcript',
    quotes: true,
    description:
      'What the customer last wrote that says something, at most 100 characters; or empty.',
    example: 'My parcel has been stuck in Leipzig since Tuesday, can you find out why?',
  },
  lastMessageAt: {
    need: 'transcript',
    quotes: true,
    description: 'When that was, as an ISO time; print it through the date filter. Or empty.',
    example: '2026-03-10T14:05:00.000Z',
  },
  topic: {
    need: 'gist',
    description: 'A short label that fits behind "about", such as "delivery"; or empty.',
    example: 'delivery',
  },
  sentiment: {
    need: 'gist',
    description: 'positive, neutral or negative.',
    example: 'negative',
  },
  summary: {
    need: 'summary',
    quotes: true,
    description:
      "What the platform's AI says of the conversation, at most 300 characters; empty where it has no summary.",
    example: 'The parcel has been stuck in Leipzig since Tuesday. The agent asked the carrier.',
  },
  contactReason: {
    need: 'summary',
    quotes: true,
    description: 'The same of why the customer got in touch, at most 100 characters; or empty.',
    example: 'The parcel has not arrived.',
  },
  resolution: {
    need: 'summary',
    quotes: true,
    description: 'The same of how it was resolved, at most 100 characters; or empty.',
    example: 'The carrier was asked to look for the parcel.',
  },
  followUp: {
    need: 'summary',
    quotes: true,
    description: 'The same of what is still to be done, at most 100 characters; or empty.',
    example: 'Call the customer once the carrier has answered.',
  },
  language: {
    need: 'summary',
    description: 'The language of the summary, such as "en-us"; or empty.',
    example: 'en-us',
  },
} as const satisfies Record<string, ContextVariable>;

export type ContextVariableName = keyof typeof CONTEXT_VARIABLES;

/**
 * Whether a template may declare or assign a variable of this name itself, which then is its own:
 * templates had such variables before these were there.
 */
export function givesWay(name: string): boolean {
  if (!isContextVariable(name)) return false;
  return name === 'unsubscribeUrl' || CONTEXT_VARIABLES[name].need === 'summary';
}

/** Whether a variable repeats what the customer or the platform's AI said of a conversation. */
export function isQuotation(name: ContextVariableName): boolean {
  return 'quotes' in CONTEXT_VARIABLES[name];
}

export function isContextVariable(name: string): name is ContextVariableName {
  return Object.hasOwn(CONTEXT_VARIABLES, name);
}

/** Stands for the link wherever a message is shown and not sent: it stops nothing. */
export const EXAMPLE_UNSUBSCRIBE_URL: string = CONTEXT_VARIABLES.unsubscribeUrl.example;

/** The documented examples, as a context with or without history: for previews and trial renders. */
export function exampleContext(hasHistory: boolean): TemplateContext {
  const of = CONTEXT_VARIABLES;
  if (!hasHistory) {
    return { customerName: of.customerName.example, sentiment: 'neutral', hasHistory };
  }
  const everything: Required<TemplateContext> = {
    customerName: of.customerName.example,
    lastMessage: of.lastMessage.example,
    lastMessageAt: of.lastMessageAt.example,
    topic: of.topic.example,
    sentiment: of.sentiment.example,
    conversationId: of.conversationId.example,
    hasHistory,
    summary: of.summary.example,
    contactReason: of.contactReason.example,
    resolution: of.resolution.example,
    followUp: of.followUp.example,
    language: of.language.example,
  };
  return everything;
}

export type TemplateValue = string | number | boolean | null;

/** What is known of a message beside its customer. */
export interface MessageScope {
  channel: Channel;
  timeZone: string;
  unsubscribeUrl?: string | undefined;
}

/** Every context variable by name; what is not known is null, so that a template may ask for it. */
export function contextScope(
  context: TemplateContext,
  { channel, timeZone, unsubscribeUrl }: MessageScope,
): Record<ContextVariableName, TemplateValue> {
  return {
    customerName: context.customerName,
    channel,
    timeZone,
    unsubscribeUrl: unsubscribeUrl ?? null,
    hasHistory: context.hasHistory,
    conversationId: context.conversationId ?? null,
    lastMessage: context.lastMessage ?? null,
    lastMessageAt: context.lastMessageAt ?? null,
    topic: context.topic ?? null,
    sentiment: context.sentiment,
    summary: context.summary ?? null,
    contactReason: context.contactReason ?? null,
    resolution: context.resolution ?? null,
    followUp: context.followUp ?? null,
    language: context.language ?? null,
  };
}
