import type { Logger } from 'pino';
import { CampaignHalted, type CampaignStop } from '../notification/campaignStop.js';
import { redactedError } from '../ops/logger.js';
import { type CampaignKeys, campaignKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { AccessProblem } from './campaign.js';
import { pauseForAccess } from './lifecycle.js';
import type { CampaignStore } from './store.js';

const LOOK_EVERY_MS = 1_000;

/**
 * Ends the attempts of this process that a halt of their campaign has made vain. No halted row can be
 * sent anyway: its intent is refused. But its attempt would first stand in line for slots of the
 * request budget, and use them up. Asks once a second for all campaigns together, and only while an
 * attempt of one is under way.
 */
export class StopWatch {
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
        if (typeof halt === 'string') this.#abort(id, halt as CampaignStop);
      });
    } catch (error) {
      if (!this.#noteRedis(error))
        this.#log.warn({ error: redactedError(error) }, 'halted campaigns could not be looked up');
    }
    this.#timer =
      this.#attempts.size === 0 ? undefined : setTimeout(() => void this.#look(), LOOK_EVERY_MS);
  }

  #abort(campaignId: string, halt: CampaignStop): void {
    for (const attempt of this.#attempts.get(campaignId) ?? []) {
      attempt.abort(new CampaignHalted(halt));
    }
  }
}

/** Pauses all campaigns that run: our own access is broken, which concerns each of them. */
export async function pauseRunning(campaigns: CampaignStore, access: AccessProblem): Promise<void> {
  for (const { id } of await campaigns.running()) {
    await campaigns.change(id, (campaign) =>
      pauseForAccess(campaign, access, campaigns.clock.now()),
    );
  }
}
