import { setTimeout as delay } from 'node:timers/promises';
import type { Leg, NotificationRecord } from '../notification/record.js';
import type { RedisClient } from '../redis/redisClient.js';
import {
  COUNT_FIELD,
  counterOf,
  errorField,
  errorsKey,
  FLOW_KEPT_MS,
  type FlowCount,
  flowKey,
  HOUR_MS,
  LAST_FIELD,
  lastSeen,
} from './flowHistory.js';

const FLUSH_EVERY_MS = 5_000;
const CLOSES_WITHIN_MS = 1_000;
/** Kinds of errors of an hour; what comes beyond is counted as one further kind. */
const KINDS_AT_MOST = 100;
const OTHER = { operation: 'other', status: 'other' } as const;
/** What a code or an id of the platform looks like; all else could hold anything, and is left out. */
const CODE = /^[A-Za-z0-9._-]{1,80}$/;

interface SeenError {
  count: number;
  at: number;
  where: { correlationId?: string; notificationId?: string };
}

/** A request to the platform that was issued, as far as it matters here. */
interface IssuedRequest {
  operation: string;
  /** An HTTP status, or how it ended without one. */
  outcome: string;
  code?: string;
  correlationId?: string;
  notificationId?: string;
}

/**
 * Counts in this process what flows, and writes it to Redis every few seconds: nothing waits for it, and
 * a notification costs no command of its own. Of a process that is killed, the last seconds are not
 * counted; where Redis goes away while it writes, a count may be there twice. For people to look at, not
 * to decide by.
 */
