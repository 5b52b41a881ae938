import { CHANNELS, type Channel } from '../notification/channel.js';
import type { CompiledTemplate } from './compile.js';
import type { TemplateVariables } from './manifest.js';
import { CHANNEL_PARTS, type PartName, partFileName } from './parts.js';
import { SAMPLES } from './samples.js';
import type { TemplateSource } from './source.js';
import { kindOf, type VariableKind } from './variableKind.js';

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
    ...extremes(source, compiled),
  ];
}

/** A channel that has some of its parts and not all is off: it looks as if it were there. */
export function channelsOff(
  { name, parts }: TemplateSource,
  compiled: CompiledTemplate,
): (TemplateRemark & { channel: Channel })[] {
  return CHANNELS.flatMap((channel) => {
    const needed: readonly PartName[] = CHANNEL_PARTS[channel];
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
    { title: 'with every variable at its longest', variables: variablesOf(source, 'longest') },
    { title: 'with every variable at its shortest', variables: variablesOf(source, 'shortest') },
  ];
  return compiled.channels.flatMap((channel) => {
    for (const { title, variables } of trials) {
      for (const sample of SAMPLES) {
        const { context, timeZone } = sample;
        const result = compiled.render(channel, { context, variables, timeZone });
        if (result.ok) continue;
        const message = `${title} and ${sample.title}: ${result.reason} (${result.detail})`;
        return [{ template: source.name, channel, message }];
      }
    }
    return [];
  });
}

/** Shortest: the required ones only, of one character. */
function variablesOf(
  { manifest }: TemplateSource,
  size: 'longest' | 'shortest',
): TemplateVariables {
  const declared = Object.entries(manifest.variables);
  if (size === 'shortest') {
    return Object.fromEntries(
      declared
        .filter(([, { required }]) => required)
        .map(([name, declaration]) => [
          name,
          kindOf(declaration) === 'text' ? 'x' : declaration.example,
        ]),
    );
  }
  return Object.fromEntries(
    declared.map(([name, declaration]) => [
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
