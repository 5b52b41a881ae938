import type { CampaignKeys } from '../../redis/keys.js';
import type { RedisClient } from '../../redis/redisClient.js';
import type { Campaign } from '../campaign.js';

/** Rows that an upload has brought expire after this time, and so does what it said of itself. */
const KEPT_FOR_MS = 60 * 60 * 1000;

/** An upload that stands still is ended after half a minute; one of a killed process says nothing at all. */
const SILENCE_MAX_MS = 60_000;

/** How far an upload had come, the last time that it said so. Times are epoch ms. */
interface UploadNote {
  /** Its token. */
  upload: string;
  rows: number;
  bytes: number;
  at: number;
}

/** How it stands with a campaign's upload. */
export type UploadStatus =
  /** `rows` and `bytes` are absent in its first seconds. */
  | { state: 'coming'; since: number; rows?: number; bytes?: number }
  /** Its connection was lost, or its process was killed. Nothing of it was stored. */
  | { state: 'broken_off'; at: number };

/** Where uploads say how far they have come: people look from other screens, and from other processes. */
export class UploadProgress {
  readonly #redis: RedisClient;
  readonly #keys: CampaignKeys;

  constructor(redis: RedisClient, keys: CampaignKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async note(campaignId: string, note: UploadNote): Promise<void> {
    await this.#redis.set(this.#keyOf(campaignId), JSON.stringify(note), 'PX', KEPT_FOR_MS);
  }

  async forget(campaignId: string): Promise<void> {
    await this.#redis.del(this.#keyOf(campaignId));
  }

  /** Undefined where no upload is under way and the last one did not break off. Asks Redis only while one is. */
  async status(
    { id, upload, updatedAt, uploadBrokeOffAt }: Campaign,
    now: number,
  ): Promise<UploadStatus | undefined> {
    if (upload === undefined) {
      return uploadBrokeOffAt === undefined
        ? undefined
        : { state: 'broken_off', at: uploadBrokeOffAt };
    }
    const text = await this.#redis.get(this.#keyOf(id));
    const note = text === null ? undefined : (JSON.parse(text) as UploadNote);
    const known = note?.upload === upload ? note : undefined;
    const at = known?.at ?? updatedAt;
    if (now - at > SILENCE_MAX_MS) return { state: 'broken_off', at };
    return { state: 'coming', since: updatedAt, rows: known?.rows, bytes: known?.bytes };
  }

  #keyOf(campaignId: string): string {
    return this.#keys.of(campaignId).upload;
  }
}
