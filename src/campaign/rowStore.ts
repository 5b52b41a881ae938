import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { Packr } from 'msgpackr';
import { type CampaignKeys, campaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { ImportedRow, NumberedRow, Row } from './campaign.js';
import { type BesideRows, besideRows } from './campaignRows.js';

const compress = promisify(deflateRaw);
const decompress = promisify(inflateRaw);

/**
 * JSON in few bytes; written by the engine itself and compressed by threads of their own. Brotli
 * saves one byte a row, which Redis' allocator rounds away, and takes more memory.
 */
function compressed(value: unknown): Promise<Buffer> {
  return compress(JSON.stringify(value));
}

/** What was given to `compressed`. */
async function decompressed(bytes: Buffer): Promise<unknown> {
  return JSON.parse((await decompress(bytes)).toString());
}

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

/*
 * Rows as they wait in Redis, some hundred to a chunk: column by column, because what is alike
 * compresses well next to each other. Contact ids are UUIDs and do not compress at all, so they stand
 * apart as their 16 bytes; they would only spoil the statistics of the texts.
 *
 * The list of recipient's fields is part of this format: append to it, never reorder.
 */

const FORMAT = 1;
const RECIPIENT_FIELDS = ['email', 'externalContactId', 'phone', 'name', 'timeZone'] as const;
const UUID_CHARS = 36;
const UUIDS = /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})*$/;
const UUID_BYTES = 16;
const NO_UUID = '00000000-0000-0000-0000-000000000000';

const packr = new Packr({ useRecords: false });

type Value = string | number | boolean;

/** A value for each row, null where it has none; or the place of a block of UUIDs. */
type Column = (Value | null)[] | number;

/** Distances between row numbers, recipient's columns by field, the variables' by name. */
type Columns = [distances: number[], fields: [number, Column][], variables: [string, Column][]];

type Envelope = [format: number, uuids: Buffer[], columns: Buffer];

/** Packs rows, in the order given. Row numbers have to rise. */
export async function encodeChunk(rows: readonly NumberedRow[]): Promise<Buffer> {
  const uuids: Buffer[] = [];
  const fields: [number, Column][] = [];
  for (const [at, field] of RECIPIENT_FIELDS.entries()) {
    const column = columnOf(rows, ({ recipient }) => recipient[field], uuids);
    if (column !== undefined) fields.push([at, column]);
  }
  const variables: [string, Column][] = [];
  for (const name of variableNames(rows)) {
    const column = columnOf(rows, (row) => row.variables?.[name], uuids);
    if (column !== undefined) variables.push([name, column]);
  }
  let previous = 0;
  const distances = rows.map(({ number }) => {
    const distance = number - previous;
    previous = number;
    return distance;
  });
  const columns: Columns = [distances, fields, variables];
  const envelope: Envelope = [FORMAT, uuids, await compressed(columns)];
  return packr.pack(envelope);
}

/** The rows that `encodeChunk` has packed. */
export async function decodeChunk(bytes: Buffer): Promise<NumberedRow[]> {
  const [format, uuids, packed] = packr.unpack(bytes) as Envelope;
  if (format !== FORMAT) throw new Error(`a chunk of rows has format ${String(format)}`);
  const [distances, fields, variables] = (await decompressed(packed)) as Columns;
  let number = 0;
  const rows = distances.map((distance): NumberedRow => {
    number += distance;
    return { number, row: { recipient: {} } };
  });
  for (const [at, column] of fields) {
    const field = RECIPIENT_FIELDS[at];
    if (field === undefined) throw new Error(`a chunk of rows has an unknown field ${at}`);
    fill(rows, column, uuids, ({ recipient }, value) => {
      recipient[field] = String(value);
    });
  }
  for (const [name, column] of variables) {
    fill(rows, column, uuids, (row, value) => {
      row.variables ??= {};
      row.variables[name] = value;
    });
  }
  return rows;
}

function variableNames(rows: readonly NumberedRow[]): Set<string> {
  const names = new Set<string>();
  for (const { row } of rows) for (const name in row.variables) names.add(name);
  return names;
}

/** Undefined when no row has a value. A column that holds UUIDs only is added to `uuids`. */
function columnOf(
  rows: readonly NumberedRow[],
  pick: (row: Row) => Value | undefined,
  uuids: Buffer[],
): Column | undefined {
  const values = rows.map(({ row }) => pick(row) ?? null);
  if (values.every((value) => value === null)) return undefined;
  const joined = joinedUuids(values);
  if (joined === undefined) return values;
  uuids.push(Buffer.from(joined.replaceAll('-', ''), 'hex'));
  return uuids.length - 1;
}

/** Undefined unless each is a UUID as we write it, and none is NO_UUID, which stands for an absent value. */
function joinedUuids(values: readonly (Value | null)[]): string | undefined {
  for (const value of values) {
    if (value === null) continue;
    if (typeof value !== 'string' || value.length !== UUID_CHARS || value === NO_UUID) return;
  }
  const joined = values.map((value) => value ?? NO_UUID).join('');
  return UUIDS.test(joined) ? joined : undefined;
}

function fill(
  rows: readonly NumberedRow[],
  column: Column,
  uuids: readonly Buffer[],
  put: (row: Row, value: Value) => void,
): void {
  const valueAt =
    typeof column === 'number'
      ? (at: number) => uuidAt(uuids[column], at)
      : (at: number) => column[at] ?? null;
  for (const [at, { row }] of rows.entries()) {
    const value = valueAt(at);
    if (value !== null) put(row, value);
  }
}

function uuidAt(block: Buffer | undefined, at: number): string | null {
  const hex = block?.toString('hex', at * UUID_BYTES, (at + 1) * UUID_BYTES) ?? '';
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return uuid === NO_UUID ? null : uuid;
}

/** What an unfinished upload leaves behind is gone after this time. */
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
