import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the caller's API key; absent where the API is open. */
    caller?: string;
    /** The notification this request turned out to be about. */
    notificationId?: string;
  }
}

/**
 * One line a request: the route as it was declared, never the URL, and no header and no body. What a
 * caller wrote may hold anything. Health checks are seen at level debug only.
 */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    const { caller, notificationId } = request;
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? '(unknown)',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      ...(caller !== undefined && { caller }),
      ...(notificationId !== undefined && { notification: notificationId }),
    };
    if (line.route.startsWith('/v1/')) request.log.info(line, 'answered');
    else request.log.debug(line, 'answered');
  });
}
