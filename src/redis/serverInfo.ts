import { Cluster, Redis } from 'ioredis';
import type { RedisClient } from './redisClient.js';
import { describeRedisFault } from './redisFault.js';

const FRESH_FOR_MS = 1_000;
/** At `maxmemory` the workers stop too, so taking in stops well before. */
export const MEMORY_SHARE = 0.8;

/** Of the memory that Redis has for data, in bytes; `limitBytes` is 0 where `maxmemory` is not set. */
export interface MemoryUse {
  usedBytes: number;
  limitBytes: number;
}

/** Says whether Redis has room for more; it looks at most once a second. */
export class RedisMemory {
  readonly #redis: RedisClient;
  #seen: { at: number; use: MemoryUse } | undefined;

  constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  async isFull(): Promise<boolean> {
    return isFull(await this.use());
  }

  /** What is wrong with the room that Redis has, or undefined when there is enough. */
  async problem(): Promise<string | undefined> {
    const share = shareOf(await this.use());
    if (share <= MEMORY_SHARE) return undefined;
    return `Redis is full: ${Math.round(share * 100)} % of its maxmemory is used, and from ${MEMORY_SHARE * 100} % on nothing is accepted. Give it more memory, or remove other data from it.`;
  }

  async use(): Promise<MemoryUse> {
    const now = performance.now();
    if (this.#seen === undefined || now - this.#seen.at > FRESH_FOR_MS) {
      const memory = await this.#redis.info('memory');
      const limitBytes = readNumber(memory, 'maxmemory');
      const usedBytes = readNumber(memory, 'used_memory');
      this.#seen = { at: now, use: { usedBytes, limitBytes } };
    }
    return this.#seen.use;
  }
}

/** Whether so little is left that nothing more is accepted. */
export function isFull(use: MemoryUse): boolean {
  return shareOf(use) > MEMORY_SHARE;
}

function shareOf({ usedBytes, limitBytes }: MemoryUse): number {
  return limitBytes > 0 ? usedBytes / limitBytes : 0;
}

function readNumber(info: string, field: string): number {
  const match = new RegExp(`^${field}:(\\d+)`, 'm').exec(info);
  return match?.[1] === undefined ? 0 : Number(match[1]);
}

/** The queue's own minimum, and what its scripts and ours are tested from. */
const MIN_VERSION = [6, 2] as const;

export type ServerCheck = { ok: true } | { ok: false; problem: string };

/**
 * Whether this Redis may hold notifications; in a cluster, whether every master may. A server that
 * evicts keys when memory runs short would lose accepted notifications without a trace.
 *
 * Rejects when Redis does not answer: that says nothing about its fitness.
 */
export async function checkRedisServer(redis: RedisClient): Promise<ServerCheck> {
  await verifyDatabase(redis);
  const isCluster = redis instanceof Cluster;
  const checks = await Promise.all(
    mastersOf(redis).map(async (node) => judgeServer(await node.info(), { isCluster })),
  );
  return checks.find((check) => !check.ok) ?? { ok: true };
}

/** A cluster that is not connected knows no masters; asking it as a whole then fails, as it should. */
export function mastersOf(redis: RedisClient): RedisClient[] {
  const masters = redis instanceof Cluster ? redis.nodes('master') : [];
  return masters.length > 0 ? masters : [redis];
}

/** The same, from what a server says about itself (the text of `INFO`). */
export function judgeServer(info: string, given: { isCluster?: boolean } = {}): ServerCheck {
  if (given.isCluster !== true && infoField(info, 'cluster_enabled') === '1') {
    return { ok: false, problem: describeRedisFault({ kind: 'cluster_node' }) };
  }
  const version = infoField(info, 'redis_version');
  if (version !== undefined && isOlder(version, MIN_VERSION)) {
    const problem = `Redis ${MIN_VERSION.join('.')} or newer is needed; this one is ${version}.`;
    return { ok: false, problem };
  }
  const policy = infoField(info, 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    const problem = `Redis must have maxmemory-policy noeviction, or accepted notifications could be lost; this one has ${policy}.`;
    return { ok: false, problem };
  }
  return { ok: true };
}

/** What a server says that it is; a field that a managed server leaves out is undefined. */
export interface ServerVersion {
  product: 'Redis' | 'Valkey';
  version?: string;
  /** `standalone`, `cluster` or `sentinel`. */
  mode?: string;
}

/** Of each master. Rejects when Redis does not answer. */
export async function serverVersions(redis: RedisClient): Promise<ServerVersion[]> {
  return Promise.all(mastersOf(redis).map(async (node) => versionIn(await node.info('server'))));
}

/** Valkey says `redis_version` for the sake of older programs, and its own version beside it. */
function versionIn(info: string): ServerVersion {
  const valkey = infoField(info, 'valkey_version');
  return {
    product: valkey === undefined ? 'Redis' : 'Valkey',
    version: valkey ?? infoField(info, 'redis_version'),
    mode: infoField(info, 'server_mode') ?? infoField(info, 'redis_mode'),
  };
}

/** Whether a version like `7.0.15` is older than another. */
export function isOlder(version: string, than: readonly [major: number, minor: number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < than[0] || (major === than[0] && minor < than[1]);
}

/** A field of the text of `INFO`. */
export function infoField(info: string, field: string): string | undefined {
  return new RegExp(`^${field}:(\\S*)`, 'm').exec(info)?.[1];
}

const verified = new WeakSet<RedisClient>();

/**
 * Makes sure that commands go to the database that the URL selects. The client goes on in database 0
 * when Redis refuses the selection, and notifications would lie where nothing looks for them.
 *
 * Rejects with Redis' refusal.
 */
export async function verifyDatabase(redis: RedisClient): Promise<void> {
  if (verified.has(redis)) return;
  const database = redis instanceof Redis ? (redis.options.db ?? 0) : 0;
  if (redis instanceof Redis && database !== 0) await redis.select(database);
  verified.add(redis);
}
