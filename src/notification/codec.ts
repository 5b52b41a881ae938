import { Packr } from 'msgpackr';
import { CHANNELS } from './channel.js';
import { DELIVERIES, LEG_OUTCOMES, type Leg } from './leg.js';
import type { NotificationRecord, TimelineEntry } from './record.js';
import { LANES, STATES } from './state.js';

/*
 * A record as it lies in Redis: MessagePack of nested arrays, with states and channels as numbers,
 * times as distances from the creation, and UUIDs as their 16 bytes. Millions of settled records
 * are kept for a month, so bytes count: a plain sent notification takes about a hundred of them.
 *
 * The lists in STATES, CHANNELS, LEG_OUTCOMES, DELIVERIES and LANES are part of this format: append
 * to them, never reorder.
 */

const FORMAT = 1;
const packr = new Packr({ useRecords: false, variableMapSize: true });

type Packed = unknown[];

export function packRecord(record: NotificationRecord): Buffer {
  const t0 = record.createdAt;
  const packed: Packed = [
    FORMAT,
    STATES.indexOf(record.state),
    LANES.indexOf(record.lane),
    t0,
    record.updatedAt - t0,
    record.deadline - t0,
    record.sendAt === undefined ? null : record.sendAt - t0,
    record.generation,
    record.fence,
    record.attempts,
    record.bodyHash,
    record.reason ?? null,
    record.campaignId ?? null,
    record.deliveryCheckAt === undefined ? null : record.deliveryCheckAt - t0,
    record.legs.map((leg) => packLeg(leg, t0)),
    record.timeline.map((entry) => packEntry(entry, t0)),
    ...(record.row === undefined ? [] : [record.row]),
  ];
  return packr.pack(packed);
}

export function unpackRecord(id: string, bytes: Buffer): NotificationRecord {
  const packed = packr.unpack(bytes) as Packed;
  if (packed[0] !== FORMAT) {
    throw new Error(`record of ${id} has format ${String(packed[0])}, expected ${FORMAT}`);
  }
  const t0 = packed[3] as number;
  const record: NotificationRecord = {
    id,
    state: pick(STATES, packed[1]),
    lane: pick(LANES, packed[2]),
    createdAt: t0,
    updatedAt: t0 + (packed[4] as number),
    deadline: t0 + (packed[5] as number),
    generation: packed[7] as number,
    fence: packed[8] as number,
    attempts: packed[9] as number,
    bodyHash: packed[10] as string,
    legs: (packed[14] as Packed[]).map((leg) => unpackLeg(leg, t0)),
    timeline: (packed[15] as Packed[]).map((entry) => unpackEntry(entry, t0)),
  };
  if (packed[6] !== null) record.sendAt = t0 + (packed[6] as number);
  if (packed[11] !== null) record.reason = packed[11] as string;
  if (packed[12] !== null) record.campaignId = packed[12] as string;
  if (given(packed[16])) record.row = packed[16] as number;
  if (packed[13] !== null) record.deliveryCheckAt = t0 + (packed[13] as number);
  return record;
}

function packLeg(leg: Leg, t0: number): Packed {
  return trim([
    leg.generation,
    CHANNELS.indexOf(leg.channel),
    leg.fence,
    leg.intentAt - t0,
    leg.sendBy - leg.intentAt,
    leg.outcome === undefined ? null : LEG_OUTCOMES.indexOf(leg.outcome),
    packId(leg.messageId),
    packId(leg.conversationId),
    leg.delivery === undefined ? null : DELIVERIES.indexOf(leg.delivery),
    leg.reason ?? null,
  ]);
}

function unpackLeg(packed: Packed, t0: number): Leg {
  const intentAt = t0 + (packed[3] as number);
  const leg: Leg = {
    generation: packed[0] as number,
    channel: pick(CHANNELS, packed[1]),
    fence: packed[2] as number,
    intentAt,
    sendBy: intentAt + (packed[4] as number),
  };
  if (given(packed[5])) leg.outcome = pick(LEG_OUTCOMES, packed[5]);
  if (given(packed[6])) leg.messageId = unpackId(packed[6]);
  if (given(packed[7])) leg.conversationId = unpackId(packed[7]);
  if (given(packed[8])) leg.delivery = pick(DELIVERIES, packed[8]);
  if (given(packed[9])) leg.reason = packed[9] as string;
  return leg;
}

function packEntry(entry: TimelineEntry, t0: number): Packed {
  return trim([
    entry.at - t0,
    STATES.indexOf(entry.state),
    entry.channel === undefined ? null : CHANNELS.indexOf(entry.channel),
    entry.reason ?? null,
    entry.detail ?? null,
    entry.count ?? null,
  ]);
}

function unpackEntry(packed: Packed, t0: number): TimelineEntry {
  const entry: TimelineEntry = { at: t0 + (packed[0] as number), state: pick(STATES, packed[1]) };
  if (given(packed[2])) entry.channel = pick(CHANNELS, packed[2]);
  if (given(packed[3])) entry.reason = packed[3] as string;
  if (given(packed[4])) entry.detail = packed[4] as string;
  if (given(packed[5])) entry.count = packed[5] as number;
  return entry;
}

function given(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/** Drops the empty end of a row. */
function trim(row: Packed): Packed {
  let length = row.length;
  while (length > 0 && !given(row[length - 1])) length -= 1;
  return row.slice(0, length);
}

function pick<T>(list: readonly T[], index: unknown): T {
  const value = list[index as number];
  if (value === undefined)
    throw new Error(`record names an entry ${String(index)} of ${list.length}`);
  return value;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const BARE_HEX = /^[0-9a-f]{32}$/;

/** A UUID as 16 bytes, 32 hex digits as 17 (a zero in front), anything else as it is. */
function packId(id: string | undefined): string | Buffer | null {
  if (id === undefined) return null;
  if (UUID.test(id)) return Buffer.from(id.replaceAll('-', ''), 'hex');
  return BARE_HEX.test(id) ? Buffer.from(`00${id}`, 'hex') : id;
}

function unpackId(packed: unknown): string {
  if (typeof packed === 'string') return packed;
  const hex = Buffer.from(packed as Uint8Array).toString('hex');
  if (hex.length === 34) return hex.slice(2);
  return [0, 8, 12, 16, 20]
    .map((start, at, starts) => hex.slice(start, starts[at + 1] ?? 32))
    .join('-');
}
