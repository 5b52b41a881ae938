import type { RedisClient } from '../../notification/redisScripts.js';

const LEASE_MS = 30_000;
const RENEW_EVERY_MS = 8_000;

/**
 * Says which process works on what was picked up. One that dies lets go of it when its lease runs
 * out. Should one freeze for so long and wake up again, both import the same file: of two uploads to
 * one campaign the later one wins, and the other hears of it.
 */
export class PickupLeases {
  readonly #redis: RedisClient;
  readonly #prefix: string;
  readonly #holder: string;

  constructor(redis: RedisClient, prefix: string, holder: string) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#holder = holder;
  }

  /** Whether this process has it now; it is to be let go of. */
  async take(pickupId: string): Promise<boolean> {
    const taken = await this.#redis.set(this.#key(pickupId), this.#holder, 'PX', LEASE_MS, 'NX');
    return taken === 'OK';
  }

  /** Keeps the lease while the work goes on. */
  async whileHolding<T>(pickupId: string, work: () => Promise<T>): Promise<T> {
    const renewal = setInterval(() => {
      // Redis being away for a moment is nothing yet; for longer, and the work itself finds out.
      this.#renew(pickupId).catch(() => undefined);
    }, RENEW_EVERY_MS);
    try {
      return await work();
    } finally {
      clearInterval(renewal);
    }
  }

  async letGo(pickupId: string): Promise<void> {
    if (await this.#isHeld(pickupId)) await this.#redis.del(this.#key(pickupId));
  }

  async #renew(pickupId: string): Promise<void> {
    if (await this.#isHeld(pickupId)) await this.#redis.pexpire(this.#key(pickupId), LEASE_MS);
  }

  async #isHeld(pickupId: string): Promise<boolean> {
    return (await this.#redis.get(this.#key(pickupId))) === this.#holder;
  }

  #key(pickupId: string): string {
    return `${this.#prefix}:inbox:${pickupId}`;
  }
}
