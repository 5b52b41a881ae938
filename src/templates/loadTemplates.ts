import { fileURLToPath } from 'node:url';
import type { Channel } from '../notification/state.js';
import type { TemplateCatalogue, TemplateEntry } from './catalogue.js';
import { type CompiledTemplate, type CompileOptions, compileTemplate } from './compile.js';
import type { TemplateSource } from './manifest.js';
import { readTemplates } from './readTemplates.js';

export interface LoadedTemplate {
  source: TemplateSource;
  compiled: CompiledTemplate;
}

/** Where a deployment keeps its templates: `TEMPLATES_DIR`, or the ones that come with the product. */
export function templatesDir(config: { TEMPLATES_DIR?: string | undefined }): string {
  return config.TEMPLATES_DIR ?? fileURLToPath(new URL('../../templates', import.meta.url));
}

/** Whether a deployment lets templates repeat what was said. */
export function quotingOf(config: { QUOTE_CUSTOMERS: 'on' | 'off' }): CompileOptions {
  return { quoting: config.QUOTE_CUSTOMERS === 'on' };
}

/** Reads, checks and compiles every template of a folder. Throws a TemplateError with all problems. */
export async function loadTemplates(
  dir: string,
  options: CompileOptions = {},
): Promise<LoadedTemplate[]> {
  const sources = await readTemplates(dir);
  return sources.map((source) => ({ source, compiled: compileTemplate(source, options) }));
}

/**
 * Makes templates known to everyone who shares the catalogue. `defaultChannels` are the
 * deployment's, in their order; of these a template gets the ones it has parts for.
 */
export async function publishTemplates(
  catalogue: TemplateCatalogue,
  loaded: readonly LoadedTemplate[],
  defaultChannels: readonly Channel[],
): Promise<void> {
  await catalogue.publish(
    loaded.map((template) => ({
      entry: entryOf(template, defaultChannels),
      content: JSON.stringify(template.source),
    })),
  );
}

/** What acceptance must know of a loaded template. */
export function entryOf(
  { source, compiled }: LoadedTemplate,
  defaultChannels: readonly Channel[],
): TemplateEntry {
  return {
    name: source.name,
    hash: source.hash,
    channels: [...compiled.channels],
    defaultChannels: defaultChannels.filter((channel) => compiled.channels.includes(channel)),
    manifest: source.manifest,
    unsubscribes: compiled.channels.filter(
      (channel) => compiled.withoutUnsubscribe(channel).length === 0,
    ),
  };
}
