import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';

/** A single Redis, one behind Sentinel, or a cluster. */
export type RedisClient = Redis | Cluster;

/** Reads a script that lies beside its caller, in the sources and in the built product alike. */
export function readScript(name: string, importMetaUrl: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, importMetaUrl), 'utf8');
}
