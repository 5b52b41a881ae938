import { setImmediate as turn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Channel } from '../../notification/state.js';
import { untilConnected, withTimeout } from '../../queue/timeout.js';
import type { RedisClient } from '../../redis/redisClient.js';
import type {
  TemplateCatalogue,
  TemplateEntry,
  TemplateVersion,
} from '../../templates/catalogue.js';
import { type CompileOptions, compileTemplate } from '../../templates/compile.js';
import type { LoadedTemplate } from '../../templates/loadTemplates.js';
import type { TemplateSource } from '../../templates/manifest.js';
import { checkTemplate, type TemplateCheck } from '../../templates/templateCheck.js';
import { TemplateError } from '../../templates/templateProblems.js';

/** A version of a template as this process can show it. */
export type ReadVersion =
  | { kind: 'usable'; template: LoadedTemplate; check: TemplateCheck }
  /** Its content is in Redis, and this version of the product makes nothing of it. */
  | { kind: 'unusable'; why: string }
  /** Its content is not in Redis any more. */
  | { kind: 'gone' };

export interface ReadTemplate {
  entry: TemplateEntry;
  /** Of the version that was asked for. */
  hash: string;
  version: ReadVersion;
}

export interface ListedTemplate extends ReadTemplate {
  /** Since when this version is accepted (epoch ms), where that was noted. */
  since?: number;
}

export interface KeptVersion extends TemplateVersion {
  isKept: boolean;
}

/** Content never changes under its hash, so what was made of it is kept. */
const KEPT = 200;

/** Reads templates as the deployment has them, which is what notifications are rendered from. */
export class TemplateReader {
  readonly #redis: RedisClient;
  readonly #catalogue: TemplateCatalogue;
  readonly #configured: readonly Channel[];
  readonly #options: CompileOptions;
  readonly #versions = new LRUCache<string, ReadVersion>({ max: KEPT });

  /** @param configured the deployment's channels: what a template has no part for is of no interest elsewhere */
  constructor(
    redis: RedisClient,
    catalogue: TemplateCatalogue,
    configured: readonly Channel[],
    options: CompileOptions,
  ) {
    this.#redis = redis;
    this.#catalogue = catalogue;
    this.#configured = configured;
    this.#options = options;
  }

  /**
   * A template by its name, in the version that is accepted now or in the one of a hash. Undefined when
   * there is none of this name.
   *
   * @throws RedisUnavailableError
   */
  async read(name: string, hash?: string): Promise<ReadTemplate | undefined> {
    const entry = await this.#ask(() => this.#catalogue.find(name));
    if (entry === undefined) return undefined;
    const wanted = hash ?? entry.hash;
    return { entry, hash: wanted, version: await this.#version(name, wanted) };
  }

  /** Every template in the version that is accepted, and since when it is. */
  async list(): Promise<ListedTemplate[]> {
    const [entries, versions] = await this.#ask(() =>
      Promise.all([this.#catalogue.entries(), this.#catalogue.versions()]),
    );
    const listed: ListedTemplate[] = [];
    for (const entry of entries) {
      const { name, hash } = entry;
      listed.push({
        entry,
        hash,
        version: await this.#version(name, hash),
        since: versions.get(name)?.find((version) => version.hash === hash)?.since,
      });
    }
    return listed;
  }

  /** The versions of a template, the newest first, each with whether its content can still be read. */
  async versions(name: string): Promise<KeptVersion[]> {
    const versions = (await this.#ask(() => this.#catalogue.versions())).get(name) ?? [];
    const kept = await this.#ask(() => this.#catalogue.kept(versions.map(({ hash }) => hash)));
    return versions.map((version) => ({ ...version, isKept: kept.has(version.hash) }));
  }

  async #version(name: string, hash: string): Promise<ReadVersion> {
    const known = this.#versions.get(hash);
    if (known !== undefined) return known;
    const content = await this.#ask(() => this.#catalogue.content(hash));
    if (content === undefined) return { kind: 'gone' };
    // Looking at a template takes milliseconds; others who ask this api must not wait for a hundred of them.
    await turn();
    const version = versionIn(content, name, this.#configured, this.#options);
    this.#versions.set(hash, version);
    return version;
  }

  #ask<T>(command: () => Promise<T>): Promise<T> {
    return withTimeout(untilConnected(this.#redis).then(command));
  }
}

function versionIn(
  content: string,
  name: string,
  configured: readonly Channel[],
  options: CompileOptions,
): ReadVersion {
  try {
    const source = JSON.parse(content) as TemplateSource;
    if (source.name !== name) return { kind: 'unusable', why: 'It is of another template.' };
    const template = { source, compiled: compileTemplate(source, options) };
    return { kind: 'usable', template, check: checkTemplate(template, configured) };
  } catch (error) {
    if (error instanceof TemplateError) return { kind: 'unusable', why: error.message };
    // It was written by another version of the product, or by another program.
    return { kind: 'unusable', why: 'Its content in Redis cannot be read.' };
  }
}
