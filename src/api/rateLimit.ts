import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import type { ApiParts } from './apiParts.js';
import type { Problem } from './problems.js';
import { tooManyRequests } from './sharedProblems.js';

const WINDOW_MS = 60_000;
/** Keys, or addresses, whose counts are kept; the one unseen for longest is forgotten first. */
const MOST_CALLERS = 10_000;

/** Enough for a set-up that is being put right, and far too few to guess a key. */
const WRONG_KEYS_PER_MINUTE = 60;

export type CheckRate = ReturnType<FastifyInstance['createRateLimit']>;

/** Counts requests without a valid key by address, in this process alone. */
export async function wrongKeyRate(app: FastifyInstance): Promise<CheckRate> {
  await app.register(rateLimit, { global: false, cache: MOST_CALLERS });
  return app.createRateLimit({
    max: WRONG_KEYS_PER_MINUTE,
    timeWindow: WINDOW_MS,
    keyGenerator: ({ ip }) => ip,
  });
}

/** Thrown by the limiter, and answered like every other error of the framework. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
  readonly problem: Problem;

  constructor(requestsPerMinute: number, retryAfter: number) {
    super('too many requests');
    this.problem = tooManyRequests(requestsPerMinute, retryAfter);
  }
}

/**
 * Keeps one caller's runaway loop from taking the service from the others. Counted by this process
 * alone: a shared count would cost a round trip to Redis with every request, and every request would
 * wait for a Redis that hangs, reading and cancelling included.
 *
 * To be called after keys are asked for: the plugin's hook then knows who calls.
 */
export async function limitRate(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { requestsPerMinute } = parts;
  if (requestsPerMinute === 0) return;
  await app.register(rateLimit, {
    max: requestsPerMinute,
    timeWindow: WINDOW_MS,
    cache: MOST_CALLERS,
    enableDraftSpec: true,
    keyGenerator: ({ caller: { name }, ip }) => (name === undefined ? `ip ${ip}` : `key ${name}`),
    errorResponseBuilder: (_request, { max, ttl }) =>
      new TooManyRequests(max, Math.max(1, Math.ceil(ttl / 1_000))),
  });
}
