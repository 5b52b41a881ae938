import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Ledger, LedgerObserver } from '../notification/ledger.js';
import { WentBackStore } from '../queue/wentBack.js';
import { redisClock } from '../redis/clock.js';
import { IntentDurability } from '../redis/intentDurability.js';
import { ledgerKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';
import { ProgressWatch } from '../worker/progressWatch.js';
import { SentMemory } from '../worker/sentMemory.js';

interface Durability {
  durability: IntentDurability;
  progress: ProgressWatch;
  /** Remembers what this worker sends. */
  remember: LedgerObserver;
  /** From now on, what is remembered is put back when Redis has lost it. */
  putBackInto(ledger: Ledger): Ledger;
}

/** What makes sure that Redis keeps the intents of this worker, what notices that it did not, and what helps then. */
export function openDurability(
  config: Config,
  parts: { redis: RedisClient; log: Logger; noteRedis: (error: unknown) => boolean },
): Durability {
  const { QUEUE_PREFIX: prefix, REDIS_URL: url, INTENT_DURABILITY: wanted } = config;
  const { redis, log } = parts;
  const progress = new ProgressWatch({ ...parts, prefix, clock: redisClock(redis, prefix) });
  const progressKey = ledgerKeys(prefix).progress;
  const durability = new IntentDurability({ url, progressKey, progress, wanted, log });
  redis.on('ready', () => durability.lookAgain());
  const store = new WentBackStore(redis, prefix);
  const memory = new SentMemory({
    redis,
    store,
    workerId: progress.id,
    keepMs: config.LEDGER_RETENTION,
  });
  return {
    durability,
    progress,
    remember: memory.observe,
    putBackInto(ledger) {
      progress.onWentBack(async () => {
        const wentBack = await store.read();
        if (wentBack === undefined) return;
        const putBack = await memory.putBack(ledger, wentBack);
        log.warn({ putBack }, 'what this worker sent lately and Redis had lost was put back');
      });
      return ledger;
    },
  };
}
