import { type CampaignKeys, campaignKeys } from '../notification/campaignKeys.js';
import type { RedisClient } from '../notification/redisScripts.js';
import { type BesideRows, besideRows } from './besideRows.js';
import type { ImportedRow, NumberedRow } from './campaign.js';
import { compressed, decompressed } from './compression.js';
import type { RejectedLayout, RejectedRow } from './rejectedRow.js';
import { decodeChunk, encodeChunk } from './rowChunk.js';

/** What an upload that nobody finishes leaves behind is gone after this time. */
const STAGED_FOR_MS = 60 * 60 * 1000;

/** How many chunks are packed or on their way at the same time; each holds its rows in memory. */
const CHUNKS_IN_FLIGHT = 2;

const LAYOUT = 'layout';

/** In the hash of the rows, so that both are kept and forgotten together. */
function besideField(chunk: number): string {
  return `beside:${chunk}`;
}

/**
 * Where rows of campaigns lie, as chunks in a hash: those that wait to be sent, and those that were
 * rejected. What the chunks hold of whom is not known to Redis, and nothing here is ever logged.
 */
export class RowStore {
  readonly #redis: RedisClient;
  readonly #keys: CampaignKeys;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#keys = campaignKeys(prefix);
  }

  /** Rows of one chunk; none when there is no such chunk, or no longer. */
  async read(campaignId: string, chunk: number): Promise<NumberedRow[]> {
    const bytes = await this.#redis.hgetBuffer(this.#keys.of(campaignId).rows, String(chunk));
    return bytes === null ? [] : decodeChunk(bytes);
  }

  /** What is kept beside the rows of one chunk; undefined where nothing is. */
  async beside(campaignId: string, chunk: number): Promise<BesideRows | undefined> {
    const bytes = await this.#redis.hgetBuffer(this.#keys.of(campaignId).rows, besideField(chunk));
    return bytes === null ? undefined : ((await decompressed(bytes)) as BesideRows);
  }

  /** How rejected rows were written, or undefined when none are kept. */
  async rejectedLayout(campaignId: string): Promise<RejectedLayout | undefined> {
    const bytes = await this.#redis.hgetBuffer(this.#keys.of(campaignId).rejected, LAYOUT);
    return bytes === null ? undefined : ((await decompressed(bytes)) as RejectedLayout);
  }

  /** Rejected rows, in the order of the file, as many at a time as lie together. */
  async *rejected(campaignId: string): AsyncGenerator<RejectedRow[]> {
    const key = this.#keys.of(campaignId).rejected;
    for (let chunk = 0; ; chunk += 1) {
      const bytes = await this.#redis.hgetBuffer(key, String(chunk));
      if (bytes === null) return;
      yield (await decompressed(bytes)) as RejectedRow[];
    }
  }

  /** A place for what an upload brings; the campaign's own rows stay as they are meanwhile. */
  stage(campaignId: string, upload: string): Staging {
    const { uploadedRows, uploadedRejected } = this.#keys.of(campaignId);
    return new Staging(this.#redis, uploadedRows(upload), uploadedRejected(upload));
  }
}

/**
 * What one upload has brought so far. Chunks are packed and written while reading goes on; `room`
 * holds the reader back when Redis is slower than the file.
 */
export class Staging {
  readonly #redis: RedisClient;
  readonly #rowsKey: string;
  readonly #rejectedKey: string;
  readonly #inFlight = new Set<Promise<void>>();
  #rowChunks = 0;
  #besides = 0;
  #rejectedChunks = 0;
  #failure: { error: unknown } | undefined;

  constructor(redis: RedisClient, rowsKey: string, rejectedKey: string) {
    this.#redis = redis;
    this.#rowsKey = rowsKey;
    this.#rejectedKey = rejectedKey;
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
    this.#add(this.#rowsKey, String(this.#rowChunks), encodeChunk(rows));
    const beside = besideRows(rows);
    if (beside !== undefined) {
      this.#add(this.#rowsKey, besideField(this.#rowChunks), compressed(beside));
      this.#besides += 1;
    }
    this.#rowChunks += 1;
  }

  addRejected(rows: readonly RejectedRow[], layout: RejectedLayout): void {
    if (this.#rejectedChunks === 0) this.#add(this.#rejectedKey, LAYOUT, compressed(layout));
    this.#add(this.#rejectedKey, String(this.#rejectedChunks), compressed(rows));
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
    await this.#redis.unlink(this.#rowsKey, this.#rejectedKey);
  }

  #add(key: string, field: string, packing: Promise<Buffer>): void {
    const writing = this.#write(key, field, packing)
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#inFlight.delete(writing));
    this.#inFlight.add(writing);
  }

  async #write(key: string, field: string, packing: Promise<Buffer>): Promise<void> {
    const bytes = await packing;
    // Both at once, or a process killed in between would leave rows behind for ever.
    const answers = await this.#redis
      .multi()
      .hset(key, field, bytes)
      .pexpire(this.#rowsKey, STAGED_FOR_MS)
      .pexpire(this.#rejectedKey, STAGED_FOR_MS)
      .exec();
    const failed = answers?.find(([error]) => error !== null);
    if (failed?.[0]) throw failed[0];
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
