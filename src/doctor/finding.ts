/** The things that are looked at, in the order in which they are shown. */
export const CHECKS = {
  node: 'Node.js',
  configuration: 'Configuration',
  templates: 'Templates',
  'console-users': 'Console users',
  'single-sign-on': 'Single sign-on',
  redis: 'Redis',
  'redis-version': 'Redis version',
  'redis-policy': 'Redis policy',
  'redis-memory': 'Redis memory',
  'redis-persistence': 'Redis persistence',
  'redis-durability': 'Redis durability',
  'redis-latency': 'Redis latency',
  workers: 'Workers',
  flow: 'Sending',
  'delivery-events': 'Delivery events',
  region: 'Genesys Cloud',
  credentials: 'OAuth client',
  'rate-limit': 'Rate limit',
  permission: 'Permission',
  deployment: 'Web deployment',
  'sender-domain': 'Sender domain',
  'dnc-lists': 'DNC lists',
  clock: 'Clock',
  explore: 'Explored',
} as const;

export type Check = keyof typeof CHECKS;

/**
 * What one look has found. `skipped` could not be looked at because of something found before;
 * `warning` does not keep the service from working.
 */
export interface CheckResult {
  check: Check;
  status: 'ok' | 'warning' | 'failed' | 'skipped';
  detail: string;
  /** What to click or to set. */
  remedy?: string;
}

export function ok(check: Check, detail: string): CheckResult {
  return { check, status: 'ok', detail };
}

export function warning(check: Check, detail: string, remedy: string): CheckResult {
  return { check, status: 'warning', detail, remedy };
}

export function failed(check: Check, detail: string, remedy: string): CheckResult {
  return { check, status: 'failed', detail, remedy };
}

export function skipped(check: Check, detail: string): CheckResult {
  return { check, status: 'skipped', detail };
}

const NOTICEABLE_MS = 2_000;
/** Deadlines, quiet times and the age of an intent are judged by it on whichever machine works. */
const HARMFUL_MS = 30_000;

/** `aheadMs`: by how much the other clock is ahead of this machine's. */
export function checkClock(whose: string, aheadMs: number): CheckResult {
  const seconds = (Math.abs(aheadMs) / 1_000).toFixed(1);
  if (Math.abs(aheadMs) <= NOTICEABLE_MS) return ok('clock', `agrees with ${whose}'s`);
  const detail = `${seconds} s ${aheadMs > 0 ? 'behind' : 'ahead of'} ${whose}'s`;
  const remedy = 'Synchronise the clocks of both machines (NTP: timedatectl set-ntp true).';
  const judge = Math.abs(aheadMs) > HARMFUL_MS ? failed : warning;
  return judge('clock', detail, remedy);
}
