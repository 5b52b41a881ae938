import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { redactedError } from '../ops/logger.js';
import { WENT_BACK_SENTENCES, wentBackPause } from '../queue/wentBack.js';
import { WorkerRegistry } from '../queue/workerRegistry.js';
import type { RedisClock } from '../redis/clock.js';
import { ledgerKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';

interface ProgressCommand {
  notifierRaiseProgress(
    ...args: (string | number)[]
  ): Promise<[count: number, now: number, wentBack: string]>;
}

export interface ProgressWatchParts {
  redis: RedisClient;
  prefix: string;
  clock: RedisClock;
  log: Logger;
  /** Takes note of an error if it is one of Redis'; whether it was. */
  noteRedis: (error: unknown) => boolean;
}

/** As long as the registry of workers remembers one that is gone. */
const FORGOTTEN_AFTER_MS = 60 * 60 * 1_000;
const COUNTS_KEPT = 500;

/**
 * After a new connection no intent is written for this long. Another worker may know of a loss that this one
 * does not: what was lost was confirmed to that one alone. It connects within two seconds, and looks at once.
 */
const SETTLES_WITHIN_MS = 3_000;

/**
 * Notices that Redis has gone back in time: that it lacks what it had confirmed.
 *
 * The worker has a count in Redis, which only grows: with each heartbeat, and with each intent. What Redis has
 * confirmed of it is remembered here. A Redis that has a lower count, or none, has lost writes of this worker,
 * and with them perhaps intents, answers, acceptances. The script that finds it pauses all sending in the same
 * moment. Clocks play no part in it.
 *
 * What it cannot notice: a loss while no worker lived, since one that starts anew remembers nothing; and a loss
 * that ended before the last heartbeat of every worker that lives on.
 */
export class ProgressWatch {
  readonly id = WorkerRegistry.newId();
  readonly #parts: ProgressWatchParts;
  readonly #keys: [progress: string, wentBack: string, paused: string, seen: string];
  #confirmed = 0;
  /** By the time of Redis (epoch ms). */
  #confirmedAt = 0;
  #known: string | undefined;
  #connectedAt = Number.NEGATIVE_INFINITY;
  #isConnected = true;
  #raising: Promise<void> | undefined;
  #answering: Promise<void> | undefined;
  #onWentBack: (() => Promise<void>) | undefined;
  #isRaisedAgain = false;

  constructor(parts: ProgressWatchParts) {
    this.#parts = parts;
    const { redis, prefix } = parts;
    const { progress, wentBack, paused } = ledgerKeys(prefix);
    this.#keys = [progress, wentBack, paused, `${prefix}:workers:seen`];
    const lua = readScript('raiseProgress', import.meta.url);
    redis.defineCommand('notifierRaiseProgress', { numberOfKeys: 4, lua });
    redis.on('close', () => {
      this.#isConnected = false;
    });
    const isNew = () => {
      this.#isConnected = true;
      // Nothing was confirmed to it before its first connection.
      if (this.#confirmed > 0) this.#connectedAt = performance.now();
      this.raise();
    };
    redis.on('ready', isNew);
    // A cluster stays connected while another of its nodes takes over.
    redis.on('+node', isNew);
    redis.on('-node', isNew);
  }

  /** What Redis has confirmed to this worker. */
  get confirmed(): number {
    return this.#confirmed;
  }

  /** Whether the connection is new, or gone: then other workers may be about to notice a loss. */
  get isSettling(): boolean {
    return !this.#isConnected || performance.now() - this.#connectedAt < SETTLES_WITHIN_MS;
  }

  /** Redis has confirmed a higher count, by another connection. */
  hasConfirmed(count: number): void {
    this.#confirmed = Math.max(this.#confirmed, count);
  }

  /** Looks and raises the count, in the background; many calls share a look that begins after them. */
  raise(): void {
    if (this.#raising !== undefined) {
      this.#isRaisedAgain = true;
      return;
    }
    this.#raising = this.look()
      .catch((error: unknown) => void this.#parts.noteRedis(error))
      .finally(() => {
        this.#raising = undefined;
        if (!this.#isRaisedAgain) return;
        this.#isRaisedAgain = false;
        this.raise();
      });
  }

  /** Looks whether Redis has gone back, and raises the count. */
  async look(): Promise<void> {
    const { redis, clock, log } = this.#parts;
    const { id } = this;
    const before = this.#confirmed;
    const [count, now, wentBack] = await (
      redis as unknown as ProgressCommand
    ).notifierRaiseProgress(
      ...this.#keys,
      id,
      before,
      wentBackPause(clock.now()),
      randomUUID(),
      this.#confirmedAt,
      FORGOTTEN_AFTER_MS,
      COUNTS_KEPT,
    );
    this.hasConfirmed(count);
    this.#confirmedAt = now;
    if (wentBack === '' || wentBack === this.#known) return;
    this.#known = wentBack;
    log.error({ wentBack, confirmed: before }, WENT_BACK_SENTENCES);
    this.#answering ??= this.#answer(wentBack).finally(() => {
      this.#answering = undefined;
    });
  }

  /** It is done again with the next look if it fails. */
  async #answer(wentBack: string): Promise<void> {
    try {
      await this.#onWentBack?.();
    } catch (error) {
      if (this.#known === wentBack) this.#known = undefined;
      if (this.#parts.noteRedis(error)) return;
      this.#parts.log.error(
        { error: redactedError(error) },
        'what was sent lately could not be put back; it is tried again',
      );
    }
  }

  /** Has something done each time that Redis went back, whichever worker noticed it. */
  onWentBack(work: () => Promise<void>): void {
    this.#onWentBack = work;
  }
}
