import type { Channel } from '../notification/channel.js';
import type { CompiledTemplate } from './compile.js';
import type { TemplateVariables } from './manifest.js';
import { SAMPLES } from './samples.js';
import type { TemplateSource } from './source.js';

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
  return [...unused(source, compiled), ...extremes(source, compiled)];
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
      declared.filter(([, { required }]) => required).map(([name]) => [name, 'x']),
    );
  }
  return Object.fromEntries(
    declared.map(([name, { example, maxLength }]) => [name, stretched(example, maxLength)]),
  );
}

/** A link stays a link: it grows at its end. */
function stretched(example: string | number | boolean, length: number) {
  if (typeof example !== 'string') return example;
  if (/^(https?|mailto):/.test(example)) return example.padEnd(length, 'x').slice(0, length);
  return 'wide words '
    .repeat(Math.ceil(length / 11))
    .slice(0, length - 1)
    .concat('.');
}
