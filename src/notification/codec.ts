import { randomBytes } from 'node:crypto';
import { Packr } from 'msgpackr';
import {
  type CapPlaces,
  DELIVERIES,
  isUndecided,
  LEG_OUTCOMES,
  type Leg,
  type NotificationRecord,
  type PlatformLooks,
  type TimelineEntry,
  UNKNOWN_POLICIES,
} from './record.js';
import { CHANNELS, type Channel, LANES, STATES } from './state.js';

/** What lies under the id of a notification is no record: it was damaged, or a later version has written it. */
export class UnreadableRecordError extends Error {
  override readonly name: string = 'UnreadableRecordError';
  readonly id: string;

  constructor(
    id: string,
    message = `The record of notification ${id} cannot be read: it is damaged, or a later version has written it. It stays as it is, and nothing is sent for it. Restore its key of Redis, which ends in :n:${id}, from a backup, or delete it.`,
  ) {
    super(message);
    this.id = id;
  }
}

/*
 * A record as it lies in Redis: MessagePack of nested arrays, with states and channels as numbers,
 * times as distances from one another, and UUIDs as their 16 bytes. Millions of settled records are
 * kept for a month, so bytes count, and most of all those that decide which size of memory block a
 * record takes: what is mostly absent stands at the end, and an absent end takes nothing.
 *
 * The lists in STATES, CHANNELS, LEG_OUTCOMES, DELIVERIES, LANES and UNKNOWN_POLICIES are part of this format: append
 * to them, never reorder. So are the usual spans: other spans are stored as the difference from them.
 */

const FORMAT = 2;
const FORMER_FORMAT = 1;
const USUAL_LIFE_MS = 24 * 60 * 60 * 1_000;
const USUAL_SEND_WITHIN_MS = 2_000;
const packr = new Packr({ useRecords: false, variableMapSize: true });

type Packed = unknown[];

export function packRecord(record: NotificationRecord): Buffer {
  const t0 = record.createdAt;
  const packed: Packed = [
    FORMAT,
    STATES.indexOf(record.state),
    LANES.indexOf(record.lane),
    t0,
    record.updatedAt - lastStepAt(record),
    record.deadline - t0 - USUAL_LIFE_MS,
    record.generation,
    record.fencingToken,
    record.attempts,
    packHash(record.bodyHash),
    record.legs.map((leg) => packLeg(leg, sendingSince(leg.channel, record))),
    record.timeline.map((entry, at) => packEntry(entry, record.timeline[at - 1]?.at ?? t0)),
    record.reason ?? null,
    record.campaignId ?? null,
    record.deliveryCheckAt === undefined ? null : record.deliveryCheckAt - t0,
    record.sendAt === undefined ? null : record.sendAt - t0,
    record.row ?? null,
    packPlaces(record),
    packLooks(record),
  ];
  return packr.pack(trim(packed));
}

export function unpackRecord(id: string, bytes: Buffer): NotificationRecord {
  const packed = packr.unpack(bytes) as Packed;
  if (packed[0] === FORMER_FORMAT) return unpackFormer(id, packed);
  if (packed[0] !== FORMAT) {
    throw new Error(`record of ${id} has format ${String(packed[0])}, expected ${FORMAT}`);
  }
  const t0 = packed[3] as number;
  const timeline: TimelineEntry[] = [];
  for (const entry of packed[11] as Packed[]) {
    timeline.push(unpackEntry(entry, timeline.at(-1)?.at ?? t0));
  }
  const record: NotificationRecord = {
    id,
    state: pick(STATES, packed[1]),
    lane: pick(LANES, packed[2]),
    createdAt: t0,
    updatedAt: lastStepAt({ createdAt: t0, timeline }) + (packed[4] as number),
    deadline: t0 + (packed[5] as number) + USUAL_LIFE_MS,
    generation: packed[6] as number,
    fencingToken: packed[7] as number,
    attempts: packed[8] as number,
    bodyHash: unpackHash(packed[9]),
    legs: (packed[10] as Packed[]).map((leg) => {
      const channel = pick(CHANNELS, leg[1]);
      return unpackLeg(leg, channel, sendingSince(channel, { createdAt: t0, timeline }));
    }),
    timeline,
  };
  if (given(packed[12])) record.reason = packed[12] as string;
  if (given(packed[13])) record.campaignId = packed[13] as string;
  if (given(packed[14])) record.deliveryCheckAt = t0 + (packed[14] as number);
  if (given(packed[15])) record.sendAt = t0 + (packed[15] as number);
  if (given(packed[16])) record.row = packed[16] as number;
  if (given(packed[17])) record.places = unpackPlaces(packed[17] as Packed, t0);
  if (given(packed[18])) record.looks = unpackLooks(packed[18] as Packed, t0);
  return record;
}

