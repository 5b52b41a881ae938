import type { Logger } from 'pino';
import { bestOf, type Durability, describeDurability, lookAtDurability } from './durability.js';
import { IntentConfirmer, type Progress, type WrittenIntent } from './intentConfirmer.js';
import { connectForConfirming, disconnect } from './redisClient.js';
import type { ServerCheck } from './serverInfo.js';

interface DurabilityParts {
  url: string;
  progressKey: string;
  progress: Progress;
  /** INTENT_DURABILITY; absent for the best that Redis has. */
  wanted?: Durability;
  log: Logger;
}

/** For what an operator has changed in Redis, and for a replica that is back. */
const LOOKS_EVERY_MS = 60_000;

/**
 * Sees to it that an intent is safe before its message leaves: else a power cut or a failover of Redis could
 * lose the intent of a message that is on its way, and it would be sent again.
 *
 * Without a setting it is what Redis can do best: looked at at the start, every minute, with each new connection,
 * and when an intent was not confirmed. With one, a Redis that cannot do it ends the start, and later on nothing
 * is sent.
 */
export class IntentDurability {
  readonly #parts: DurabilityParts;
  #used: Durability | undefined;
  #confirmer: IntentConfirmer | undefined;
  #looking: Promise<unknown> | undefined;
  readonly #timer = setInterval(() => this.lookAgain(), LOOKS_EVERY_MS).unref();
  #closed = false;

  constructor(parts: DurabilityParts) {
    this.#parts = parts;
  }

  /** What is done now. */
  get used(): Durability {
    return this.#used ?? this.#parts.wanted ?? 'none';
  }

  /** Looks what Redis can do. Rejects when it does not answer. */
  async look(): Promise<ServerCheck> {
    const { url, progressKey, wanted } = this.#parts;
    if (wanted === 'none') return this.#use('none');
    const connection = connectForConfirming(url);
    connection.on('error', () => undefined);
    try {
      // A cluster knows its masters once it has answered.
      await connection.exists(progressKey);
      const found = await lookAtDurability(connection);
      if (wanted === undefined) return this.#use(bestOf(found), found.lacks);
      if (found[wanted]) return this.#use(wanted);
      const why = wanted === 'fsync' ? (found.lacks ?? '') : 'it has no replica';
      const problem = `INTENT_DURABILITY is ${wanted}, which this Redis cannot confirm: ${why}. Change Redis, or the setting.`;
      return { ok: false, problem };
    } finally {
      disconnect(connection);
    }
  }

  /** Looks again in the background: Redis is another, or has refused. */
  lookAgain(): void {
    if (this.#closed || this.#parts.wanted !== undefined) return;
    this.#looking ??= this.look()
      .catch(() => undefined)
      .finally(() => {
        this.#looking = undefined;
      });
  }

  /** Whether the message may leave: its intent is as safe as it has to be. Never rejects. */
  async confirm(intent: WrittenIntent): Promise<boolean> {
    if (this.used === 'none') {
      // So that the loss of this intent is noticed, by the loss of what comes behind it.
      this.#parts.progress.raise();
      return true;
    }
    return (await this.#confirmer?.confirm(intent)) === true;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#confirmer?.close();
  }

  #use(durability: Durability, lacks?: string): ServerCheck {
    if (this.#closed || durability === this.#used) return { ok: true };
    this.#used = durability;
    this.#confirmer?.close();
    this.#confirmer = durability === 'none' ? undefined : this.#open(durability);
    const { log } = this.#parts;
    log.info({ intentDurability: durability }, describeDurability(durability, lacks));
    return { ok: true };
  }

  #open(by: 'fsync' | 'replica'): IntentConfirmer {
    const { url, progressKey, progress } = this.#parts;
    return new IntentConfirmer({
      connect: () => connectForConfirming(url),
      progressKey,
      progress,
      by,
      onUnconfirmed: () => this.lookAgain(),
    });
  }
}
