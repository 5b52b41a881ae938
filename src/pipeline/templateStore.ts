import { LRUCache } from 'lru-cache';
import type { TemplateCatalogue } from '../templates/catalogue.js';
import { type CompiledTemplate, compileTemplate } from '../templates/compile.js';
import type { TemplateSource } from '../templates/source.js';

/** Compiled templates by the hash that was pinned at acceptance. */
export class TemplateStore {
  readonly #catalogue: TemplateCatalogue;
  readonly #compiled = new LRUCache<string, CompiledTemplate>({ max: 200 });
  readonly #underway = new Map<string, Promise<CompiledTemplate | undefined>>();

  constructor(catalogue: TemplateCatalogue) {
    this.#catalogue = catalogue;
  }

  /** Jobs that start at the same time share one compilation: it takes as long as ten notifications. */
  async get(hash: string): Promise<CompiledTemplate | undefined> {
    const known = this.#compiled.get(hash);
    if (known !== undefined) return known;
    const underway = this.#underway.get(hash);
    if (underway !== undefined) return underway;
    const compiling = this.#compile(hash).finally(() => this.#underway.delete(hash));
    this.#underway.set(hash, compiling);
    return compiling;
  }

  async #compile(hash: string): Promise<CompiledTemplate | undefined> {
    const content = await this.#catalogue.content(hash);
    if (content === undefined) return undefined;
    const template = compileTemplate(JSON.parse(content) as TemplateSource);
    this.#compiled.set(hash, template);
    return template;
  }
}
