import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from 'ioredis';
import { redisClock } from '../redis/clock.js';
import {
  bestOf,
  type Durability,
  describeDurability,
  lookAtDurability,
} from '../redis/durability.js';
import type { RedisClient } from '../redis/redisClient.js';
import {
  describeRedisFault,
  needsAChange,
  type RedisFault,
  redisFaultOf,
} from '../redis/redisFault.js';
import { judgeServer, MEMORY_SHARE, mastersOf, verifyDatabase } from '../redis/serverInfo.js';
import { type CheckResult, checkClock, failed, ok, warning } from './finding.js';

const CONNECTS_WITHIN_MS = 3_000;
const ASK_EVERY_MS = 50;
const PINGS = 10;
/** Each notification takes about a dozen round trips. */
const SLOW_MS = 20;

/** Looks at the Redis of a connection that was just opened. Writes nothing. */
export async function checkRedis(
  redis: RedisClient,
  prefix = '{notifier}',
  wanted?: Durability,
): Promise<CheckResult[]> {
  const fault = await untilItAnswers(redis);
  if (fault !== undefined) return [unusable(fault)];
  try {
    return await look(redis, prefix, wanted);
  } catch (error) {
    const met = redisFaultOf(error);
    if (met === undefined) throw error;
    return [unusable(met)];
  }
}

async function look(
  redis: RedisClient,
  prefix: string,
  wanted: Durability | undefined,
): Promise<CheckResult[]> {
  await verifyDatabase(redis);
  // A script, since everything is written by scripts.
  await redisClock(redis, prefix).measure();
  const infos = await Promise.all(mastersOf(redis).map((node) => node.info()));
  const isClusterNode = infos.some((info) => field(info, 'cluster_enabled') === '1');
  if (!(redis instanceof Cluster) && isClusterNode) return [unusable({ kind: 'cluster_node' })];
  if (infos.some((info) => field(info, 'role') === 'slave'))
    return [unusable({ kind: 'read_only' })];
  return [
    ok('redis', 'answers'),
    ...gravestOfEach(infos.map(judgeInfo)),
    await durability(redis, wanted),
    await latency(redis),
    await clock(redis),
  ];
}

/** A connection is not there at once; one that is refused for good is not waited for. */
async function untilItAnswers(redis: RedisClient): Promise<RedisFault | undefined> {
  let fault: RedisFault = { kind: 'away' };
  const note = (error: unknown) => {
    const met = redisFaultOf(error);
    // What the commands say of a connection that is refused is less exact than its own error.
    if (met !== undefined && (met.kind !== 'away' || met.detail !== undefined)) fault = met;
  };
  redis.on('error', note);
  const giveUpAt = performance.now() + CONNECTS_WITHIN_MS;
  try {
    while (performance.now() < giveUpAt && !needsAChange(fault) && fault.detail !== 'ENOTFOUND') {
      try {
        await redis.ping();
        return undefined;
      } catch (error) {
        note(error);
        await sleep(ASK_EVERY_MS);
      }
    }
    return fault;
  } finally {
    redis.off('error', note);
  }
}

function unusable(fault: RedisFault): CheckResult {
  const word = fault.detail ?? fault.kind;
  return failed('redis', `cannot be used (${word})`, describeRedisFault({ kind: fault.kind }));
}

/** What a server says of itself (the text of `INFO`). What it does not say is not taken for fine. */
export function judgeInfo(info: string): CheckResult[] {
  return [versionOf(info), policyOf(info), memory(info), persistence(info)];
}

const GRAVITY = ['ok', 'skipped', 'warning', 'failed'] as const;

/** Of the masters of a cluster, the one that stands worst in each check: all of them hold notifications. */
function gravestOfEach([first = [], ...others]: CheckResult[][]): CheckResult[] {
  const gravity = ({ status }: CheckResult) => GRAVITY.indexOf(status);
  return first.map((finding) =>
    others
      .flat()
      .filter(({ check }) => check === finding.check)
      .reduce((worst, other) => (gravity(other) > gravity(worst) ? other : worst), finding),
  );
}

