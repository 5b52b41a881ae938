import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Standing } from '../api/intake.js';
import { redactedError } from '../ops/logger.js';
import { needsAChange, redisFaultOf } from '../redis/redisFault.js';
import type { RedisHealth } from '../redis/redisHealth.js';
import type { ServerCheck } from '../redis/serverInfo.js';
import { RedisUnusableError } from '../redis/start.js';

const START_PATIENCE_MS = 2_000;
const WHILE_NOT_READY_MS = 500;
const WHILE_READY_MS = 60_000;

/**
 * What has to be true of Redis before notifications may go into it: it does not lose keys, and it
 * knows our templates.
 *
 * pending ─▶ ready ⇄ unfit
 *    └─────────────────▲
 *
 * A Redis that is away does not keep the process from starting; one that is there and unfit does, and
 * so does one that refuses us until a setting or a right is changed.
 * It is looked at again with each new connection, since another server may have taken its place or
 * the same one have lost its data, and every minute for what an operator changes. Being away later
 * changes nothing here: each call finds that out by itself.
 */
export class RedisPreparation {
  readonly #check: () => Promise<ServerCheck>;
  readonly #publish: () => Promise<void>;
  readonly #renew: () => Promise<void>;
  readonly #health: RedisHealth;
  readonly #log: Logger;
  #standing: Standing = { kind: 'pending' };
  #published = false;
  #stopped = false;
  #pause = new AbortController();
  #watching: Promise<void> | undefined;

  constructor(parts: {
    check: () => Promise<ServerCheck>;
    publish: () => Promise<void>;
    renew: () => Promise<void>;
    health: RedisHealth;
    log: Logger;
  }) {
    this.#check = parts.check;
    this.#publish = parts.publish;
    this.#renew = parts.renew;
    this.#health = parts.health;
    this.#log = parts.log;
  }

  get standing(): Standing {
    const { fault } = this.#health;
    if (this.#standing.kind !== 'pending' || fault === undefined) return this.#standing;
    return { kind: 'pending', fault };
  }

  /** Waits 2 s at most for Redis, and goes on in the background. Rejects when waiting cannot help. */
  async start(): Promise<void> {
    const found = new AbortController();
    this.#watching = this.#watch(() => found.abort());
    void this.#health.untilUnusable(found.signal).then(() => found.abort());
    await delay(START_PATIENCE_MS, undefined, { signal: found.signal }).catch(() => undefined);
    found.abort();
    const { fault } = this.#health;
    if (this.#standing.kind === 'pending' && fault !== undefined && needsAChange(fault)) {
      throw new RedisUnusableError(fault);
    }
    if (this.#standing.kind === 'unfit') throw new Error(this.#standing.problem);
    if (this.#standing.kind === 'pending') {
      this.#health.note(new Error('Redis did not answer in time'));
    }
  }

  /** Has Redis looked at again now: its connection is new. */
  wake(): void {
    this.#pause.abort();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pause.abort();
    await this.#watching;
  }

  async #watch(onFound: () => void): Promise<void> {
    while (!this.#stopped) {
      // Made before the look, so that a call to look again during it is not lost.
      this.#pause = new AbortController();
      await this.#look();
      if (this.#standing.kind !== 'pending') onFound();
      const pause = this.#standing.kind === 'ready' ? WHILE_READY_MS : WHILE_NOT_READY_MS;
      await delay(pause, undefined, { signal: this.#pause.signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    try {
      const check = await this.#check();
      if (!check.ok) {
        this.#stand({ kind: 'unfit', problem: check.problem });
        return;
      }
      if (this.#published) await this.#renew();
      else await this.#publish();
      this.#published = true;
      this.#stand({ kind: 'ready' });
    } catch (error) {
      if (redisFaultOf(error) === undefined) {
        this.#log.error({ error: redactedError(error) }, 'Redis could not be prepared');
      } else {
        this.#health.note(error);
      }
    }
  }

  #stand(standing: Standing): void {
    const changed = standing.kind !== this.#standing.kind;
    this.#standing = standing;
    if (!changed) return;
    if (standing.kind === 'unfit') this.#log.error(standing.problem);
    else this.#log.info('Redis is ready for notifications');
  }
}
