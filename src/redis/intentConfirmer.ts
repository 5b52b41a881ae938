import { disconnect, type RedisClient, readScript } from './redisClient.js';
import { afterTimeAwake } from './timeAwake.js';

/** An intent as it was written: the key of its record, and the tag that the record had then. */
export interface WrittenIntent {
  key: string;
  tag: Buffer;
}

/** What Redis has confirmed to this worker; see src/worker/progressWatch.ts. */
export interface Progress {
  readonly id: string;
  readonly confirmed: number;
  hasConfirmed(count: number): void;
  /** Looks whether Redis still has it, in the background, and raises it. */
  raise(): void;
}

interface Waiting extends WrittenIntent {
  /** By the monotonic clock (ms). */
  since: number;
  settle(confirmed: boolean): void;
}

export interface ConfirmerParts {
  connect: () => RedisClient;
  progressKey: string;
  progress: Progress;
  by: 'fsync' | 'replica';
  /** Called when intents were not confirmed in time: perhaps Redis cannot do it any more. */
  onUnconfirmed: () => void;
}

/**
 * An intent that is not confirmed within this is not sent. `appendfsync everysec` takes up to a second, and
 * longer on a busy disk; the intent itself is good for two.
 */
const CONFIRMED_WITHIN_MS = 1_500;
/** Beyond it the connection is taken for broken. */
const ANSWERS_AFTER_THAT_MS = 200;

/*
 * Under `everysec` a question is answered with the next fsync, up to a second later, and a connection that
 * waits can ask nothing else. Intents that come meanwhile are asked about on a further connection, for the
 * same fsync, but not each on its own: so 10 questions a second do for any number of intents, and 11 connections.
 */
const SPACING_MS = 100;
const CONNECTIONS_AT_MOST = 12;

const SCRIPT = readScript('confirmIntents', import.meta.url);

/** Asks Redis whether intents are safe, many in one question. */
export class IntentConfirmer {
  readonly #parts: ConfirmerParts;
  readonly #free: RedisClient[] = [];
  readonly #busy = new Set<RedisClient>();
  #waiting: Waiting[] = [];
  #askedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ConfirmerParts) {
    this.#parts = parts;
  }

  /** Whether the intent is safe; false when that is not known in time. Never rejects. */
  confirm(intent: WrittenIntent): Promise<boolean> {
    return new Promise((settle) => {
      this.#waiting.push({ ...intent, since: performance.now(), settle });
      this.#askSoon();
    });
  }

  /** Ends its connections; what waits is not confirmed. */
  close(): void {
    clearTimeout(this.#timer);
    for (const { settle } of this.#waiting.splice(0)) settle(false);
    for (const connection of [...this.#free.splice(0), ...this.#busy]) disconnect(connection);
  }

  /** At once when nothing is asked just now, but together with all that this turn of the event loop brings. */
  #askSoon(): void {
    if (this.#timer !== undefined || this.#waiting.length === 0) return;
    const spacing = this.#busy.size === 0 ? 0 : this.#askedAt + SPACING_MS - performance.now();
    this.#timer = setTimeout(() => this.#ask(), Math.max(0, spacing));
  }

  #ask(): void {
    this.#timer = undefined;
    // Asked again as soon as one of them is free.
    if (this.#busy.size >= CONNECTIONS_AT_MOST) return;
    const asked = this.#waiting.splice(0);
    if (asked.length === 0) return;
    this.#askedAt = performance.now();
    const connection = this.#free.pop() ?? this.#open();
    this.#busy.add(connection);
    void this.#askOn(connection, asked).then((isUsable) => {
      this.#busy.delete(connection);
      if (isUsable) this.#free.push(connection);
      else disconnect(connection);
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#askSoon();
    });
  }

  #open(): RedisClient {
    const connection = this.#parts.connect();
    // The connection that does the work says what is wrong with Redis.
    connection.on('error', () => undefined);
    return connection;
  }

  /** Settles them all; whether the connection can be used again. */
  async #askOn(connection: RedisClient, asked: readonly Waiting[]): Promise<boolean> {
    const waitedMs = performance.now() - Math.min(...asked.map(({ since }) => since));
    const waitMs = Math.max(1, Math.round(CONFIRMED_WITHIN_MS - waitedMs));
    const tooLong = new AbortController();
    const limit = afterTimeAwake(waitMs + ANSWERS_AFTER_THAT_MS, () => tooLong.abort());
    try {
      const given = await Promise.race([
        this.#question(connection, asked, waitMs),
        aborted(tooLong.signal),
      ]);
      settleAll(asked, given ?? []);
      if (given?.every(Boolean) !== true) this.#parts.onUnconfirmed();
      return given !== undefined;
    } catch {
      settleAll(asked, []);
      this.#parts.onUnconfirmed();
      // A master that has handed over refuses both commands, each in its own words: the client of a cluster takes
      // that for no redirection, and would ask this node for ever.
      return false;
    } finally {
      limit.cancel();
    }
  }

  async #question(
    connection: RedisClient,
    asked: readonly Waiting[],
    waitMs: number,
  ): Promise<boolean[]> {
    const { by, progressKey, progress } = this.#parts;
    const { id, confirmed: before } = progress;
    const pipeline = connection.pipeline();
    const keys = [progressKey, ...asked.map(({ key }) => key)];
    const tags = asked.map(({ tag }) => tag);
    pipeline.eval(SCRIPT, keys.length, ...keys, id, before, ...tags);
    if (by === 'fsync') pipeline.call('WAITAOF', '1', '0', `${waitMs}`);
    else pipeline.call('WAIT', '1', `${waitMs}`);
    const [looked, waited] = (await pipeline.exec()) ?? [];
    const error = looked?.[0] ?? waited?.[0];
    if (error) throw error;
    const found = looked?.[1] as number[];
    const count = found[asked.length] ?? 0;
    if (count < before) progress.raise();
    else progress.hasConfirmed(count);
    const answer = waited?.[1] as number | [local: number, replicas: number];
    const confirmed = (Array.isArray(answer) ? answer[0] : answer) >= 1;
    return asked.map((_intent, at) => confirmed && found[at] === 1);
  }
}

function settleAll(asked: readonly Waiting[], confirmed: readonly boolean[]): void {
  for (const [at, { settle }] of asked.entries()) settle(confirmed[at] === true);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
