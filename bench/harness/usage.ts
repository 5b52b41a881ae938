import { readFileSync } from 'node:fs';
import type { RedisClient } from '#product/redis/redisClient.js';

/** proc(5): times in /proc/PID/stat are in clock ticks, 100 a second on every Linux Node runs on. */
const TICKS_A_SECOND = 100;
const PAGE_BYTES = 4_096;

/** CPU seconds a process has used so far; undefined where there is no /proc. */
export function cpuSecondsOf(pid: number): number | undefined {
  const fields = procFields(pid, 'stat');
  if (fields === undefined) return undefined;
  // Fields 14 and 15 of the line, counted from 1; the second, in parentheses, may hold blanks.
  const afterName = fields.slice(fields.lastIndexOf(')') + 2).split(' ');
  return (Number(afterName[11]) + Number(afterName[12])) / TICKS_A_SECOND;
}

/** Resident bytes of a process; undefined where there is no /proc. */
export function residentBytesOf(pid: number): number | undefined {
  const pages = procFields(pid, 'statm')?.split(' ')[1];
  return pages === undefined ? undefined : Number(pages) * PAGE_BYTES;
}

/** CPU seconds the Redis server has used so far. */
export async function redisCpuSeconds(redis: RedisClient): Promise<number> {
  const info = await redis.info('cpu');
  return infoNumber(info, 'used_cpu_user') + infoNumber(info, 'used_cpu_sys');
}

/** Bytes Redis has allocated for data, connections and all. */
export async function redisUsedBytes(redis: RedisClient): Promise<number> {
  return infoNumber(await redis.info('memory'), 'used_memory');
}

function infoNumber(info: string, field: string): number {
  return Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(info)?.[1] ?? Number.NaN);
}

function procFields(pid: number | 'self', file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** The most this process has had resident so far, in bytes. */
export function peakResidentBytes(): number {
  // Not maxRSS: that counts what the parent had when it started this process.
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(procFields('self', 'status') ?? '')?.[1];
  return (peak === undefined ? process.resourceUsage().maxRSS : Number(peak)) * 1_024;
}
