import { isEmail } from '../notification/channelFacts.js';
import { CHANNELS, type Channel } from '../notification/state.js';
import type { CompiledTemplate } from './compile.js';
import {
  EXAMPLE_UNSUBSCRIBE_URL,
  exampleContext,
  type TemplateContext,
} from './contextVariables.js';
import type { TemplateSource, TemplateVariables } from './manifest.js';
import { partFileName, partNames } from './templateParts.js';
import { kindOf, type VariableKind } from './variableKind.js';

/** A customer as templates meet them. All are invented. */
export interface SampleCustomer {
  title: string;
  context: TemplateContext;
  timeZone: string;
}

const ATTACK = '</blockquote><script>alert(1)</script>{{ customerName }}';

/** Believable customers, the usual one first, and those that break templates. */
export const SAMPLES: readonly SampleCustomer[] = [
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
      { topic: 'broken drawer', sentiment: 'negative', summary: 'one more wide word, '.repeat(15) },
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
    context: written('Robert', ATTACK, {
      sentiment: 'neutral',
      summary: ATTACK,
      contactReason: ATTACK,
      resolution: ATTACK,
      followUp: ATTACK,
    }),
    timeZone: 'UTC',
  },
];

function written(
  customerName: string,
  lastMessage: string,
  rest: Partial<TemplateContext>,
): TemplateContext {
  return {
    ...exampleContext(true),
    topic: undefined,
    customerName,
    lastMessage,
    lastMessageAt: '2026-03-10T23:30:00.000Z',
    ...rest,
  };
}

/** What is not wrong with a template, and may yet surprise its author. */
export interface TemplateRemark {
  template: string;
  channel?: Channel;
  message: string;
}

/**
 * Looks at a template where loading it does not: with every variable at the longest that requests may
 * have and at the shortest, for every sample customer; and for variables that no part reads.
 */
export function remarksOn(source: TemplateSource, compiled: CompiledTemplate): TemplateRemark[] {
  return [
    ...channelsOff(source, compiled),
    ...unused(source, compiled),
    ...unkind(source),
    ...unquoted(source, compiled),
    ...withoutLink(source, compiled),
    ...extremes(source, compiled),
  ];
}

/** A channel that has some of its parts and not all is off: it looks as if it were there. */
export function channelsOff(
  { name, parts }: TemplateSource,
  compiled: CompiledTemplate,
): (TemplateRemark & { channel: Channel })[] {
  return CHANNELS.flatMap((channel) => {
    const needed = partNames(channel);
    const missing = needed.filter((part) => parts[part] === undefined);
    if (compiled.channels.includes(channel) || missing.length === needed.length) return [];
    const files = missing.map(partFileName).join(' and ');
    return [
      {
        template: name,
        channel,
        message: `is off: ${files} is missing, so nothing goes out over it`,
      },
    ];
  });
}

function unused({ name, manifest }: TemplateSource, compiled: CompiledTemplate): TemplateRemark[] {
  const read = new Set(compiled.channels.flatMap((channel) => [...compiled.variables(channel)]));
  return Object.keys(manifest.variables)
    .filter((variable) => !read.has(variable))
    .map((variable) => ({
      template: name,
      message: `${variable} is declared, and no part reads it`,
    }));
}

/** Where quoting is off, what a template would have quoted is empty; its sentences must do without. */
function unquoted(
  { name, manifest }: TemplateSource,
  compiled: CompiledTemplate,
): TemplateRemark[] {
  const why =
    manifest.quoting === false ? 'template.json: "quoting": false' : 'QUOTE_CUSTOMERS=off';
  return compiled.channels.flatMap((channel) => {
    const empty = compiled.forbiddenQuotations(channel);
    if (empty.length === 0) return [];
    const message = `quotes nothing, because quoting is off (${why}): ${empty.join(', ')} ${empty.length === 1 ? 'is' : 'are'} empty`;
    return [{ template: name, channel, message }];
  });
}

/** An email that customers cannot stop: a campaign with it starts only with a reason. */
function withoutLink({ name }: TemplateSource, compiled: CompiledTemplate): TemplateRemark[] {
  return compiled.channels.filter(isEmail).flatMap((channel) => {
    const files = compiled.withoutUnsubscribe(channel).map(partFileName);
    if (files.length === 0) return [];
    const message = `has no {{ unsubscribeUrl }} in ${files.join(' and ')}: a campaign with it starts only with --no-unsubscribe "reason"`;
    return [{ template: name, channel, message }];
  });
}

/** What a filter makes of a value it cannot read: `#` in the place of a link, and a date as it was written. */
const KIND_OF_FILTER = { safe_url: 'url', date: 'date' } as const;

/** Variables that only acceptance could have kept from going wrong, had it known their kind. */
function unkind({ name, manifest, parts }: TemplateSource): TemplateRemark[] {
  const text = Object.values(parts).join('\n');
  return Object.entries(manifest.variables).flatMap(([variable, declaration]) => {
    if (kindOf(declaration) !== 'text') return [];
    const [, filter] =
      new RegExp(`\\{\\{-?\\s*${variable}\\s*\\|[^}]*?\\b(safe_url|date)\\b`).exec(text) ?? [];
    if (filter !== 'safe_url' && filter !== 'date') return [];
    const message = `${variable} goes through the filter ${filter}: declare "kind": "${KIND_OF_FILTER[filter]}", so that requests with another value are refused`;
    return [{ template: name, message }];
  });
}

function extremes(source: TemplateSource, compiled: CompiledTemplate): TemplateRemark[] {
  const trials = [
    { title: 'with every variable at its longest', variables: stretchedVariables(source) },
    { title: 'with every variable at its shortest', variables: shortestVariables(source) },
  ];
  return compiled.channels.flatMap((channel) => {
    for (const { title, variables } of trials) {
      for (const sample of SAMPLES) {
        const { context, timeZone } = sample;
        const result = compiled.render(channel, {
          context,
          variables,
          timeZone,
          unsubscribeUrl: EXAMPLE_UNSUBSCRIBE_URL,
        });
        if (result.ok) continue;
        const message = `${title} and ${sample.title}: ${result.reason} (${result.detail})`;
        return [{ template: source.name, channel, message }];
      }
    }
    return [];
  });
}

/** The required ones only, of one character. */
function shortestVariables({ manifest }: TemplateSource): TemplateVariables {
  return Object.fromEntries(
    Object.entries(manifest.variables)
      .filter(([, { required }]) => required)
      .map(([name, declaration]) => [
        name,
        kindOf(declaration) === 'text' ? 'x' : declaration.example,
      ]),
  );
}

/** Every variable of a template as long as requests may have it. */
export function stretchedVariables({ manifest }: TemplateSource): TemplateVariables {
  return Object.fromEntries(
    Object.entries(manifest.variables).map(([name, declaration]) => [
      name,
      stretched(declaration.example, kindOf(declaration), declaration.maxLength),
    ]),
  );
}

/** The kinds whose values can be longer than another. */
const STRETCHES: ReadonlySet<VariableKind> = new Set(['text', 'url', 'link']);

/** A link stays a link: it grows at its end. */
function stretched(example: string | number | boolean, kind: VariableKind, length: number) {
  if (typeof example !== 'string' || !STRETCHES.has(kind)) return example;
  if (/^(https?|mailto):/.test(example)) return example.padEnd(length, 'x').slice(0, length);
  return 'wide words '
    .repeat(Math.ceil(length / 11))
    .slice(0, length - 1)
    .concat('.');
}
