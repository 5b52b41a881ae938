import type { FastifyInstance } from 'fastify';
import { foreignOrigin } from '../ops/requestOrigin.js';
import type { ApiParts } from './parts.js';
import { httpProblem, problem, sendProblem } from './problems.js';
import type { CheckRate } from './rateLimit.js';

/**
 * Where no key is asked for, refuses what a web page of another site makes a browser do: it could
 * otherwise start campaigns from any tab, and read addresses by DNS rebinding. Where there are keys
 * no page of another site has one, and behind a proxy the names differ: nothing is refused then.
 */
export function refuseForeignPages(app: FastifyInstance, { keys }: Pick<ApiParts, 'keys'>): void {
  if (!keys.areOpen) return;
  app.addHook('onRequest', async (request, reply) => {
    const foreign = foreignOrigin(request, { loopbackNamesOnly: true, programsMayWrite: true });
    if (foreign !== undefined) return sendProblem(reply, httpProblem(403, foreign));
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
      const detail = 'Send a key in the header: Authorization: Bearer KEY.';
      return sendProblem(reply, problem('unauthorized', { detail }));
    }
    if (check.name !== undefined) request.caller = check.name;
  });
}

/** Takes nothing in while Redis may lose it; reading and cancelling go on. */
export function refuseWhileUnfit(app: FastifyInstance, { standing }: ApiParts): void {
  app.addHook('onRequest', async (request, reply) => {
    const stands = standing();
    const takesIn = request.method === 'POST' || request.method === 'PUT';
    if (!takesIn || stands.kind !== 'unfit') return;
    return sendProblem(reply, problem('redis-unfit', { detail: stands.problem, retryAfter: 60 }));
  });
}
