import type { RedisClient } from '../redis/redisClient.js';
import { untilConnected, withTimeout } from './timeout.js';

/*
 * What flowed, minute by minute, for 24 hours. Each hour is one string of 32-bit counters (BITFIELD): for
 * each thing that is counted 60 of them in a row, so a further thing is added at the end. An hour has
 * 1,680 bytes, a day 41 KB, however much is sent.
 */

/** What is counted each minute; the order is that of the counters in Redis: add at the end. */
export const FLOW_COUNTS = [
  'sent',
  'failed',
  'fallback',
  'undelivered',
  'unknown',
  'requests',
  'rateLimited',
] as const;

export type FlowCount = (typeof FLOW_COUNTS)[number];

/** One minute; `at` is its first millisecond (epoch). */
export type FlowMinute = { at: number } & Record<FlowCount, number>;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
const FLOW_HOURS = 24;
/** Of a day and the hour that has begun; then Redis forgets it. */
export const FLOW_KEPT_MS = (FLOW_HOURS + 2) * HOUR_MS;
const MINUTES_AN_HOUR = 60;
const COUNTER_BYTES = 4;
/** Writers come every few seconds: an hour that ended longer ago changes no more. */
const WRITTEN_WITHIN_MS = 2 * MINUTE_MS;

/** Where the counts of the hour lie that `at` (epoch ms) is in. */
export function flowKey(prefix: string, at: number): string {
  return `${prefix}:flow:${hourOf(at)}`;
}

/** Where the errors of that hour lie. */
export function errorsKey(prefix: string, at: number): string {
  return `${prefix}:flow:errors:${hourOf(at)}`;
}

function hourOf(at: number): number {
  return Math.floor(at / HOUR_MS);
}

/** The place of a counter within its hour, in counters. */
export function counterOf(count: FlowCount, at: number): number {
  const minute = Math.floor(at / MINUTE_MS) % MINUTES_AN_HOUR;
  return FLOW_COUNTS.indexOf(count) * MINUTES_AN_HOUR + minute;
}

/** A kind of error, how often it came, and where to look. */
export interface ErrorKind {
  /** The request to the platform, or `notification` for one that failed. */
  operation: string;
  /** Its HTTP status, or how it ended without one. */
  status: string;
  code?: string;
  count: number;
  /** Epoch ms. */
  lastAt: number;
  correlationId?: string;
  notificationId?: string;
}

const SEPARATOR = '|';
export const COUNT_FIELD = 'n:';
export const LAST_FIELD = 'l:';

export function errorField({ operation, status, code = '' }: Omit<ErrorKind, 'count' | 'lastAt'>) {
  return [operation, status, code].join(SEPARATOR);
}

/** How it last came, as it is kept beside its count. */
export function lastSeen(at: number, { correlationId = '', notificationId = '' }): string {
  return [at, correlationId, notificationId].join(SEPARATOR);
}

/** Reads what flowed. Hours that are over are read once and remembered. */
export class FlowHistory {
  readonly #redis: RedisClient;
  readonly #prefix: string;
  readonly #over = new Map<number, Buffer>();

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /**
   * The last 24 hours, minute by minute, the one of `now` (epoch ms) the last; it is not over yet.
   *
   * @throws RedisUnavailableError
   */
  async minutes(now: number): Promise<FlowMinute[]> {
    const last = Math.floor(now / MINUTE_MS) * MINUTE_MS;
    const first = last - FLOW_HOURS * HOUR_MS + MINUTE_MS;
    const hours = await this.#hours(hourOf(first), hourOf(last), now);
    const minutes: FlowMinute[] = [];
    for (let at = first; at <= last; at += MINUTE_MS) {
      minutes.push(minuteIn(hours.get(hourOf(at)) ?? Buffer.alloc(0), at));
    }
    return minutes;
  }

  /** The kinds of errors of this hour and the one before, the most frequent first. */
  async errors(now: number): Promise<ErrorKind[]> {
    const keys = [errorsKey(this.#prefix, now - HOUR_MS), errorsKey(this.#prefix, now)];
    const found = await this.#ask(() => Promise.all(keys.map((key) => this.#redis.hgetall(key))));
    const kinds = new Map<string, ErrorKind>();
    for (const fields of found) {
      for (const [name, count] of Object.entries(fields)) {
        if (!name.startsWith(COUNT_FIELD)) continue;
        const field = name.slice(COUNT_FIELD.length);
        const before = kinds.get(field)?.count ?? 0;
        kinds.set(
          field,
          kindIn(field, before + Number(count), fields[`${LAST_FIELD}${field}`] ?? ''),
        );
      }
    }
    return [...kinds.values()].sort((a, b) => b.count - a.count);
  }

  async #hours(from: number, to: number, now: number): Promise<Map<number, Buffer>> {
    const hours = Array.from({ length: to - from + 1 }, (_none, at) => from + at);
    const unread = hours.filter((hour) => !this.#over.has(hour));
    const read = await this.#ask(() =>
      this.#redis.mgetBuffer(...unread.map((hour) => flowKey(this.#prefix, hour * HOUR_MS))),
    );
    const known = new Map(hours.map((hour) => [hour, this.#over.get(hour) ?? Buffer.alloc(0)]));
    unread.forEach((hour, at) => {
      const counters = read[at] ?? Buffer.alloc(0);
      known.set(hour, counters);
      if (now - (hour + 1) * HOUR_MS > WRITTEN_WITHIN_MS) this.#over.set(hour, counters);
    });
    for (const hour of this.#over.keys()) if (hour < from) this.#over.delete(hour);
    return known;
  }

  #ask<T>(command: () => Promise<T>): Promise<T> {
    return withTimeout(untilConnected(this.#redis).then(command));
  }
}

/**
 * How many there were in the last 60 seconds: the minute that is not over yet, and of the one before as
 * much as is still within them.
 */
export function ofLastMinute(
  minutes: readonly FlowMinute[],
  count: FlowCount,
  now: number,
): number {
  const [before, present] = minutes.slice(-2);
  const left = 1 - (now % MINUTE_MS) / MINUTE_MS;
  return Math.round((before?.[count] ?? 0) * left + (present?.[count] ?? 0));
}

function minuteIn(counters: Buffer, at: number): FlowMinute {
  const counted = FLOW_COUNTS.map((count) => {
    const place = counterOf(count, at) * COUNTER_BYTES;
    return [count, place + COUNTER_BYTES <= counters.length ? counters.readUInt32BE(place) : 0];
  });
  return { at, ...(Object.fromEntries(counted) as Record<FlowCount, number>) };
}

function kindIn(field: string, count: number, last: string): ErrorKind {
  const [operation = '', status = '', code = ''] = field.split(SEPARATOR);
  const [at = '0', correlationId = '', notificationId = ''] = last.split(SEPARATOR);
  return {
    operation,
    status,
    code: code === '' ? undefined : code,
    count,
    lastAt: Number(at),
    correlationId: correlationId === '' ? undefined : correlationId,
    notificationId: notificationId === '' ? undefined : notificationId,
  };
}
