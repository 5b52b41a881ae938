/** The things that are looked at, in the order in which they are told. */
export const CHECKS = {
  node: 'Node.js',
  configuration: 'Configuration',
  templates: 'Templates',
  redis: 'Redis',
  'redis-version': 'Redis version',
  'redis-policy': 'Redis policy',
  'redis-memory': 'Redis memory',
  'redis-persistence': 'Redis persistence',
  'redis-latency': 'Redis latency',
  workers: 'Workers',
  flow: 'Sending',
  region: 'Genesys Cloud',
  credentials: 'OAuth client',
  permission: 'Permission',
  deployment: 'Web deployment',
  'sender-domain': 'Sender domain',
  clock: 'Clock',
} as const;

export type Check = keyof typeof CHECKS;

/**
 * What one look has found. `skipped` could not be looked at because of something found before;
 * `warning` does not keep the service from working.
 */
export interface Finding {
  check: Check;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  detail: string;
  /** What to click or to set. */
  remedy?: string;
}

export function ok(check: Check, detail: string): Finding {
  return { check, status: 'ok', detail };
}

export function warning(check: Check, detail: string, remedy: string): Finding {
  return { check, status: 'warning', detail, remedy };
}

export function failed(check: Check, detail: string, remedy: string): Finding {
  return { check, status: 'failed', detail, remedy };
}

export function skipped(check: Check, detail: string): Finding {
  return { check, status: 'skipped', detail };
}
