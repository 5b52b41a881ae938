import { Readable } from 'node:stream';
import type { Caller } from '../audit/auditCaller.js';
import type { Act, Outcome } from '../audit/auditEntry.js';
import type { AuditLog } from '../audit/auditLog.js';
import { joinedChoices } from '../campaign/import/columnChoices.js';
import { type FileHead, type FilePreview, previewHead } from '../campaign/import/filePreview.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import { untilConnected, withRedisFaultNamed, withTimeout } from '../queue/timeout.js';
import { type RedisClock, redisClock } from '../redis/clock.js';
import type { RedisClient } from '../redis/redisClient.js';
import { RedisMemory } from '../redis/serverInfo.js';
import type { ConsentDigests, SuppressedAddress } from '../suppression/consentIdentity.js';
import type { Suppression } from '../suppression/suppression.js';
import type { SuppressionList } from '../suppression/suppressionList.js';
import {
  type DncFile,
  EXPORT_PACE,
  type ExportPace,
  exportedDncList,
  type PlatformDncList,
  whyNotImportable,
} from './dncExport.js';
import { type DncImported, DncImports } from './dncImports.js';
import { DncRows } from './dncRows.js';
import { exportSuppressions, isSuppressionExport } from './suppressionExport.js';
import {
  importSuppressions,
  type SuppressionFileOptions,
  type SuppressionImport,
} from './suppressionImport.js';
import { channelsOf, readReason, type SuppressionRequest } from './suppressionRequest.js';
import { SUPPRESSION_COLUMNS, SuppressionRows } from './suppressionRows.js';

export interface SuppressionsParts {
  redis: RedisClient;
  prefix: string;
  list: SuppressionList;
  digests: ConsentDigests;
  /** Fingerprints of the secrets that digests are made with, for exports. */
  fingerprints: readonly string[];
  audit: AuditLog;
  /** Where phone numbers without a country code are dialled. */
  country?: CountryCode | undefined;
}

/** An entry as it stands now, and the one that was there before. */
export interface Suppressed {
  suppression: Suppression;
  before?: Suppression;
}

/** What the rows of a file are taken for, where they do not say it themselves. */
export type FileDefaults = Omit<SuppressionRequest, 'source'>;

/** How the import of a DNC list ended. */
export type DncImport =
  | SuppressionImport
  | Exclude<DncFile, { kind: 'file' }>
  | { kind: 'not_importable'; because: string };

export interface DncOptions extends Pick<SuppressionFileOptions, 'signal' | 'onProgress'> {
  pace?: ExportPace;
}

/** What people and programs ask of the suppression list, and do to it. Each change is audited, addresses as hashes. */
export class Suppressions {
  readonly country: CountryCode | undefined;
  readonly #redis: RedisClient;
  readonly #clock: RedisClock;
  readonly #dncImports: DncImports;
  readonly #list: SuppressionList;
  readonly #digests: ConsentDigests;
  readonly #fingerprints: readonly string[];
  readonly #audit: AuditLog;
  readonly #memory: RedisMemory;

  constructor(parts: SuppressionsParts) {
    const { redis, prefix, list, audit, country } = parts;
    this.#digests = parts.digests;
    this.#fingerprints = parts.fingerprints;
    this.country = country;
    this.#redis = redis;
    this.#clock = redisClock(redis, prefix);
    this.#dncImports = new DncImports(redis, prefix);
    this.#list = list;
    this.#audit = audit;
    this.#memory = new RedisMemory(redis);
  }

  /** An address as the list and the audit have it. */
  hashOf(address: SuppressedAddress): string | undefined {
    return this.#digests.of(address)[0]?.toString('base64url');
  }

  /** @throws RedisUnavailableError */
  find(address: SuppressedAddress): Promise<Suppression | undefined> {
    return this.#patiently(() => this.#list.find(address));
  }

  /** @throws RedisUnavailableError */
  summary(): ReturnType<SuppressionList['summary']> {
    return this.#patiently(() => this.#list.summary());
  }

