import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { foreignOrigin } from '../http/requestOrigin.js';
import type { ApiParts } from './apiParts.js';
import { problem, sendProblem } from './problems.js';
import type { CheckRate } from './rateLimit.js';
import { foreignPage, redisUnfit, UNAUTHORIZED } from './sharedProblems.js';

/**
 * Where no key is asked for, refuses what a web page of another site makes a browser do: it could
 * otherwise start campaigns from any tab, and read addresses by DNS rebinding. Where there are keys
 * no page of another site has one, and behind a proxy the names differ: nothing is refused then.
 */
export function refuseForeignPages(app: FastifyInstance, { keys }: Pick<ApiParts, 'keys'>): void {
  if (!keys.areOpen) return;
  app.addHook('onRequest', async (request, reply) => {
    const foreign = foreignOrigin(request, { loopbackNamesOnly: true, programsMayWrite: true });
    if (foreign !== undefined) return sendProblem(reply, foreignPage(foreign));
  });
}

/**
 * Asks every request of this scope for an API key, before any of its body is read. Wrong ones from one
 * address are refused with a 429 after a while. A right key is let in all the same: others behind the
 * same proxy, or a service that has just got its new key, are not to blame.
 */
export function requireKey(app: FastifyInstance, { keys }: ApiParts, wrong: CheckRate): void {
  app.addHook('onRequest', async (request, reply) => {
    const check = keys.check(request.headers.authorization);
    if (!check.ok) {
      const rate = await wrong(request);
      if (!rate.isAllowed && rate.isExceeded) {
        const detail = 'Too many requests without a valid key from this address.';
        const retryAfter = Math.max(1, rate.ttlInSeconds);
        return sendProblem(reply, problem('too-many-requests', { detail, retryAfter }));
      }
      reply.header('www-authenticate', 'Bearer realm="proactive-notifier"');
      return sendProblem(reply, UNAUTHORIZED);
    }
    request.caller = { ...request.caller, name: check.name };
  });
}

/** Takes nothing in while Redis may lose it; reading and cancelling go on. */
export function refuseWhileUnfit(app: FastifyInstance, { standing }: ApiParts): void {
  app.addHook('onRequest', async (request, reply) => {
    const stands = standing();
    const takesIn = request.method === 'POST' || request.method === 'PUT';
    if (!takesIn || stands.kind !== 'unfit') return;
    return sendProblem(reply, redisUnfit(stands.problem));
  });
}

interface NamedHash {
  name: string;
  hash: Buffer;
}

export type KeyCheck = { ok: true; name?: string } | { ok: false };

/**
 * Who may call. Keys are compared as hashes, all of them every time: neither the length of a key nor
 * its place in the list can be learned from how long a refusal takes.
 */
export class ApiKeys {
  readonly #keys: readonly NamedHash[];

  constructor(keys: readonly { name: string; key: string }[]) {
    this.#keys = keys.map(({ name, key }) => ({ name, hash: hashOf(key) }));
  }

  /** Whether no key is asked for. */
  get areOpen(): boolean {
    return this.#keys.length === 0;
  }

  /** Judges an `Authorization` header. Without any key configured, everyone may call. */
  check(authorization: string | undefined): KeyCheck {
    if (this.areOpen) return { ok: true };
    const given = hashOf(/^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '');
    let name: string | undefined;
    for (const key of this.#keys) {
      if (timingSafeEqual(key.hash, given)) name = key.name;
    }
    return name === undefined ? { ok: false } : { ok: true, name };
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
