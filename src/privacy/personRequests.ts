import type { CheckpointStore } from '../notification/checkpoint.js';
import type { Keyring } from '../notification/keyring.js';
import type { Ledger } from '../notification/ledger.js';
import { cancel } from '../notification/settlement.js';
import {
  openRequest,
  type StoredRequest,
  UnreadableRequestError,
} from '../notification/storedRequest.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { Person } from './person.js';

const REQUEST = 'r:';

/** The id of a notification, from the key of its request without the prefix. */
export function requestIdOf(key: string): string | undefined {
  return key.startsWith(REQUEST) ? key.slice(REQUEST.length) : undefined;
}

/** What is stored of requests about a person, and what was found out about them. */
export class PersonRequests {
  readonly #redis: RedisClient;
  readonly #ledger: Ledger;
  readonly #keyring: Keyring;
  readonly #checkpoints: CheckpointStore<unknown>;

  constructor(parts: {
    redis: RedisClient;
    ledger: Ledger;
    keyring: Keyring;
    checkpoints: CheckpointStore<unknown>;
  }) {
    this.#redis = parts.redis;
    this.#ledger = parts.ledger;
    this.#keyring = parts.keyring;
    this.#checkpoints = parts.checkpoints;
  }

  /** Of these notifications, those for this person; and how many requests cannot be decrypted. */
  async about(
    ids: readonly string[],
    person: Person,
  ): Promise<{ found: { id: string; stored: StoredRequest }[]; unreadable: number }> {
    const keys = ids.map((id) => this.#ledger.keys.request(id));
    const all = keys.length === 0 ? [] : await this.#redis.mgetBuffer(...keys);
    const found: { id: string; stored: StoredRequest }[] = [];
    let unreadable = 0;
    for (const [at, id] of ids.entries()) {
      const bytes = all[at];
      if (!bytes) continue;
      try {
        const stored = openRequest(this.#keyring, id, bytes);
        if (person.isRecipient(stored.request.recipient)) found.push({ id, stored });
      } catch (error) {
        // Of a damaged one nothing can be known.
        if (error instanceof UnreadableRequestError) unreadable += 1;
      }
    }
    return { found, unreadable };
  }

  /** What was found out for a notification; undefined where it is not kept. */
  async findings(id: string): Promise<unknown> {
    return this.#checkpoints.load(id);
  }

  /**
   * Ends a notification that has not begun to leave, and takes the request and what was found out away. The
   * record stays: it names no one, and without it a repeated request would be sent again.
   *
   * | at that moment the notification | what happens |
   * |---|---|
   * | waits | it is cancelled; its job ends without a request |
   * | is worked on, before the intent | it is cancelled: the attempt is fenced off, and can save no findings, for the request is gone (saveCheckpoint.lua) |
   * | is being sent, or is `unknown` | what is on the wire ends as it may; then no intent is written any more, for the request is gone (change.lua): `failed`, `request_gone` |
   * | was sent | no further channel is tried should it not arrive, also by a check that has read the request before |
   * | is set going again by a retry that has seen the request | the next attempt finds none: `failed`, `request_gone` |
   *
   * A process that dies in between leaves a notification that is cancelled and still has its request: the next
   * erasure finds it.
   */
  async erase(id: string, by: string | undefined): Promise<'cancelled' | 'sending' | 'ended'> {
    const now = await this.#ledger.clock.current();
    const before = await this.#ledger.read(id);
    const result = await this.#ledger.change(id, (record) => cancel(record, now, by, 'erased'));
    const { request, checkpoint } = this.#ledger.keys;
    await this.#redis.unlink(request(id), checkpoint(id));
    if (result?.kind === 'too_late') return result.state === 'sending' ? 'sending' : 'ended';
    return before?.state === 'cancelled' || result === undefined ? 'ended' : 'cancelled';
  }
}
