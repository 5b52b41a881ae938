import { setTimeout as delay } from 'node:timers/promises';
import { describeRedisFault, needsAChange, type RedisFault, redisFaultOf } from './redisFault.js';
import type { RedisHealth } from './redisHealth.js';
import type { ServerCheck } from './serverInfo.js';

const AGAIN_MS = 500;

/** Redis refuses this process, and will until a setting or a right is changed. */
export class RedisUnusableError extends Error {
  override readonly name = 'RedisUnusableError';
  readonly fault: RedisFault;

  constructor(fault: RedisFault) {
    super(describeRedisFault(fault));
    this.fault = fault;
  }
}

/**
 * Waits until Redis serves, however long that takes. Every role starts by the same rule: what passes
 * by itself is waited for, and what needs a changed setting or right ends the start.
 *
 * Rejects with the sentence for an operator.
 */
export async function untilServing(
  check: () => Promise<ServerCheck>,
  health: RedisHealth,
): Promise<void> {
  for (;;) {
    const server = await checkOnce(check, health);
    if (server?.ok === true) return;
    if (server?.ok === false) throw new Error(server.problem);
    await delay(AGAIN_MS);
  }
}

/** Undefined when Redis did not serve; a connection that is never made is noticed by its errors. */
async function checkOnce(
  check: () => Promise<ServerCheck>,
  health: RedisHealth,
): Promise<ServerCheck | undefined> {
  const checked = new AbortController();
  const checking = check();
  try {
    const first = await Promise.race([checking, health.untilUnusable(checked.signal)]);
    if (first !== undefined && 'kind' in first) throw new RedisUnusableError(first);
    return first;
  } catch (error) {
    if (error instanceof RedisUnusableError) throw error;
    const fault = redisFaultOf(error);
    if (fault === undefined) throw error;
    health.note(error);
    if (needsAChange(fault)) throw new RedisUnusableError(fault);
    return undefined;
  } finally {
    checked.abort();
    checking.catch(() => undefined);
  }
}