function versionOf(info: string): CheckResult {
  const version = field(info, 'redis_version');
  if (version === undefined) return unsaid('redis-version');
  const judged = judgeServer(`redis_version:${version}`);
  if (judged.ok) return ok('redis-version', version);
  return failed('redis-version', judged.problem, 'Upgrade Redis, or use a newer managed one.');
}

function policyOf(info: string): CheckResult {
  const policy = field(info, 'maxmemory_policy');
  if (policy === undefined) return unsaid('redis-policy');
  const judged = judgeServer(`maxmemory_policy:${policy}`);
  if (judged.ok) return ok('redis-policy', policy);
  const remedy = 'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.';
  return failed('redis-policy', judged.problem, remedy);
}

const REQUIRED = {
  'redis-version': 'It has to be 6.2 or newer.',
  'redis-policy': 'It has to be noeviction, or accepted notifications could be lost.',
  'redis-memory': 'Look whether it has a limit, and how much of it is used.',
} as const;

/** Some managed servers leave fields out. */
function unsaid(check: keyof typeof REQUIRED): CheckResult {
  return warning(check, 'Redis does not say it', REQUIRED[check]);
}

function memory(info: string): CheckResult {
  const limit = Number(field(info, 'maxmemory') ?? Number.NaN);
  const used = Number(field(info, 'used_memory') ?? Number.NaN);
  if (Number.isNaN(limit) || (limit > 0 && Number.isNaN(used))) return unsaid('redis-memory');
  if (limit === 0) return ok('redis-memory', 'no maxmemory is set');
  const detail = `${Math.round((used / limit) * 100)} % of maxmemory is used`;
  if (used <= limit * MEMORY_SHARE) return ok('redis-memory', detail);
  return failed(
    'redis-memory',
    `${detail}; nothing is accepted from ${MEMORY_SHARE * 100} % on`,
    'Raise maxmemory, or remove other data from this Redis.',
  );
}

function persistence(info: string): CheckResult {
  const remedy = 'CONFIG SET appendonly yes, and the same in redis.conf.';
  if (field(info, 'aof_enabled') !== '1') {
    const detail = 'no append-only file: a restart forgets accepted notifications';
    return warning('redis-persistence', detail, remedy);
  }
  if (field(info, 'aof_last_write_status') !== 'ok') {
    const detail = 'its append-only file cannot be written';
    return failed('redis-persistence', detail, 'Make room on the disk of Redis; see its log.');
  }
  return ok('redis-persistence', 'append-only file');
}

/** What the workers will wait for before each message; see src/redis/intentDurability.ts. */
async function durability(
  redis: RedisClient,
  wanted: Durability | undefined,
): Promise<CheckResult> {
  const check = 'redis-durability';
  const found = await lookAtDurability(redis);
  const used = wanted ?? bestOf(found);
  const detail = `${used}: ${describeDurability(used, found.lacks)}`;
  if (used !== 'none' && !found[used]) {
    const problem = `INTENT_DURABILITY is ${used}, which this Redis cannot confirm`;
    return failed(check, problem, 'Change Redis, or the setting; no worker starts.');
  }
  if (used !== 'none' || wanted === 'none') return ok(check, detail);
  const remedy = 'Use Redis 7.2 or newer, or Valkey, with appendonly yes; or a replica.';
  return warning(check, detail, remedy);
}

async function latency(redis: RedisClient): Promise<CheckResult> {
  const times: number[] = [];
  for (let ping = 0; ping < PINGS; ping++) {
    const startedAt = performance.now();
    await redis.ping();
    times.push(performance.now() - startedAt);
  }
  const median = times.sort((a, b) => a - b)[Math.floor(PINGS / 2)] ?? 0;
  const detail = `${median.toFixed(1)} ms a round trip`;
  if (median <= SLOW_MS) return ok('redis-latency', detail);
  return warning(
    'redis-latency',
    detail,
    'Move the workers nearer to Redis: the same region or zone.',
  );
}

async function clock(redis: RedisClient): Promise<CheckResult> {
  const askedAt = Date.now();
  const [seconds, microseconds] = await redis.time();
  const there = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  return checkClock('Redis', there - (askedAt + Date.now()) / 2);
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S*)`, 'm').exec(info)?.[1];
}
