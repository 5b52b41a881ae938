import { existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { PrivateRedis } from './redisServer.js';

const LOOK_EVERY_MS = 50;
/** Redis: under everysec, a write waits at most two seconds for the disk. */
const SYNCED_AFTER_MS = 2_000;

/**
 * How much of the append-only file a power cut may leave under `everysec`.
 *
 * Where the server has WAITAOF: the size when the last fsync was over. Redis releases all who wait for an fsync in one moment, so what was
 * confirmed to anyone lies within the size that is seen right after our own confirmation, and stays so until the next
 * fsync, a second later. What is cut off behind it was confirmed to no one. A size seen before would be too small: others
 * may have been told of more by the same fsync.
 *
 * Else: the size of two seconds ago.
 */
export class SyncedSize {
  readonly #server: PrivateRedis;
  readonly #redis: Redis;
  #seen: Seen[] = [];
  #synced: Seen = { size: 0, at: 0 };
  #stopped = false;

  constructor(server: PrivateRedis) {
    this.#server = server;
    this.#redis = new Redis(server.url, { maxRetriesPerRequest: 1, retryStrategy: () => 100 });
    this.#redis.on('error', () => undefined);
    void this.#run();
  }

  /** Whether this server cannot say what is on the disk. */
  get isByTime(): boolean {
    return this.#seen.length > 0;
  }

  /** What surely is on the disk. */
  get synced(): Seen {
    return this.#synced;
  }

  stop(): void {
    this.#stopped = true;
    this.#redis.disconnect();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const confirmed = await this.#confirm().catch(() => 'nothing' as const);
      const seen = this.#look();
      if (confirmed === 'all') this.#synced = seen;
      if (confirmed === 'by time') {
        this.#noteByTime(seen);
        await pause(LOOK_EVERY_MS);
      }
    }
  }

  #look(): Seen {
    const file = newestFile(this.#server.dir);
    return { size: file === undefined ? 0 : statSync(file).size, at: Date.now() };
  }

  async #confirm(): Promise<'all' | 'by time' | 'nothing'> {
    await this.#redis.set('chaos-harness', Date.now());
    const answer = await this.#redis.call('WAITAOF', 1, 0, 5_000).catch(() => undefined);
    if (answer === undefined) return 'by time';
    return Array.isArray(answer) && Number(answer[0]) === 1 ? 'all' : 'nothing';
  }

  #noteByTime(seen: Seen): void {
    this.#seen.push(seen);
    const old = this.#seen.findLast(({ at }) => at <= seen.at - SYNCED_AFTER_MS);
    if (old === undefined) return;
    this.#synced = old;
    this.#seen = this.#seen.filter(({ at }) => at >= old.at);
  }
}

/** The size of the file in bytes, at a time (epoch ms). */
interface Seen {
  size: number;
  at: number;
}

/** The file must not be rewritten meanwhile: then it would be another one whose size was seen. */
export const NO_REWRITE = ['--auto-aof-rewrite-percentage', '0'];

/** Cuts the file of a server that does not run back to this size. */
export function cutBack({ dir }: PrivateRedis, size: number): number {
  const file = newestFile(dir);
  if (file === undefined) throw new Error('this Redis has no append-only file');
  const lost = statSync(file).size - size;
  truncateSync(file, size);
  return lost;
}

/** The file that is written to: since Redis 7 the append-only file has several parts. */
function newestFile(dir: string): string | undefined {
  const folder = path.join(dir, 'appendonlydir');
  if (!existsSync(folder)) {
    const single = path.join(dir, 'appendonly.aof');
    return existsSync(single) ? single : undefined;
  }
  const parts = readdirSync(folder).filter((name) => name.endsWith('.incr.aof'));
  const number = (name: string) => Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1] ?? 0);
  const newest = parts.sort((a, b) => number(a) - number(b)).at(-1);
  return newest === undefined ? undefined : path.join(folder, newest);
}
