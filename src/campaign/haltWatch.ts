import type { Logger } from 'pino';
import { type CampaignKeys, campaignKeys } from '../notification/campaignKeys.js';
import { CampaignHalted, type Halt } from '../notification/halt.js';
import type { RedisClient } from '../notification/redisScripts.js';
import { errorLabel } from '../ops/errorLabel.js';

const LOOK_EVERY_MS = 1_000;

/**
 * Ends the attempts of this process that a halt of their campaign has made vain. No halted row can be
 * sent anyway: its intent is refused. But its attempt would first stand in line for slots of the
 * request budget, and use them up. Asks once a second for all campaigns together, and only while an
 * attempt of one is under way.
 */
export class HaltWatch {
  readonly #redis: RedisClient;
  readonly #keys: CampaignKeys;
  readonly #log: Logger;
  readonly #noteRedis: (error: unknown) => boolean;
  readonly #attempts = new Map<string, Set<AbortController>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    redis: RedisClient,
    prefix: string,
    log: Logger,
    noteRedis: (error: unknown) => boolean = () => false,
  ) {
    this.#noteRedis = noteRedis;
    this.#redis = redis;
    this.#keys = campaignKeys(prefix);
    this.#log = log;
  }

  /** A signal that also follows `signal`, until `end` is called. */
  watch(campaignId: string, signal: AbortSignal): { signal: AbortSignal; end(): void } {
    const controller = new AbortController();
    const follow = () => controller.abort(signal.reason);
    if (signal.aborted) follow();
    else signal.addEventListener('abort', follow, { once: true });
    const attempts = this.#attempts.get(campaignId) ?? new Set();
    this.#attempts.set(campaignId, attempts.add(controller));
    this.#timer ??= setTimeout(() => void this.#look(), LOOK_EVERY_MS);
    return {
      signal: controller.signal,
      end: () => {
        signal.removeEventListener('abort', follow);
        attempts.delete(controller);
        if (attempts.size === 0) this.#attempts.delete(campaignId);
      },
    };
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const ids = [...this.#attempts.keys()];
    try {
      const halts =
        ids.length === 0 ? [] : await this.#redis.mget(...ids.map((id) => this.#keys.of(id).halt));
      ids.forEach((id, at) => {
        const halt = halts[at];
        if (typeof halt === 'string') this.#abort(id, halt as Halt);
      });
    } catch (error) {
      if (!this.#noteRedis(error))
        this.#log.warn({ error: errorLabel(error) }, 'halted campaigns could not be looked up');
    }
    this.#timer =
      this.#attempts.size === 0 ? undefined : setTimeout(() => void this.#look(), LOOK_EVERY_MS);
  }

  #abort(campaignId: string, halt: Halt): void {
    for (const attempt of this.#attempts.get(campaignId) ?? []) {
      attempt.abort(new CampaignHalted(halt));
    }
  }
}
