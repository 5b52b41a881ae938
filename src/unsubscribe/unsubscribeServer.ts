import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Logger } from 'pino';
import { handleErrors } from '../api/errorHandler.js';
import { CONNECTION_OPTIONS, endWhileStopping } from '../api/uploadConnections.js';
import { type UnsubscribeParts, unsubscribeRoutes } from './unsubscribeRoutes.js';

/** The page to unsubscribe and nothing else, for a port that the internet may reach. The caller makes it listen. */
export function buildUnsubscribeServer(parts: UnsubscribeParts, log: Logger): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    ...CONNECTION_OPTIONS,
    loggerInstance,
    // A URL is a link to unsubscribe by: it is never logged.
    logController: new LogController({ disableRequestLogging: true }),
  });
  handleErrors(app);
  endWhileStopping(app);
  app.register(async (scope) => unsubscribeRoutes(scope, parts));
  return app;
}
