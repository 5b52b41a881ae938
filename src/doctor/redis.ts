import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisClient } from '../notification/redisScripts.js';
import { judgeServer } from '../queue/serverCheck.js';
import { judgeClock } from './clock.js';
import { type Finding, failed, ok, warning } from './finding.js';

const CONNECTS_WITHIN_MS = 3_000;
const ASK_EVERY_MS = 50;
const PINGS = 10;
/** Each notification takes about a dozen round trips. */
const SLOW_MS = 20;

/** Looks at the Redis of a connection that was just opened. Writes nothing. */
export async function checkRedis(redis: RedisClient): Promise<Finding[]> {
  const answer = await untilItAnswers(redis);
  if (!answer.ok) return [unreachable(answer.because)];
  const info = await redis.info();
  return [
    ok('redis', 'answers'),
    ...fitness(info),
    persistence(info),
    await latency(redis),
    await clock(redis),
  ];
}

type Answer = { ok: true } | { ok: false; because: string };

/** A connection is not there at once; one that is refused for good is not waited for. */
async function untilItAnswers(redis: RedisClient): Promise<Answer> {
  let because = 'no answer';
  const note = (error: unknown) => {
    because = reasonOf(error) ?? because;
  };
  redis.on('error', note);
  const giveUpAt = Date.now() + CONNECTS_WITHIN_MS;
  try {
    while (Date.now() < giveUpAt && !/^(NOAUTH|WRONGPASS|ENOTFOUND)$/.test(because)) {
      try {
        await redis.ping();
        return { ok: true };
      } catch (error) {
        note(error);
        await sleep(ASK_EVERY_MS);
      }
    }
    return { ok: false, because };
  } finally {
    redis.off('error', note);
  }
}

/** A system error's code, or the word a Redis error begins with; never the rest of its message. */
function reasonOf(error: unknown): string | undefined {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  return /^[A-Z]{4,}/.exec(String(message))?.[0];
}

function unreachable(because: string): Finding {
  const detail = `cannot be used (${because})`;
  switch (because) {
    case 'NOAUTH':
    case 'WRONGPASS':
      return failed(
        'redis',
        detail,
        'Put its user and password into REDIS_URL: redis://user:password@host:6379.',
      );
    case 'ENOTFOUND':
      return failed('redis', detail, 'Correct the host in REDIS_URL.');
    default:
      return failed(
        'redis',
        detail,
        'Start Redis, or point REDIS_URL at one that can be reached from here.',
      );
  }
}

function fitness(info: string): Finding[] {
  const version = field(info, 'redis_version') ?? 'unknown';
  const policy = field(info, 'maxmemory_policy');
  const whole = judgeServer(info);
  if (whole.ok) return [ok('redis-version', version), ok('redis-policy', policy ?? 'not told')];
  const judged = judgeServer(`redis_version:${version}`);
  if (!judged.ok) {
    return [failed('redis-version', judged.problem, 'Upgrade Redis, or use a newer managed one.')];
  }
  const remedy = 'CONFIG SET maxmemory-policy noeviction, and the same in redis.conf.';
  return [ok('redis-version', version), failed('redis-policy', whole.problem, remedy)];
}

function persistence(info: string): Finding {
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

async function latency(redis: RedisClient): Promise<Finding> {
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

async function clock(redis: RedisClient): Promise<Finding> {
  const askedAt = Date.now();
  const [seconds, microseconds] = await redis.time();
  const there = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  return judgeClock('Redis', there - (askedAt + Date.now()) / 2);
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\S*)`, 'm').exec(info)?.[1];
}
