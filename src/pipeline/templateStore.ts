import { LRUCache } from 'lru-cache';
import type { TemplateCatalogue } from '../templates/catalogue.js';
import { type CompiledTemplate, compileTemplate } from '../templates/compile.js';
import type { TemplateSource } from '../templates/source.js';

/** Compiled templates by the hash that was pinned at acceptance. */
export class TemplateStore {
  readonly #catalogue: TemplateCatalogue;
  readonly #compiled = new LRUCache<string, CompiledTemplate>({ max: 200 });

  constructor(catalogue: TemplateCatalogue) {
    this.#catalogue = catalogue;
  }

  async get(hash: string): Promise<CompiledTemplate | undefined> {
    const known = this.#compiled.get(hash);
    if (known !== undefined) return known;
    const content = await this.#catalogue.content(hash);
    if (content === undefined) return undefined;
    const template = compileTemplate(JSON.parse(content) as TemplateSource);
    this.#compiled.set(hash, template);
    return template;
  }
}
