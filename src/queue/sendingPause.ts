import { setTimeout as delay } from 'node:timers/promises';
import { SEND_WITHIN_MS } from '../notification/attempt.js';
import { LANES } from '../notification/state.js';
import { type RedisClock, redisClock } from '../redis/clock.js';
import { ledgerKeys } from '../redis/keys.js';
import { type RedisClient, readScript } from '../redis/redisClient.js';
import { redisFaultOf } from '../redis/redisFault.js';
import { isTime, parseRecord } from '../redis/storedRecord.js';
import { QUEUE_NAMES } from './intakeJob.js';
import type { Queues } from './jobs.js';
import { WENT_BACK, type WentBack, WentBackStore } from './wentBack.js';

const LONGEST = 200;

export const PAUSE_REASON_EXPECTED = `why the sending stops, one line of 1 to ${LONGEST} characters`;

/** Why a person stops the sending, in their own words: one line that others will read. */
export function readPauseReason(
  given: unknown,
): { ok: true; reason: string } | { ok: false; expected: string } {
  const reason = typeof given === 'string' ? given.trim() : '';
  if (reason === '' || reason.length > LONGEST || /\p{Cc}/u.test(reason)) {
    return { ok: false, expected: PAUSE_REASON_EXPECTED };
  }
  return { ok: true, reason };
}

/** Who stopped the sending, why, and when (epoch ms; absent where the record cannot be read). */
export interface Pause {
  reason: string;
  /** Absent where a person paused. */
  code?: typeof WENT_BACK;
  by?: string;
  since?: number;
}

export type ResumeResult =
  | { kind: 'resumed'; was?: Pause }
  /** Messages may have left of which Redis knows nothing: `notifier recover` looks for them first. */
  | { kind: 'redis_went_back'; wentBack: WentBack };

export type BegunPause = Pause & { since: number };

interface PauseCommand {
  notifierPause(key: string, pause: string): Promise<number>;
}

/** An intent that was written before the pause was set is too old for sending after this. */
const INTENTS_ARE_STALE_AFTER_MS = SEND_WITHIN_MS + 50;

/**
 * Stops all sending of the deployment, and resumes it.
 *
 * The key is the pause. The script that writes an intent reads it. So once it is set, no message can
 * begin to leave, whatever the workers do. Pausing the queues only spares the workers useless work.
 * Acceptance goes on.
 *
 * Key and queues are not changed together. The key is written first and deleted last. A process that
 * dies in between leaves the sending paused, and the sweeper pauses the queues again.
 */
export class SendingPause {
  readonly #redis: RedisClient;
  readonly #queues: Queues;
  readonly #clock: RedisClock;
  readonly #key: string;
  readonly #wentBack: WentBackStore;

  constructor(redis: RedisClient, prefix: string, queues: Queues) {
    this.#redis = redis;
    this.#queues = queues;
    this.#clock = redisClock(redis, prefix);
    this.#key = ledgerKeys(prefix).paused;
    this.#wentBack = new WentBackStore(redis, prefix);
    const lua = readScript('pause', import.meta.url);
    redis.defineCommand('notifierPause', { numberOfKeys: 1, lua });
  }

  async status(): Promise<Pause | undefined> {
    const json = await this.#redis.get(this.#key);
    return json === null ? undefined : readPause(json);
  }

  /**
   * Stops the sending. Pausing again gives a new reason; since when stays, and so does what is said after Redis
   * went back in time. From now on no intent is written; see `drain` for those that were.
   */
  async pause(given: { reason: string; by?: string }): Promise<BegunPause> {
    const standing = await this.status();
    const since = standing?.since ?? (await this.#clock.current());
    const pause: BegunPause = { ...(standing?.code === undefined ? given : standing), since };
    const commands = this.#redis as unknown as PauseCommand;
    await commands.notifierPause(this.#key, JSON.stringify(pause));
    await this.#pauseQueuesWhilePaused();
    return pause;
  }

  /**
   * Resolves once nothing can leave any more that had begun to before the pause was set. An
   * intent allows its request to be written for two seconds; what has left by then is on the wire.
   */
  async drain(): Promise<void> {
    await delay(INTENTS_ARE_STALE_AFTER_MS);
  }

  /**
   * Lets the sending go on; answers with the pause that was. Safe to repeat. After Redis went back in time it
   * refuses, unless it is to do without the recovery.
   */
  async resume({ force = false }: { force?: boolean } = {}): Promise<ResumeResult> {
    const [was, wentBack] = await Promise.all([this.status(), this.#wentBack.read()]);
    if (wentBack !== undefined && !force) return { kind: 'redis_went_back', wentBack };
    await this.#resumeQueues();
    await this.#wentBack.clear();
    await this.#redis.del(this.#key);
    // The sweeper may have paused them again in between, finding the pause still in force.
    await this.#resumeQueues();
    return { kind: 'resumed', was };
  }

  /** Pauses the queues again if the sending is stopped and they are not; answers whether it did. */
  async enforce(): Promise<boolean> {
    if ((await this.status()) === undefined) return false;
    const paused = await Promise.all(LANES.map((lane) => this.#queues[lane].isPaused()));
    if (paused.every(Boolean)) return false;
    return this.#pauseQueuesWhilePaused();
  }

  /** Whether the queues are paused now. A full Redis refuses that; the key is what stops the sending. */
  async #pauseQueuesWhilePaused(): Promise<boolean> {
    const paused = await Promise.all(LANES.map((lane) => this.#queues[lane].pause())).then(
      () => true,
      falseIfFull,
    );
    // The pause may have ended meanwhile, and then the queues would stay paused.
    if ((await this.status()) !== undefined) return paused;
    await this.#resumeQueues();
    return false;
  }

  async #resumeQueues(): Promise<void> {
    // The intake too: it is never paused from here, but may have been by another program.
    await Promise.all(QUEUE_NAMES.map((name) => this.#queues[name].resume()));
  }
}

/** The key stops the sending, whatever stands in it: a record that cannot be read is a pause, too. */
function readPause(json: string): Pause {
  const { reason, code, by, since } = parseRecord(json);
  if (typeof reason !== 'string') return UNREADABLE;
  return {
    reason,
    code: code === WENT_BACK ? code : undefined,
    by: typeof by === 'string' ? by : undefined,
    since: isTime(since) ? since : undefined,
  };
}

const UNREADABLE: Pause = { reason: 'the record that says why cannot be read' };

function falseIfFull(error: unknown): false {
  if (redisFaultOf(error)?.kind !== 'full') throw error;
  return false;
}
