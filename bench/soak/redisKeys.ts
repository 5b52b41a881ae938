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

const JOBS = 'jobs and their queues';
const KINDS: ReadonlySet<string> = new Set([...Object.values(OF_ONE), JOBS]);

/**
 * How many keys of each kind there are. A key that is of no kind counts under its own name, with `#` in
 * place of each number: `flow:#` are the counts of all hours.
 */
export async function keysByKind({ redis, prefix }: Deployment): Promise<Map<string, number>> {
  const found = new Map([...KINDS].map((kind) => [kind, 0]));
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
  if (QUEUES.has(first)) return JOBS;
  const kind = Object.hasOwn(OF_ONE, first) ? OF_ONE[first] : undefined;
  return kind ?? key.replace(/\d+/g, '#');
}

/** Whether keys under this name are of no kind: neither of a notification, nor of a queue. */
export function isOther(name: string): boolean {
  return !KINDS.has(name);
}

/** How many there are of what is kept of single notifications. */
export function keysOfNotifications(found: ReadonlyMap<string, number>): number {
  return Object.values(OF_ONE).reduce((sum, kind) => sum + (found.get(kind) ?? 0), 0);
}
