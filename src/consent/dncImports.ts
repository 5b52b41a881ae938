import { z } from 'zod';
import { consentKeys } from '../redis/keys.js';
import type { RedisClient } from '../redis/redisClient.js';

const record = z.object({
  /** When it was finished, epoch milliseconds. */
  at: z.number(),
  by: z.string().optional(),
  rows: z.number(),
  rejected: z.number(),
});

/** The last import of one DNC list of the platform. */
export type DncImported = z.infer<typeof record>;

/** Which DNC lists of the platform were imported, and when; by the list's id. */
export class DncImports {
  readonly #redis: RedisClient;
  readonly #key: string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#key = consentKeys(prefix).dncImports;
  }

  async note(listId: string, imported: DncImported): Promise<void> {
    await this.#redis.hset(this.#key, listId, JSON.stringify(imported));
  }

  /** What cannot be read counts as never imported. */
  async all(): Promise<ReadonlyMap<string, DncImported>> {
    const stored = await this.#redis.hgetall(this.#key);
    return new Map(
      Object.entries(stored).flatMap(([id, json]): [string, DncImported][] => {
        const read = record.safeParse(parsed(json));
        return read.success ? [[id, read.data]] : [];
      }),
    );
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
