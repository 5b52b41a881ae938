import { randomUUID } from 'node:crypto';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { Caller } from '../audit/auditCaller.js';
import { logFields } from '../tracing/tracing.js';
import { refuseForeignPages, refuseWhileUnfit, requireKey } from './apiKeys.js';
import type { ApiParts } from './apiParts.js';
import { answerError, handleErrors } from './errorHandler.js';
import { type OpenApiDocument, openApiDocument } from './openApi.js';
import { limitRate, wrongKeyRate } from './rateLimit.js';
import { acceptOnlyJson } from './requests.js';
import { allowOnly, type Route, refuseUndescribed, registerRoutes } from './route.js';
import { AUDIT_ROUTES } from './routes/auditRoutes.js';
import { BATCH_ROUTE } from './routes/batchRoute.js';
import { CAMPAIGN_FILE_ROUTES } from './routes/campaignFileRoutes.js';
import { CAMPAIGN_ROUTES } from './routes/campaignRoutes.js';
import { CAMPAIGN_STEP_ROUTES } from './routes/campaignStepRoutes.js';
import { CONTROL_ROUTES } from './routes/controlRoutes.js';
import { ERASURE_ROUTES } from './routes/erasureRoutes.js';
import { EVENT_ROUTES } from './routes/eventRoutes.js';
import { HEALTH_ROUTES } from './routes/healthRoutes.js';
import { NOTIFICATION_ROUTES } from './routes/notificationRoutes.js';
import { POLICY_ROUTES } from './routes/policyRoutes.js';
import { RECOVER_ROUTES } from './routes/recoverRoutes.js';
import { SEARCH_ROUTES } from './routes/searchRoutes.js';
import { SUPPRESSION_ROUTES } from './routes/suppressionRoutes.js';
import { UNKNOWN_ROUTES } from './routes/unknownRoutes.js';
import { WEBHOOK_ROUTES } from './routes/webhookRoutes.js';
import { CONNECTION_OPTIONS, endWhileStopping } from './uploadConnections.js';

/** Every route of the API, in the order in which a reader wants them. */
export const ROUTES: readonly Route[] = [
  ...NOTIFICATION_ROUTES,
  BATCH_ROUTE,
  ...SEARCH_ROUTES,
  ...UNKNOWN_ROUTES,
  ...CAMPAIGN_ROUTES,
  ...CAMPAIGN_FILE_ROUTES,
  ...CAMPAIGN_STEP_ROUTES,
  ...SUPPRESSION_ROUTES,
  ...POLICY_ROUTES,
  ...WEBHOOK_ROUTES,
  ...CONTROL_ROUTES,
  ...RECOVER_ROUTES,
  ...ERASURE_ROUTES,
  ...AUDIT_ROUTES,
  ...EVENT_ROUTES,
  ...HEALTH_ROUTES,
];

declare module 'fastify' {
  interface FastifyInstance {
    /** See `ApiParts`; absent where a part of the server is tried alone. */
    redisDownSince?: () => number | undefined;
  }
  interface FastifyRequest {
    /** Who calls: known by an API key, or by a login. */
    caller: Caller;
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
function logRequests(app: FastifyInstance, { metrics }: ApiParts): void {
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.config.isStream) return;
    const { caller, notificationId, campaignId } = request;
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? '(unknown)',
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      caller: caller.name,
      notificationId,
      campaignId,
      ...(request.span && logFields(request.span)),
    };
    const { method, route, status } = line;
    metrics.countHttpRequest({ method, route, status, durationMs: reply.elapsedTime });
    if (line.route.startsWith('/v1/')) request.log.info(line, 'answered');
    else request.log.debug(line, 'answered');
  });
}

/** An email address of 254 characters, each of them percent-encoded. An id has 128. */
const LONGEST_PARAM = 3 * 254;

/** Builds the HTTP API; the caller makes it listen. Closing it lets requests in flight finish. */
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
  app.addHook('onRequest', async (request) => {
    request.caller = { from: 'api', address: request.ip };
  });
  app.decorate('redisDownSince', parts.redisDownSince);
  handleErrors(app);
  logRequests(app, parts);
  acceptOnlyJson(app);
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
  endWhileStopping(app);
  app.register(async (open) => {
    refuseForeignPages(open, parts);
    serveDocument(open, openApiDocument(ROUTES));
    open.register(async (described) => registerDescribed(described, 'open', parts));
  });
  app.register(async (keyed) => {
    refuseForeignPages(keyed, parts);
    requireKey(keyed, parts, await wrongKeyRate(keyed));
    keyed.register(async (controls) => registerDescribed(controls, 'key', parts));
    keyed.register(async (limited) => {
      await limitRate(limited, parts);
      refuseWhileUnfit(limited, parts);
      registerDescribed(limited, 'limited', parts);
    });
  });
  return app;
}

/** `/openapi.json`: what the API is, for machines. It needs no key. */
function serveDocument(app: FastifyInstance, document: OpenApiDocument): void {
  const json = JSON.stringify(document);
  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(json),
  );
  allowOnly(app, '/openapi.json', ['GET', 'HEAD']);
}

function registerDescribed(app: FastifyInstance, access: Route['access'], parts: ApiParts): void {
  refuseUndescribed(app);
  registerRoutes(
    app,
    ROUTES.filter((each) => each.access === access),
    parts,
  );
}
