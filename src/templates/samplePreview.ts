import type { Channel } from '../notification/state.js';
import { EXAMPLE_UNSUBSCRIBE_URL } from './contextVariables.js';
import { SAMPLES, type SampleCustomer, stretchedVariables } from './lint.js';
import type { LoadedTemplate } from './loadTemplates.js';
import type { TemplateVariables } from './manifest.js';
import type { RenderResult } from './templateParts.js';

/** Which values a preview gives to a template's own variables. */
export const PREVIEW_VALUES = {
  examples: 'every variable, as in its example',
  needed: 'only the variables that a request must give',
  longest: 'every variable as long as it may be',
} as const;

export type PreviewValues = keyof typeof PREVIEW_VALUES;

export interface Preview {
  channel: Channel;
  rendered: RenderResult;
}

/** The sample customer of a number that counts from 1. */
export function sampleOf(number: number): SampleCustomer | undefined {
  return SAMPLES[number - 1];
}

export function previewVariables(
  { source }: Pick<LoadedTemplate, 'source'>,
  values: PreviewValues,
): TemplateVariables {
  if (values === 'longest') return stretchedVariables(source);
  const declared = Object.entries(source.manifest.variables);
  return Object.fromEntries(
    declared
      .filter(([, { required }]) => required || values === 'examples')
      .map(([name, { example }]) => [name, example]),
  );
}

/** A template as a made-up customer would get it, over each of its channels. */
export function previewFor(
  { compiled }: LoadedTemplate,
  { context, timeZone }: SampleCustomer,
  variables: TemplateVariables,
): Preview[] {
  const values = { context, variables, timeZone, unsubscribeUrl: EXAMPLE_UNSUBSCRIBE_URL };
  return compiled.channels.map((channel) => ({
    channel,
    rendered: compiled.render(channel, values),
  }));
}
