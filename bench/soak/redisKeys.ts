import { Redis } from 'ioredis';
import type { Deployment } from '../harness/deployment.js';

/** What is kept of one notification, each in keys of its own. None is left once all have expired. */
const OF_ONE: Readonly<Record<string, string>> = {
  n: 'records',
  r: 'requests',
  x: 'checkpoints',
  m: 'messages that are awaited',
  u: 'events that came early',
  c: 'what was looked up',
};

/** Queues keep their last jobs, a bounded number: src/queue/jobs.ts. */
const QUEUES: ReadonlySet<string> = new Set(['transactional', 'campaign', 'intake']);

export const KINDS = [...Object.values(OF_ONE), 'jobs and their queues', 'all others'];

/** How many keys of each kind there are. */
export async function keysByKind({ redis, prefix }: Deployment): Promise<Map<string, number>> {
  const found = new Map(KINDS.map((kind) => [kind, 0]));
  const nodes = redis instanceof Redis ? [redis] : redis.nodes('master');
  for (const node of nodes) {
    for await (const keys of node.scanStream({ match: `${prefix}:*`, count: 1_000 })) {
      for (const key of keys as string[]) {
        const kind = kindOf(key.slice(prefix.length + 1));
        found.set(kind, (found.get(kind) ?? 0) + 1);
      }
    }
  }
  return found;
}

function kindOf(key: string): string {
  const [first = ''] = key.split(':', 1);
  if (QUEUES.has(first)) return 'jobs and their queues';
  return (Object.hasOwn(OF_ONE, first) ? OF_ONE[first] : undefined) ?? 'all others';
}

/** How many there are of what is kept of single notifications. */
export function keysOfNotifications(found: ReadonlyMap<string, number>): number {
  return Object.values(OF_ONE).reduce((sum, kind) => sum + (found.get(kind) ?? 0), 0);
}