  /**
   * Puts an address on the list. An entry that is there is not weakened: channels are added, the later end counts.
   *
   * @throws RedisUnavailableError
   */
  add(address: SuppressedAddress, request: SuppressionRequest, by: Caller): Promise<Suppressed> {
    const act: Act = { what: 'suppression.add', on: this.hashOf(address) };
    const work = async (): Promise<Suppressed> => {
      const suppression = await this.#given(request, request.source ?? 'person', by);
      const change = await this.#list.add(address, suppression);
      const stands = (await this.#list.find(address)) ?? suppression;
      return {
        suppression: stands,
        before: change.kind === 'replaced' ? change.before : undefined,
      };
    };
    return this.#audited(by, act, work, ({ suppression, before }) => ({
      outcome: 'done',
      detail: `${before === undefined ? 'added' : 'replaced'}: ${describeChannels(suppression)}`,
    }));
  }

  /**
   * Takes an address off the list; answers what was there.
   *
   * @throws RedisUnavailableError
   */
  remove(address: SuppressedAddress, by: Caller): Promise<Suppression | undefined> {
    const act: Act = { what: 'suppression.remove', on: this.hashOf(address) };
    return this.#audited(
      by,
      act,
      () => this.#list.remove(address),
      (was) =>
        was === undefined
          ? { outcome: 'refused', detail: 'was not on the list' }
          : { outcome: 'done', detail: `was there by ${was.source}: ${describeChannels(was)}` },
    );
  }

  /**
   * Puts the addresses of a file on the list, or what an export has written back on it.
   *
   * @throws RedisUnavailableError when Redis goes away; what was stored until then stays
   */
  async importFile(
    source: Readable,
    given: FileDefaults,
    by: Caller,
    options: SuppressionFileOptions = {},
  ): Promise<SuppressionImport> {
    const work = async () => {
      const defaults = await this.#given(given, 'import', by);
      return importSuppressions(source, this.#sink(), defaults, {
        country: this.country,
        ...options,
      });
    };
    await withTimeout(untilConnected(this.#redis));
    const act: Act = { what: 'suppression.import' };
    return withRedisFaultNamed(undefined, this.#audit.act(by, act, work, outcomeOfImport));
  }

  /** Reads the first piece of a file as its import would; stores nothing. `names` are those of our columns. */
  async preview(head: FileHead): Promise<(FilePreview & { names: readonly string[] }) | 'export'> {
    if (isSuppressionExport(head.bytes.toString('latin1', 0, 64))) return 'export';
    const facts = {};
    const given = await this.#given({}, 'import', { from: 'library' });
    const rows = new SuppressionRows(given, { country: this.country, facts });
    const context = { choices: joinedChoices(head.columns), channels: [] };
    const preview = await previewHead(head, SUPPRESSION_COLUMNS, context, {
      facts,
      problemsOfAll: () => [],
      take: (row) => rows.take(row),
      found: () => ({ ...rows.report, duplicates: 0 }),
    });
    // There are no results that a column could come back in.
    const columns = preview.columns.map((column) =>
      column.use === 'kept' ? { ...column, use: 'unused' as const } : column,
    );
    return { ...preview, columns, names: Object.keys(SUPPRESSION_COLUMNS.variables) };
  }

  /**
   * Puts the entries of a DNC list of the platform on the list.
   *
   * @throws RedisUnavailableError when Redis goes away; what was stored until then stays
   */
  async importDncList(
    client: Parameters<typeof exportedDncList>[0],
    list: PlatformDncList,
    given: FileDefaults,
    by: Caller,
    { pace = EXPORT_PACE, ...options }: DncOptions = {},
  ): Promise<DncImport> {
    const because = whyNotImportable(list);
    if (because !== undefined) return { kind: 'not_importable', because };
    const work = async (): Promise<DncImport> => {
      const file = await exportedDncList(client, list.id, pace, options.signal);
      if (file.kind !== 'file') return file;
      const source = Readable.from(file.stream, { objectMode: false });
      const rows = new DncRows(list.contactMethod, this.country);
      const defaults = await this.#given(given, 'import', by);
      const sink = this.#sink();
      const imported = await importSuppressions(source, sink, defaults, {
        country: this.country,
        ...options,
        rows,
        mayBeEmpty: true,
      });
      source.destroy();
      if (imported.kind !== 'imported') return imported;
      const { rows: taken, rejected } = imported.report;
      const at = await this.#clock.current();
      await this.#dncImports.note(list.id, { at, by: by.name, rows: taken, rejected });
      return imported;
    };
    await withTimeout(untilConnected(this.#redis));
    const act: Act = { what: 'suppression.import_dnc', on: list.id };
    return withRedisFaultNamed(undefined, this.#audit.act(by, act, work, outcomeOfImport));
  }

  /**
   * When each DNC list was imported last, by its id.
   *
   * @throws RedisUnavailableError
   */
  dncImports(): Promise<ReadonlyMap<string, DncImported>> {
    return this.#patiently(() => this.#dncImports.all());
  }

  /** The time by Redis (epoch ms), as far as this process knows it. */
  now(): number {
    return this.#clock.now();
  }

  /**
   * The whole list, for another deployment with this secret, or to be kept. It holds no address.
   *
   * @throws RedisUnavailableError
   */
  async exported(by: Caller): Promise<AsyncIterable<string>> {
    const work = async () => exportSuppressions(this.#list.entries(), this.#fingerprints);
    return this.#audited(by, { what: 'suppression.export' }, work, () => ({ outcome: 'done' }));
  }

  #sink() {
    return {
      keys: this.#fingerprints,
      isFull: () => this.#memory.isFull(),
      add: (entries: Parameters<SuppressionList['addAll']>[0]) => this.#list.addAll(entries),
      restore: (entries: Parameters<SuppressionList['restore']>[0]) => this.#list.restore(entries),
    };
  }

  async #given(
    request: FileDefaults,
    source: Suppression['source'],
    by: Caller,
  ): Promise<Suppression> {
    const { reason, until } = request;
    return {
      channels: channelsOf(request),
      source,
      reason: reason === undefined ? undefined : readReason(reason),
      author: authorOf(by),
      at: await this.#clock.current(),
      until: until === undefined ? undefined : Date.parse(until),
    };
  }

  #audited<T>(
    by: Caller,
    act: Act,
    work: () => Promise<T>,
    outcomeOf: (result: T) => Outcome,
  ): Promise<T> {
    return this.#patiently(() => this.#audit.act(by, act, work, outcomeOf), true);
  }

  #patiently<T>(work: () => Promise<T>, mayBeDone = false): Promise<T> {
    return withTimeout(untilConnected(this.#redis).then(work), undefined, mayBeDone);
  }
}

const LONGEST_AUTHOR = 100;

/** `api:crm`, `cli:ann`, `inbox`; a person of the console by the name alone. */
function authorOf({ name, from }: Caller): string {
  if (name === undefined) return from;
  return (from === 'page' ? name : `${from}:${name}`).slice(0, LONGEST_AUTHOR);
}

function describeChannels({ channels, until }: Suppression): string {
  const which = channels === 'all' ? 'all channels' : channels.join(', ');
  return until === undefined ? which : `${which}, until ${new Date(until).toISOString()}`;
}

function outcomeOfImport(result: DncImport): Outcome {
  if (!('report' in result)) return { outcome: 'refused', detail: result.kind };
  const { rows, added, replaced, kept, rejected } = result.report;
  const detail = `rows taken: ${rows}, rejected: ${rejected}; entries new: ${added}, changed: ${replaced}, so already: ${kept}`;
  return result.kind === 'imported'
    ? { outcome: 'done', detail }
    : { outcome: 'refused', detail: `${result.kind}; ${detail}` };
}
