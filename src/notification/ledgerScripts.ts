import { type RedisClient, readScript } from '../redis/redisClient.js';
import type { CampaignStop } from './campaignStop.js';

/* The scripts that write the ledger: what they are called with, and what they answer. */

export interface LedgerCommands {
  notifierAcceptBuffer(...args: (string | Buffer | number)[]): Promise<(Buffer | 0 | null)[]>;
  notifierEnqueued(...args: (string | Buffer | number)[]): Promise<number[]>;
  notifierChangeBuffer(...args: (string | Buffer | number)[]): Promise<Buffer | number | null>;
  notifierRecheck(...args: (string | Buffer | number)[]): Promise<number>;
}

/** Why nothing that leads to a send may begin now. */
export type Halted = { kind: 'sending_paused' } | { kind: 'campaign_halted'; halt: CampaignStop };

/** What the scripts answer. */
export const NOT_RELEASED = 0;
export const WRITTEN = 1;
export const HALTED: Readonly<Record<number, Halted>> = {
  2: { kind: 'sending_paused' },
  3: { kind: 'campaign_halted', halt: 'paused' },
  4: { kind: 'campaign_halted', halt: 'cancelled' },
};

export function defineLedgerScripts(redis: RedisClient): void {
  const accept = readScript('accept', import.meta.url);
  const enqueued = readScript('enqueued', import.meta.url);
  const change = readScript('change', import.meta.url);
  const recheck = readScript('recheck', import.meta.url);
  // The number of keys comes first in the arguments: there may be any number of them.
  redis.defineCommand('notifierAccept', { lua: accept });
  redis.defineCommand('notifierEnqueued', { lua: enqueued });
  redis.defineCommand('notifierChange', { lua: change });
  redis.defineCommand('notifierRecheck', { numberOfKeys: 2, lua: recheck });
}

/** About a millisecond of Redis' time. */
const ENTRIES_A_CALL = 100;

/**
 * Has a script work on many entries, some at a time, so that other commands do not wait for long;
 * all in one round trip. Answers for each entry; where its script failed, with the error.
 */
export async function inPortions<Entry, Answer>(
  redis: RedisClient,
  entries: readonly Entry[],
  call: (commands: LedgerCommands, some: readonly Entry[]) => Promise<Answer[]>,
): Promise<(Answer | Error)[]> {
  const calls: Promise<(Answer | Error)[]>[] = [];
  for (let from = 0; from < entries.length; from += ENTRIES_A_CALL) {
    const some = entries.slice(from, from + ENTRIES_A_CALL);
    const failed = (error: Error) => some.map(() => error);
    calls.push(call(redis as unknown as LedgerCommands, some).catch(failed));
  }
  return (await Promise.all(calls)).flat();
}
