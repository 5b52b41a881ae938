import { createHash } from 'node:crypto';
import type { RedisClient } from '../notification/redisScripts.js';
import { whenReady, withPatience } from '../queue/patience.js';
import type { Session } from './session.js';

/**
 * Sessions that were ended by logging out, for every api process to know: without this, a copied
 * cookie would go on working for the rest of its twelve hours. Each is forgotten when its time is over.
 */
export class EndedSessions {
  readonly #redis: RedisClient;
  readonly #prefix: string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** @throws RedisUnavailableError */
  async end(session: Session, now: number): Promise<void> {
    const keptMs = Math.max(1, session.until - now);
    const end = () => this.#redis.set(this.#keyOf(session), '1', 'PX', keptMs);
    await withPatience(whenReady(this.#redis).then(end));
  }

  /** @throws RedisUnavailableError */
  async has(session: Session): Promise<boolean> {
    const look = () => this.#redis.exists(this.#keyOf(session));
    return (await withPatience(whenReady(this.#redis).then(look))) === 1;
  }

  #keyOf({ id }: Session): string {
    const digest = createHash('sha256').update(id).digest('base64url');
    return `${this.#prefix}:session:ended:${digest}`;
  }
}
