import { randomUUID } from 'node:crypto';
import { type RedisClient, readScript } from './redisClient.js';

interface LeaseCommands {
  notifierLease(...args: (string | number)[]): Promise<number>;
  notifierGiveUpLease(...args: string[]): Promise<unknown>;
}

/**
 * Work that one process at a time does for the whole deployment. A holder that dies loses the lease
 * after its time; one that was frozen may come back and believe it still holds it, so whatever is done
 * under a lease must do no harm when done twice at once.
 */
export class Lease {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #ms: number;
  readonly #holder = randomUUID();

  constructor(redis: RedisClient, key: string, ms: number) {
    this.#redis = redis;
    this.#key = key;
    this.#ms = ms;
    const take = readScript('lease', import.meta.url);
    const giveUp = readScript('giveUpLease', import.meta.url);
    redis.defineCommand('notifierLease', { numberOfKeys: 1, lua: take });
    redis.defineCommand('notifierGiveUpLease', { numberOfKeys: 1, lua: giveUp });
  }

  /** Takes the lease, or renews it; whether it is held now. */
  async take(): Promise<boolean> {
    const commands = this.#redis as unknown as LeaseCommands;
    return (await commands.notifierLease(this.#key, this.#holder, this.#ms)) === 1;
  }

  /** Lets the next one have it at once. */
  async giveUp(): Promise<void> {
    await (this.#redis as unknown as LeaseCommands).notifierGiveUpLease(this.#key, this.#holder);
  }
}
