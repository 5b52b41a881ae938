import type { FieldProblem, NotificationRequest } from '../notification/request.js';
import { CHANNELS, type Channel } from '../notification/state.js';
import { type LedgerKeys, ledgerKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import { checkVariables, type TemplateManifest } from './manifest.js';

/** What acceptance must know of a template, without having its files. */
export interface TemplateEntry {
  name: string;
  /** Names the content that will be rendered, whatever happens to the files meanwhile. */
  hash: string;
  /** Channels whose parts the template has. */
  channels: Channel[];
  /** Of these, the ones tried when a request names none. */
  defaultChannels: Channel[];
  manifest: TemplateManifest;
  /** Channels whose message has a link to unsubscribe in each of its bodies. Older versions did not say. */
  unsubscribes?: Channel[];
}

export interface PublishedTemplate {
  entry: TemplateEntry;
  /** The template's source as JSON, from which a worker renders. */
  content: string;
}

/** A version of a template that was accepted from some time on. */
export interface TemplateVersion {
  hash: string;
  /** Epoch ms, Redis' time; absent for one that was there before versions were noted. */
  since?: number;
}

interface CatalogueCommands {
  notifierPublishTemplate(...args: (string | number)[]): Promise<null>;
}

const VERSIONS_REMEMBERED = 20;
const ENTRIES_FRESH_FOR_MS = 5_000;
const CONTENT_KEPT_FOR_MS = 120 * 24 * 60 * 60 * 1000;

/**
 * The templates that api and workers have loaded, published in Redis, so that a producer in another
 * service can refuse a bad request at once, and so that every worker renders exactly the content
 * that was pinned at acceptance, during a rolling deployment too.
 */
export class TemplateCatalogue {
  readonly #redis: RedisClient;
  readonly #keys: LedgerKeys;
  readonly #own = new Map<string, PublishedTemplate>();
  #entries: { readAt: number; byName: Map<string, TemplateEntry> } | undefined;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#keys = ledgerKeys(prefix);
    const lua = readScript('publishTemplate', import.meta.url);
    redis.defineCommand('notifierPublishTemplate', { numberOfKeys: 2, lua });
  }

  /**
   * Makes templates known, in the place of what others published under their names. Content outlives
   * the longest `sendAt` plus a day's deadline.
   */
  async publish(templates: readonly PublishedTemplate[]): Promise<void> {
    // Remembered first: if Redis is away now, `find` makes up for it once Redis is back.
    for (const template of templates) this.#own.set(template.entry.name, template);
    await this.#write(templates, 'replace');
  }

  /**
   * Publishes again what this process has published, for a process that runs for months and for a
   * Redis that lost its data. What another process has put under the same name stays: during a
   * rolling deployment, the old version must not win again.
   */
  async renew(): Promise<void> {
    await this.#write([...this.#own.values()], 'keep');
  }

  async #write(
    templates: readonly PublishedTemplate[],
    existing: 'replace' | 'keep',
  ): Promise<void> {
    const { templates: entries, templateVersions, template: contentOf } = this.#keys;
    const commands = this.#redis as unknown as CatalogueCommands;
    const contents = templates.map(({ entry: { hash }, content }) =>
      this.#redis.set(contentOf(hash), content, 'PX', CONTENT_KEPT_FOR_MS),
    );
    // All content first: what is accepted under an entry must be there to be rendered.
    await Promise.all(contents);
    const published = templates.map(({ entry }) =>
      commands.notifierPublishTemplate(
        entries,
        templateVersions,
        entry.name,
        JSON.stringify(entry),
        entry.hash,
        existing,
        VERSIONS_REMEMBERED,
      ),
    );
    await Promise.all(published);
    this.#entries = undefined;
  }

  /** The pinned content, or undefined when it was never published or is long gone. */
  async content(hash: string): Promise<string | undefined> {
    for (const { entry, content } of this.#own.values()) if (entry.hash === hash) return content;
    return (await this.#redis.get(this.#keys.template(hash))) ?? undefined;
  }

  /** Looks a template up by name; a few seconds old at most. */
  async find(name: string): Promise<TemplateEntry | undefined> {
    const entry = (await this.#read()).get(name);
    if (entry !== undefined) return entry;
    // A Redis that came back empty must not make a request wrong that was right before.
    if (this.#own.has(name)) await this.renew();
    // A template published a moment ago must not be refused because of an older reading.
    return (await this.#read(true)).get(name);
  }

  async names(): Promise<string[]> {
    return [...(await this.#read()).keys()].sort();
  }

  /** Every template as it is accepted, by name; a few seconds old at most. */
  async entries(): Promise<TemplateEntry[]> {
    const byName = await this.#read();
    return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** By the name of a template, the versions that were accepted, the newest first; 20 at most. */
  async versions(): Promise<ReadonlyMap<string, TemplateVersion[]>> {
    const raw = await this.#redis.hgetall(this.#keys.templateVersions);
    return new Map(Object.entries(raw).map(([name, noted]) => [name, versionsIn(noted)]));
  }

  /** Which of these have their content in Redis. */
  async kept(hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const found = await Promise.all(
      hashes.map((hash) => this.#redis.exists(this.#keys.template(hash))),
    );
    return new Set(hashes.filter((_, at) => found[at] === 1));
  }

  async #read(anew = false): Promise<Map<string, TemplateEntry>> {
    const now = performance.now();
    const fresh = anew ? ENTRIES_FRESH_FOR_MS / 10 : ENTRIES_FRESH_FOR_MS;
    if (this.#entries !== undefined && now - this.#entries.readAt < fresh) {
      return this.#entries.byName;
    }
    const raw = await this.#redis.hgetall(this.#keys.templates);
    const byName = new Map(
      Object.entries(raw).flatMap(([name, json]) => {
        const entry = entryIn(json);
        return entry === undefined ? [] : [[name, entry] as const];
      }),
    );
    this.#entries = { readAt: now, byName };
    return byName;
  }
}

/** From `since:hash since:hash …`, as publishTemplate.lua writes it. */
function versionsIn(noted: string): TemplateVersion[] {
  return noted.split(' ').flatMap((version) => {
    const [, since, hash] = /^(\d+):(.+)$/.exec(version) ?? [];
    if (hash === undefined) return [];
    return [{ hash, since: since === '0' ? undefined : Number(since) }];
  });
}

/** One entry that cannot be read is unknown; the others are as good as before. */
function entryIn(json: string): TemplateEntry | undefined {
  try {
    const entry = JSON.parse(json) as Partial<TemplateEntry> | null;
    return entry?.hash === undefined || entry.manifest === undefined
      ? undefined
      : (entry as TemplateEntry);
  } catch {
    return undefined;
  }
}

/** Whether a request fits its template: channels it has parts for, variables it declares. */
export function templateProblems(
  request: NotificationRequest,
  entry: TemplateEntry,
): FieldProblem[] {
  return [
    ...channelProblems(request, entry),
    ...checkVariables(entry.manifest, request.variables ?? {}),
  ];
}

function channelProblems(request: NotificationRequest, entry: TemplateEntry): FieldProblem[] {
  const has = CHANNELS.filter((channel) => entry.channels.includes(channel)).join(', ');
  if (request.channels === undefined) {
    if (entry.defaultChannels.length > 0) return [];
    const expected = `one or more of ${has}: template ${entry.name} has no part for the default channels`;
    return [{ field: 'channels', expected }];
  }
  return request.channels
    .map((channel, at) => ({ channel, at }))
    .filter(({ channel }) => !entry.channels.includes(channel))
    .map(({ at }) => ({
      field: `channels.${at}`,
      expected: `a channel that template ${entry.name} has parts for: ${has}`,
    }));
}
