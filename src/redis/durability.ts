import type { RedisClient } from './redisClient.js';
import { redisFaultOf } from './redisFault.js';
import { infoField, isOlder, mastersOf } from './serverInfo.js';

/** What has to be so of an intent before its message leaves, the strongest first. */
export const DURABILITIES = ['fsync', 'replica', 'none'] as const;

/**
 * - `fsync`: the master has written it to its disk (WAITAOF).
 * - `replica`: a replica has received it (WAIT).
 * - `none`: the master has it in its memory.
 */
export type Durability = (typeof DURABILITIES)[number];

const MEANINGS: Readonly<Record<Durability, string>> = {
  fsync: 'a message leaves once Redis has its intent on the disk',
  replica: 'a message leaves once a replica of Redis has its intent',
  none: 'a message leaves once Redis has its intent in memory; a power cut or a failover may lose it',
};

/** What a durability means, as one sentence for logs and checks. */
export function describeDurability(durability: Durability, lacks?: string): string {
  const why = durability === 'fsync' || lacks === undefined ? '' : ` (not on the disk: ${lacks})`;
  return `${MEANINGS[durability]}${why}`;
}

/** What the masters of a deployment can confirm. */
export interface ConfirmableBy {
  replica: boolean;
  fsync: boolean;
  /** Why not `fsync`, as the end of a sentence. */
  lacks?: string;
}

/** The strongest that can be confirmed. */
export function bestOf({ fsync, replica }: ConfirmableBy): Durability {
  if (fsync) return 'fsync';
  return replica ? 'replica' : 'none';
}

/** WAITAOF came with it; Valkey says the version of Redis that it descends from. */
const WAITAOF_SINCE = [7, 2] as const;

/**
 * Looks what can be confirmed; in a cluster, by every master. The command itself is tried, since a server's
 * version says little where it is managed. Rejects when Redis does not answer.
 */
export async function lookAtDurability(redis: RedisClient): Promise<ConfirmableBy> {
  const looks = await Promise.all(mastersOf(redis).map(lookAtMaster));
  return {
    fsync: looks.every(({ fsync }) => fsync),
    replica: looks.every(({ replica }) => replica),
    lacks: looks.find(({ lacks }) => lacks !== undefined)?.lacks,
  };
}

/** One that is still copying the data confirms nothing. */
const HAS_REPLICA = /^slave\d+:.*\bstate=online\b/m;

async function lookAtMaster(node: RedisClient): Promise<ConfirmableBy> {
  const info = await node.info();
  const lacks = lackIn(info) ?? (await refusal(node));
  return { fsync: lacks === undefined, replica: HAS_REPLICA.test(info), lacks };
}

function lackIn(info: string): string | undefined {
  const version = infoField(info, 'redis_version');
  if (version === undefined || !isOlder(version, WAITAOF_SINCE)) return undefined;
  return `Redis ${version} does not know WAITAOF, which came with 7.2`;
}

/** Nothing was written before, so there is nothing to wait for, but for its right to wait. */
async function refusal(node: RedisClient): Promise<string | undefined> {
  try {
    await node.call('WAITAOF', '1', '0', '1');
    return undefined;
  } catch (error) {
    const lack = lackOf(error);
    if (lack === undefined) throw error;
    return lack;
  }
}

/** Whether Redis refuses to confirm, and will until something is changed; why, as the end of a sentence. */
function lackOf(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  if (message.includes('appendonly is disabled')) return 'its append-only file is off';
  if (/^(ERR )?WAIT\w* cannot be used with replica/.test(message)) return undefined;
  switch (redisFaultOf(error)?.kind) {
    case 'command_missing':
      return 'it does not know WAITAOF, which came with 7.2';
    case 'permission':
      return 'its user has no right to use WAITAOF';
    default:
      return undefined;
  }
}
