import type { FastifyInstance } from 'fastify';
import type { ApiParts } from './parts.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the caller's API key; absent where the API is open. */
    caller?: string;
    /** The notification this request turned out to be about. */
    notificationId?: string;
    /** The campaign it is about. */
    campaignId?: string;
  }
}

/**
 * One line and one count a request: the route as it was declared, never the URL, and no header and no body. What a
 * caller wrote may hold anything. Health checks are seen at level debug only.
 */
export function logRequests(app: FastifyInstance, { metrics }: ApiParts): void {
  app.addHook('onResponse', async (request, reply) => {
    const { caller, notificationId, campaignId } = request;
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? '(unknown)',
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      ...(caller !== undefined && { caller }),
      ...(notificationId !== undefined && { notificationId }),
      ...(campaignId !== undefined && { campaignId }),
    };
    const { method, route, status } = line;
    metrics.countHttpRequest({ method, route, status, durationMs: reply.elapsedTime });
    if (line.route.startsWith('/v1/')) request.log.info(line, 'answered');
    else request.log.debug(line, 'answered');
  });
}
