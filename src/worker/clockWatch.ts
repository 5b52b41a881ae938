import type { Logger } from 'pino';
import type { RedisClock } from '../redis/clock.js';

const LOOK_EVERY_MS = 2_000;

/**
 * Compares the clock of this machine with that of Redis. Reports when they differ too much and when
 * they agree again. What cannot be taken back goes by the clock of Redis in any case. But BullMQ
 * uses the machine's clock for delays, so a worker takes no jobs while that clock is wrong.
 */
export class ClockWatch {
  readonly #clock: RedisClock;
  readonly #log: Logger;
  readonly #onError: (error: unknown) => void;
  readonly #onChange: (isWrong: boolean) => Promise<void>;
  #isWrong = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(parts: {
    clock: RedisClock;
    log: Logger;
    onError: (error: unknown) => void;
    onChange?: (isWrong: boolean) => Promise<void>;
  }) {
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#onError = parts.onError;
    this.#onChange = parts.onChange ?? (async () => undefined);
  }

  /** The first look decides before any job is taken. */
  async start(): Promise<void> {
    await this.#look().catch(this.#onError);
    this.#lookLater();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      void this.#look()
        .catch(this.#onError)
        .finally(() => this.#lookLater());
    }, LOOK_EVERY_MS).unref();
  }

  async #look(): Promise<void> {
    await this.#clock.measure();
    const { problem, skewMs } = this.#clock;
    if (this.#stopped || this.#isWrong === (problem !== undefined)) return;
    this.#isWrong = problem !== undefined;
    if (problem === undefined) this.#log.info('the clock of this machine agrees with Redis again');
    else this.#log.error({ skewMs: Math.round(skewMs) }, problem);
    await this.#onChange(this.#isWrong);
  }
}