export class FlowRecorder {
  readonly #redis: RedisClient;
  readonly #prefix: string;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;
  /** By hour (its first ms), then by the place of the counter. */
  #counted = new Map<number, Map<number, number>>();
  #errors = new Map<number, Map<string, SeenError>>();
  /** Kinds that the present hour is known to have in Redis. */
  #stored = { hour: 0, kinds: 0 };
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  /** `now` is the time of Redis (epoch ms). */
  constructor(
    redis: RedisClient,
    prefix: string,
    { now, onError }: { now: () => number; onError: (error: unknown) => void },
  ) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#now = now;
    this.#onError = onError;
  }

  /** For the ledger to call with each record it has written. */
  readonly countStep = (written: NotificationRecord, before?: NotificationRecord): void => {
    const { id, state, reason, legs } = written;
    for (let more = undelivered(legs) - undelivered(before?.legs ?? []); more > 0; more -= 1) {
      this.#count('undelivered');
    }
    if (before === undefined || before.state === state) return;
    switch (state) {
      case 'sent':
        this.#count('sent');
        if (isFallback(written)) this.#count('fallback');
        break;
      case 'failed':
      case 'expired':
        this.#count('failed');
        this.#noteError(
          { operation: 'notification', status: state, code: reason },
          { notificationId: id },
        );
        break;
      case 'unknown':
        this.#count('unknown');
        break;
      default:
    }
  };

  readonly countRequest = (request: IssuedRequest): void => {
    const { operation, outcome, code, correlationId, notificationId } = request;
    this.#count('requests');
    if (outcome === '429') this.#count('rateLimited');
    if (isError(request)) {
      this.#noteError({ operation, status: outcome, code }, { correlationId, notificationId });
    }
  };

  /** Writes what was counted; what cannot be written now is written with the next. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // One after the other: what a failed one puts back is not written twice.
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  /** Writes the rest when the process stops, unless Redis is away: the stop must not wait for it. */
  async close(): Promise<void> {
    const done = new AbortController();
    const patience = delay(CLOSES_WITHIN_MS, undefined, { signal: done.signal });
    await Promise.race([this.flush(), patience]);
    done.abort();
    patience.catch(() => undefined);
  }

  #count(count: FlowCount): void {
    const now = this.#now();
    const place = counterOf(count, now);
    const hour = ofHour(this.#counted, now);
    hour.set(place, (hour.get(place) ?? 0) + 1);
    this.#writeLater();
  }

  #noteError(
    kind: { operation: string; status: string; code?: string },
    where: SeenError['where'],
  ): void {
    const now = this.#now();
    const hour = ofHour(this.#errors, now);
    let field = errorField({ ...kind, code: matching(kind.code) });
    const stored = this.#stored.hour === hourStart(now) ? this.#stored.kinds : 0;
    if (!hour.has(field) && Math.max(hour.size, stored) >= KINDS_AT_MOST) field = errorField(OTHER);
    const count = (hour.get(field)?.count ?? 0) + 1;
    hour.set(field, { count, at: now, where });
    this.#writeLater();
  }

  #writeLater(): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  async #write(): Promise<void> {
    const counted = this.#counted;
    const errors = this.#errors;
    this.#counted = new Map();
    this.#errors = new Map();
    await Promise.all([
      ...[...counted].map(([hour, places]) =>
        this.#writeCounts(hour, places).catch((error: unknown) => {
          const later = ofHour(this.#counted, hour);
          for (const [place, count] of places) later.set(place, (later.get(place) ?? 0) + count);
          this.#tryLater(error);
        }),
      ),
      ...[...errors].map(([hour, kinds]) =>
        this.#writeErrors(hour, kinds).catch((error: unknown) => {
          const later = ofHour(this.#errors, hour);
          for (const [field, seen] of kinds) {
            const known = later.get(field);
            later.set(field, { ...(known ?? seen), count: (known?.count ?? 0) + seen.count });
          }
          this.#tryLater(error);
        }),
      ),
    ]);
  }

  #tryLater(error: unknown): void {
    this.#onError(error);
    this.#writeLater();
  }

  async #writeCounts(hour: number, places: ReadonlyMap<number, number>): Promise<void> {
    const key = flowKey(this.#prefix, hour);
    const changes = [...places].flatMap(([place, count]) => ['INCRBY', 'u32', `#${place}`, count]);
    await this.#redis.call('BITFIELD', key, 'OVERFLOW', 'SAT', ...changes);
    await this.#redis.pexpire(key, FLOW_KEPT_MS);
  }

  async #writeErrors(hour: number, kinds: ReadonlyMap<string, SeenError>): Promise<void> {
    const key = errorsKey(this.#prefix, hour);
    const last = [...kinds].map(
      ([field, { at, where }]) => [`${LAST_FIELD}${field}`, lastSeen(at, where)] as const,
    );
    await Promise.all(
      [...kinds].map(([field, { count }]) =>
        this.#redis.hincrby(key, `${COUNT_FIELD}${field}`, count),
      ),
    );
    await this.#redis.hset(key, Object.fromEntries(last));
    await this.#redis.pexpire(key, FLOW_KEPT_MS);
    // Two fields a kind, written by every process.
    this.#stored = { hour, kinds: Math.ceil((await this.#redis.hlen(key)) / 2) };
  }
}

function undelivered(legs: readonly Leg[]): number {
  return legs.filter(({ outcome }) => outcome === 'undelivered').length;
}

/** Whether another channel than the first one took it. */
function isFallback({ legs, generation }: NotificationRecord): boolean {
  const [first] = legs.filter((leg) => leg.generation === generation);
  const taken = legs.findLast((leg) => leg.outcome === 'sent');
  return first !== undefined && taken !== undefined && first.channel !== taken.channel;
}

/** A contact that the platform does not have is an answer, and so is everything within 2xx. */
function isError({ operation, outcome, code }: IssuedRequest): boolean {
  if (/^2\d\d$/.test(outcome) || outcome === 'aborted') return false;
  return !(outcome === '404' && code !== undefined && operation.startsWith('contact'));
}

function matching(code: string | undefined): string | undefined {
  return code !== undefined && CODE.test(code) ? code : undefined;
}

function hourStart(at: number): number {
  return Math.floor(at / HOUR_MS) * HOUR_MS;
}

function ofHour<Key, Value>(hours: Map<number, Map<Key, Value>>, at: number): Map<Key, Value> {
  const start = hourStart(at);
  let hour = hours.get(start);
  if (hour === undefined) {
    hour = new Map();
    hours.set(start, hour);
  }
  return hour;
}
