import type { Keyring } from '../notification/keyring.js';
import { type CampaignKeys, campaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { ImportedRow, NumberedRow } from './campaign.js';
import { type BesideRows, besideRows } from './campaignRows.js';
import { ChunkCipher, type RowHash } from './chunkCipher.js';
import { compressed, decodeChunk, decompressed, encodeChunk } from './rowChunk.js';

/** A row that an import has rejected. */
export interface RejectedRow {
  number: number;
  problems: { column: string; expected: string }[];
  /** As they were written: cells of CSV, or the one line of NDJSON. */
  cells: string[];
}

/** How rejected rows were written, so that they can be written so again. */
export interface RejectedLayout {
  format: 'csv' | 'ndjson';
  /** Names of the columns as they were written; empty for NDJSON. */
  header: readonly string[];
  /** What separates cells of CSV; older records lack it. */
  separator?: string;
}

/** What is wrong with a row, in one line; never what stands in it. */
export function describeProblems(problems: RejectedRow['problems']): string {
  return problems
    .map(({ column, expected }) =>
      column === '' ? `expected ${expected}` : `${column}: expected ${expected}`,
    )
    .join('; ');
}

/** What an unfinished upload leaves behind is gone after this time. */
const STAGED_FOR_MS = 60 * 60 * 1000;

/** How many chunks are packed or on their way at the same time; each holds its rows in memory. */
const CHUNKS_IN_FLIGHT = 2;

export const LAYOUT = 'layout';

/** In the hash of the rows, so that both are kept and forgotten together. */
export function besideField(chunk: number | string): string {
  return `beside:${chunk}`;
}

/**
 * Where rows of campaigns lie, as encrypted chunks in a hash: those that wait to be sent, and those that
 * were rejected. Nothing here is ever logged.
 */
export class RowStore {
  readonly #redis: RedisClient;
  readonly #keys: CampaignKeys;
  readonly #keyring: Keyring;

  constructor(redis: RedisClient, prefix: string, keyring: Keyring) {
    this.#redis = redis;
    this.#keys = campaignKeys(prefix);
    this.#keyring = keyring;
  }

  /** Rows of one chunk; none when there is no such chunk, or no longer. */
  async read(campaignId: string, chunk: number): Promise<NumberedRow[]> {
    const packed = await this.#read(campaignId, 'rows', String(chunk));
    return packed === undefined ? [] : decodeChunk(packed);
  }

  /** What is kept beside the rows of one chunk; undefined where nothing is. */
  async beside(campaignId: string, chunk: number): Promise<BesideRows | undefined> {
    const packed = await this.#read(campaignId, 'rows', besideField(chunk));
    return packed && ((await decompressed(packed)) as BesideRows);
  }

  /** How rejected rows were written, or undefined when none are kept. */
  async rejectedLayout(campaignId: string): Promise<RejectedLayout | undefined> {
    const packed = await this.#read(campaignId, 'rejected', LAYOUT);
    return packed && ((await decompressed(packed)) as RejectedLayout);
  }

  /** Rejected rows, in the order of the file, as many at a time as lie together. */
  async *rejected(campaignId: string): AsyncGenerator<RejectedRow[]> {
    for (let chunk = 0; ; chunk += 1) {
      const packed = await this.#read(campaignId, 'rejected', String(chunk));
      if (packed === undefined) return;
      yield (await decompressed(packed)) as RejectedRow[];
    }
  }

  /** A place for what an upload brings; the campaign's own rows stay as they are meanwhile. */
  stage(campaignId: string, upload: string): Staging {
    const { uploadedRows, uploadedRejected } = this.#keys.of(campaignId);
    const keys = { rows: uploadedRows(upload), rejected: uploadedRejected(upload) };
    return new Staging(this.#redis, keys, this.#cipherOf(campaignId));
  }

  async #read(campaignId: string, hash: RowHash, field: string): Promise<Buffer | undefined> {
    const stored = await this.#redis.hgetBuffer(this.#keys.of(campaignId)[hash], field);
    return stored === null ? undefined : this.#cipherOf(campaignId).open(hash, field, stored);
  }

  #cipherOf(campaignId: string): ChunkCipher {
    return new ChunkCipher(this.#keyring, campaignId, this.#keys.of(campaignId));
  }
}

/**
 * What one upload has brought so far. Chunks are packed and written while reading goes on; `room`
 * holds the reader back when Redis is slower than the file.
 */
export class Staging {
  readonly #redis: RedisClient;
  readonly #keys: Record<RowHash, string>;
  readonly #cipher: ChunkCipher;
  readonly #inFlight = new Set<Promise<void>>();
  #rowChunks = 0;
  #besides = 0;
  #rejectedChunks = 0;
  #failure: { error: unknown } | undefined;

  constructor(redis: RedisClient, keys: Record<RowHash, string>, cipher: ChunkCipher) {
    this.#redis = redis;
    this.#keys = keys;
    this.#cipher = cipher;
  }

  /** How many chunks of rows there are. */
  get chunks(): number {
    return this.#rowChunks;
  }

  /** How many fields the hash of the rows has: chunks, and what lies beside them. */
  get fields(): number {
    return this.#rowChunks + this.#besides;
  }

  addRows(rows: readonly ImportedRow[]): void {
    this.#add('rows', String(this.#rowChunks), encodeChunk(rows));
    const beside = besideRows(rows);
    if (beside !== undefined) {
      this.#add('rows', besideField(this.#rowChunks), compressed(beside));
      this.#besides += 1;
    }
    this.#rowChunks += 1;
  }

  addRejected(rows: readonly RejectedRow[], layout: RejectedLayout): void {
    if (this.#rejectedChunks === 0) this.#add('rejected', LAYOUT, compressed(layout));
    this.#add('rejected', String(this.#rejectedChunks), compressed(rows));
    this.#rejectedChunks += 1;
  }

  /** Resolves when there is room for more. Throws when Redis did not take something. */
  async room(): Promise<void> {
    while (this.#inFlight.size >= CHUNKS_IN_FLIGHT) await Promise.race(this.#inFlight);
    this.#throwFailure();
  }

  /** Resolves when all is written. Throws when Redis did not take something. */
  async flush(): Promise<void> {
    await Promise.all(this.#inFlight);
    this.#throwFailure();
  }

  /** Takes it all away again. */
  async discard(): Promise<void> {
    await Promise.all(this.#inFlight);
    await this.#redis.unlink(this.#keys.rows, this.#keys.rejected);
  }

  #add(hash: RowHash, field: string, packing: Promise<Buffer>): void {
    const writing = this.#write(hash, field, packing)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#inFlight.delete(writing));
    this.#inFlight.add(writing);
  }

  async #write(hash: RowHash, field: string, packing: Promise<Buffer>): Promise<void> {
    const bytes = this.#cipher.seal(hash, field, await packing);
    // Both at once, or a process killed in between would leave rows behind for ever.
    const answers = await this.#redis
      .multi()
      .hset(this.#keys[hash], field, bytes)
      .pexpire(this.#keys.rows, STAGED_FOR_MS)
      .pexpire(this.#keys.rejected, STAGED_FOR_MS)
      .exec();
    const failed = answers?.find(([error]) => error !== null);
    if (failed?.[0]) throw failed[0];
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
