import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { Packr } from 'msgpackr';
import type { NumberedRow, Row } from './campaign.js';

const compress = promisify(deflateRaw);
const decompress = promisify(inflateRaw);

/**
 * JSON in few bytes; written by the engine itself and compressed by threads of their own. Brotli
 * saves one byte a row, which Redis' allocator rounds away, and takes more memory.
 */
export function compressed(value: unknown): Promise<Buffer> {
  return compress(JSON.stringify(value));
}

/** What was given to `compressed`. */
export async function decompressed(bytes: Buffer): Promise<unknown> {
  return JSON.parse((await decompress(bytes)).toString());
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
