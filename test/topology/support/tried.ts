import type { ServerName } from '../../support/redis.js';

/** On which servers each topology is tried. The table in docs/reliability.md says the same; a test compares. */
export const TRIED = {
  'one server': ['redis-7', 'redis-8', 'valkey-8'],
  'a cluster': ['redis-7', 'valkey-8'],
  Sentinels: ['redis-7', 'redis-8'],
  TLS: ['redis-7', 'valkey-8'],
} as const satisfies Record<string, readonly ServerName[]>;