function packLooks({ looks, createdAt }: NotificationRecord): Packed | null {
  if (looks === undefined) return null;
  const { made, since, nextAt, notFound } = looks;
  return trim([
    made,
    since - createdAt,
    nextAt === undefined ? null : nextAt - createdAt,
    notFound === undefined ? null : UNKNOWN_POLICIES.indexOf(notFound),
  ]);
}

function unpackLooks([made, since, nextIn, notFound]: Packed, createdAt: number): PlatformLooks {
  const looks: PlatformLooks = { made: made as number, since: createdAt + (since as number) };
  if (given(nextIn)) looks.nextAt = createdAt + (nextIn as number);
  if (given(notFound)) looks.notFound = pick(UNKNOWN_POLICIES, notFound);
  return looks;
}

function packPlaces({ places, createdAt }: NotificationRecord): Packed | null {
  if (places === undefined) return null;
  const { digests, takenAt, until } = places;
  const bytes = Buffer.concat(digests.map((digest) => Buffer.from(digest, 'hex')));
  return [bytes, digests.length, takenAt - createdAt, until - takenAt];
}

function unpackPlaces([bytes, count, since, span]: Packed, createdAt: number): CapPlaces {
  const all = Buffer.from(bytes as Uint8Array).toString('hex');
  const length = all.length / Math.max(1, count as number);
  const takenAt = createdAt + (since as number);
  return {
    digests: Array.from({ length: count as number }, (_, at) =>
      all.slice(at * length, (at + 1) * length),
    ),
    takenAt,
    until: takenAt + (span as number),
  };
}

/**
 * A record as the version before wrote it. What it has accepted must be kept through an update, and
 * what it has sent must be known as sent; the next change writes the record anew. All its times are
 * distances from the creation.
 */
function unpackFormer(id: string, packed: Packed): NotificationRecord {
  const t0 = packed[3] as number;
  const record: NotificationRecord = {
    id,
    state: pick(STATES, packed[1]),
    lane: pick(LANES, packed[2]),
    createdAt: t0,
    updatedAt: t0 + (packed[4] as number),
    deadline: t0 + (packed[5] as number),
    generation: packed[7] as number,
    fencingToken: packed[8] as number,
    attempts: packed[9] as number,
    bodyHash: packed[10] as string,
    legs: (packed[14] as Packed[]).map((former) => {
      const leg = unpackLeg(former, pick(CHANNELS, former[1]), t0);
      return { ...leg, sendBy: leg.sendBy - USUAL_SEND_WITHIN_MS };
    }),
    timeline: (packed[15] as Packed[]).map((entry) => unpackEntry(entry, t0)),
  };
  if (given(packed[6])) record.sendAt = t0 + (packed[6] as number);
  if (given(packed[11])) record.reason = packed[11] as string;
  if (given(packed[12])) record.campaignId = packed[12] as string;
  if (given(packed[13])) record.deliveryCheckAt = t0 + (packed[13] as number);
  return record;
}

/** When a record was last updated, but for changes that take no step. */
function lastStepAt({ createdAt, timeline }: Pick<NotificationRecord, 'createdAt' | 'timeline'>) {
  return timeline.at(-1)?.at ?? createdAt;
}

/** When sending over a channel was first noted; an intent is written at that moment. */
function sendingSince(
  channel: Channel,
  { createdAt, timeline }: Pick<NotificationRecord, 'createdAt' | 'timeline'>,
): number {
  const step = timeline.find((entry) => entry.state === 'sending' && entry.channel === channel);
  return step?.at ?? createdAt;
}

function packLeg(leg: Leg, since: number): Packed {
  return trim([
    leg.generation,
    CHANNELS.indexOf(leg.channel),
    leg.fencingToken,
    leg.intentAt - since,
    leg.sendBy - leg.intentAt - USUAL_SEND_WITHIN_MS,
    leg.outcome === undefined ? null : LEG_OUTCOMES.indexOf(leg.outcome),
    packId(leg.messageId),
    packId(leg.conversationId),
    leg.delivery === undefined ? null : DELIVERIES.indexOf(leg.delivery),
    leg.reason ?? null,
    packLegHash(leg, leg.contentHash),
    packLegHash(leg, leg.addressHash),
  ]);
}

