import { randomUUID } from 'node:crypto';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { refuseForeignPages, refuseWhileUnfit, requireKey } from './access.js';
import { batchRoute } from './batchRoute.js';
import { campaignReportRoutes } from './campaignReportRoutes.js';
import { campaignRoutes } from './campaignRoutes.js';
import { campaignRowsRoute } from './campaignRowsRoute.js';
import { campaignHaltRoutes, campaignStartRoutes } from './campaignStepRoutes.js';
import { CONNECTION_OPTIONS, endWhileStopping } from './connections.js';
import { controlRoutes } from './controlRoutes.js';
import { docsRoutes } from './docsRoutes.js';
import { answerError, handleErrors } from './errors.js';
import { healthRoutes } from './health.js';
import { acceptOnlyJson } from './json.js';
import { notificationRoutes } from './notificationRoutes.js';
import type { ApiParts } from './parts.js';
import { limitRate, wrongKeyRate } from './rateLimit.js';
import { logRequests } from './requestLog.js';
import { settlementRoutes } from './settlementRoutes.js';
import { unknownRoutes } from './unknownRoutes.js';

/** An id of 128 characters; with the little that a job's id has around it. */
const LONGEST_PARAM = 144;

/** Builds the HTTP API; it listens once told to. Closing it lets requests in flight finish. */
export function buildServer(parts: ApiParts): FastifyInstance {
  const logger: FastifyBaseLogger = parts.log;
  const app = fastify({
    ...CONNECTION_OPTIONS,
    loggerInstance: logger,
    // The framework would log URLs; see the log of requests for what is logged instead.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    frameworkErrors: answerError,
    routerOptions: { maxParamLength: LONGEST_PARAM },
  });
  handleErrors(app);
  logRequests(app, parts);
  acceptOnlyJson(app);
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
  endWhileStopping(app);
  app.register(async (open) => {
    refuseForeignPages(open, parts);
    healthRoutes(open, parts);
    docsRoutes(open);
  });
  app.register(
    async (v1) => {
      refuseForeignPages(v1, parts);
      requireKey(v1, parts, await wrongKeyRate(v1));
      v1.register(async (controls) => {
        controlRoutes(controls, parts);
        campaignHaltRoutes(controls, parts);
      });
      v1.register(async (limited) => {
        await limitRate(limited, parts);
        refuseWhileUnfit(limited, parts);
        notificationRoutes(limited, parts);
        batchRoute(limited, parts);
        settlementRoutes(limited, parts);
        unknownRoutes(limited, parts);
        campaignRoutes(limited, parts);
        campaignStartRoutes(limited, parts);
        campaignRowsRoute(limited, parts);
        campaignReportRoutes(limited, parts);
      });
    },
    { prefix: '/v1' },
  );
  return app;
}
