import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { type LookupCaches, openLookupCaches } from '../../src/app/openLookupCaches.js';
import { loadConfig } from '../../src/config.js';

/** The caches of a worker with these settings. */
export function openTestCaches(
  redis: Redis,
  prefix: string,
  settings: Record<string, string> = {},
): LookupCaches {
  const loaded = loadConfig({ QUEUE_PREFIX: prefix, ...settings }, 'api');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return openLookupCaches(redis, loaded.config, pino({ level: 'silent' }));
}
