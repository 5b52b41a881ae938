import type { RedisClient } from '../../notification/redisScripts.js';
import { Lease } from '../../queue/lease.js';

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

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** Does the work if nobody else is at it, and keeps others away until it is done. */
  async whileHolding(pickupId: string, work: () => Promise<void>): Promise<void> {
    const lease = new Lease(this.#redis, `${this.#prefix}:inbox:${pickupId}`, LEASE_MS);
    if (!(await lease.take())) return;
    const renewal = setInterval(() => {
      // Redis being away for a moment is nothing yet; for longer, and the work itself finds out.
      lease.take().catch(() => undefined);
    }, RENEW_EVERY_MS);
    try {
      await work();
    } finally {
      clearInterval(renewal);
      await lease.giveUp();
    }
  }
}