/** A settled record has no use for them, and millions of those are kept. */
function packLegHash(leg: Leg, hash: string | undefined): Buffer | null {
  return hash === undefined || !isUndecided(leg) ? null : Buffer.from(hash, 'base64url');
}

function unpackLegHash(packed: unknown): string {
  return Buffer.from(packed as Uint8Array).toString('base64url');
}

function unpackLeg(packed: Packed, channel: Channel, since: number): Leg {
  const intentAt = since + (packed[3] as number);
  const leg: Leg = {
    generation: packed[0] as number,
    channel,
    fencingToken: packed[2] as number,
    intentAt,
    sendBy: intentAt + (packed[4] as number) + USUAL_SEND_WITHIN_MS,
  };
  if (given(packed[5])) leg.outcome = pick(LEG_OUTCOMES, packed[5]);
  if (given(packed[6])) leg.messageId = unpackId(packed[6]);
  if (given(packed[7])) leg.conversationId = unpackId(packed[7]);
  if (given(packed[8])) leg.delivery = pick(DELIVERIES, packed[8]);
  if (given(packed[9])) leg.reason = packed[9] as string;
  if (given(packed[10])) leg.contentHash = unpackLegHash(packed[10]);
  if (given(packed[11])) leg.addressHash = unpackLegHash(packed[11]);
  return leg;
}

function packEntry(entry: TimelineEntry, before: number): Packed {
  return trim([
    entry.at - before,
    STATES.indexOf(entry.state),
    entry.channel === undefined ? null : CHANNELS.indexOf(entry.channel),
    entry.reason ?? null,
    entry.detail ?? null,
    entry.count ?? null,
  ]);
}

function unpackEntry(packed: Packed, before: number): TimelineEntry {
  const at = before + (packed[0] as number);
  const entry: TimelineEntry = { at, state: pick(STATES, packed[1]) };
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

const KEYED_HASH = /^[A-Za-z0-9]{1,8}:[A-Za-z0-9_-]{16}$/;

/** `keyId:` and 16 characters of base64url as the 12 bytes that these are; anything else as it is. */
function packHash(hash: string): string | Buffer {
  if (!KEYED_HASH.test(hash)) return hash;
  const [keyId = '', digest = ''] = hash.split(':');
  return Buffer.concat([Buffer.from(digest, 'base64url'), Buffer.from(keyId)]);
}

function unpackHash(packed: unknown): string {
  if (typeof packed === 'string') return packed;
  const bytes = Buffer.from(packed as Uint8Array);
  return `${bytes.subarray(12)}:${bytes.subarray(0, 12).toString('base64url')}`;
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

const POOL_BYTES = 8_192;

let pool: Buffer = Buffer.alloc(0);

/**
 * Random bytes that no other caller gets. The system is asked for many at once: asked for a few each time,
 * it would take a tenth of what accepting a notification takes.
 */
export function takeRandom(bytes: number): Buffer {
  if (pool.length < bytes) pool = randomBytes(Math.max(bytes, POOL_BYTES));
  const taken = pool.subarray(0, bytes);
  pool = pool.subarray(bytes);
  return taken;
}

/** A record as it was read: its tag makes sure that only this version is replaced. */
export interface Snapshot {
  record: NotificationRecord;
  tag: Buffer;
}

export const TAG_BYTES = 8;

/** The record as it lies in Redis, under a tag that no other version has. */
export function tagged(record: NotificationRecord): Buffer {
  return Buffer.concat([takeRandom(TAG_BYTES), packRecord(record)]);
}

export function snapshotOf(id: string, bytes: Buffer): Snapshot {
  const snapshot = trySnapshotOf(id, bytes);
  if (snapshot instanceof UnreadableRecordError) throw snapshot;
  return snapshot;
}

/** For many at once: one record that cannot be read must not hide the others. */
export function trySnapshotOf(id: string, bytes: Buffer): Snapshot | UnreadableRecordError {
  try {
    return {
      record: unpackRecord(id, bytes.subarray(TAG_BYTES)),
      tag: bytes.subarray(0, TAG_BYTES),
    };
  } catch {
    return new UnreadableRecordError(id);
  }
}

/** What a look at one of many has found; undefined where there is none (any more). */
export type Seen = Snapshot | UnreadableRecordError | undefined;

export function recordIn(seen: Seen): NotificationRecord | undefined {
  return seen instanceof Error ? undefined : seen?.record;
}

export function seenIn(id: string, bytes: Buffer | null | undefined): Seen {
  return bytes === null || bytes === undefined ? undefined : trySnapshotOf(id, bytes);
}
