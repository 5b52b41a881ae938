import type { FastifyInstance, HTTPMethods } from 'fastify';
import { httpProblem, sendProblem } from './problems.js';

const METHODS: readonly HTTPMethods[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
];

/** Answers every other method at this path with 405 and the list of those there are. */
export function allowOnly(
  app: FastifyInstance,
  url: string,
  allowed: readonly HTTPMethods[],
): void {
  const others = METHODS.filter((method) => !allowed.includes(method));
  app.route({
    method: others,
    url,
    // Before the body is looked at: whatever is wrong with it, the method is.
    onRequest: async (_request, reply) => {
      reply.header('allow', allowed.join(', '));
      return sendProblem(reply, httpProblem(405, `Use ${allowed.join(' or ')} here.`));
    },
    handler: async () => undefined,
  });
}
