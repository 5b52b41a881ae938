import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { type ApiKeys, refuseForeignPages } from '../api/apiKeys.js';
import { answerError, NotAFormError } from '../api/errorHandler.js';
import { openApiDocument } from '../api/openApi.js';
import { ROUTES } from '../api/server.js';
import type { AuditLog } from '../audit/auditLog.js';
import type { Campaigns } from '../campaign/campaigns.js';
import type { Config } from '../config.js';
import type { PolicyChecks } from '../consent/policyCheck.js';
import type { Suppressions } from '../consent/suppressions.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import type { AuditTrail } from '../queue/auditTrail.js';
import { FlowHistory } from '../queue/flowHistory.js';
import type { NotificationSearch } from '../queue/notificationSearch.js';
import type { Notifications } from '../queue/notifications.js';
import { RedisUnavailableError } from '../queue/notifierErrors.js';
import type { Operations } from '../queue/operations.js';
import type { NotificationProducer } from '../queue/producer.js';
import type { TemplateCatalogue } from '../templates/catalogue.js';
import { type LoadedTemplate, quotingOf } from '../templates/loadTemplates.js';
import type { Webhooks } from '../webhooks/webhooks.js';
import { campaignPages } from './campaigns/campaignPages.js';
import { docsRoute } from './docs/docsPage.js';
import { notificationPages } from './notifications/notificationPages.js';
import { overviewPages } from './overview/overviewPages.js';
import { OverviewReader } from './overview/overviewReader.js';
import { assetRoutes } from './page/assets.js';
import { FormTokens } from './page/formToken.js';
import { sendRedisUnavailable } from './page/layout.js';
import { explainRefusedStreams, notRead, sendStanding, wantsEvents } from './page/liveEvents.js';
import { LiveUpdates } from './page/liveUpdates.js';
import { operatorsChange } from './people/access.js';
import { auditPages } from './people/auditPage.js';
import { guard, type Logins } from './people/guard.js';
import { loginRoutes } from './people/loginRoutes.js';
import { BOARD, boardPlugin, pagesNeedRedis } from './queues/board.js';
import { DoctorRuns } from './settings/doctorRuns.js';
import { settingsPages } from './settings/settingsPages.js';
import { suppressionPages } from './suppressions/suppressionPages.js';
import { templatePages } from './templates/templatePages.js';
import { TemplateReader } from './templates/templateReader.js';
import { webhookPages } from './webhooks/webhookPages.js';

export interface DashboardParts {
  store: NotificationProducer['store'];
  notifications: Notifications;
  search: NotificationSearch;
  /** Where phone numbers without a country code are dialled. */
  country?: CountryCode;
  operations: Operations;
  audit: AuditLog;
  auditTrail: AuditTrail;
  campaigns: Campaigns;
  suppressions: Suppressions;
  policyChecks: PolicyChecks;
  webhooks: Webhooks;
  catalogue: TemplateCatalogue;
  keys: ApiKeys;
  templates: {
    /** The folder that this api has loaded its templates from. */
    dir: string;
    loaded: readonly LoadedTemplate[];
  };
  /** Requests to the platform a minute. */
  budget: number;
  config: Config;
  log: Logger;
  /** Absent where only this machine can reach the api: then no login is needed. */
  logins?: Logins;
  readOnly: boolean;
}

/** What is read of those who have not logged in. */
const LOGIN_FORM_LIMIT = 16 * 1024;
/** A decision about 1000 notifications offers to retry them: as many ids of 128 characters fit. */
const FORM_LIMIT = 256 * 1024;

/** The pages for people: the queues, the notifications, and the login in front of both. */
export function dashboard(app: FastifyInstance, parts: DashboardParts): void {
  const { store, notifications, search, operations, campaigns, country } = parts;
  const { catalogue, logins, readOnly, budget, config, log } = parts;
  app.register(async (scope) => assetRoutes(scope));
  app.register(async (scope) => {
    refuseForeignPages(scope, parts);
    docsRoute(scope, openApiDocument(ROUTES));
  });
  if (logins !== undefined) {
    app.register(async (scope) => {
      acceptForms(scope, LOGIN_FORM_LIMIT);
      loginRoutes(scope, logins);
    });
  }
  const live = new LiveUpdates(app, log);
  const forms = new FormTokens(store.redis, store.prefix);
  const history = new FlowHistory(store.redis, store.prefix);
  const reader = new OverviewReader({ operations, campaigns, history, budget });
  app.register(async (scope) => {
    guard(scope, logins);
    acceptForms(scope, FORM_LIMIT);
    explainRefusedStreams(scope);
    scope.setErrorHandler((error, request, reply) => {
      if (!(error instanceof RedisUnavailableError)) return answerError(error, request, reply);
      if (!wantsEvents(request)) return sendRedisUnavailable(request, reply, error);
      return sendStanding(reply, notRead(error, app.redisDownSince?.() ?? Date.now()));
    });
    overviewPages(scope, { operations, reader, live, budget, clock: store.ledger.clock });
    const details = { store, operations, campaigns };
    notificationPages(scope, { details, notifications, search, forms, country });
    auditPages(scope, { trail: parts.auditTrail });
    const { suppressions, auditTrail, policyChecks } = parts;
    suppressionPages(scope, { suppressions, auditTrail, forms, policyChecks });
    webhookPages(scope, { webhooks: parts.webhooks, forms });
    const { dir, loaded } = parts.templates;
    const configured = config.NOTIFY_CHANNELS;
    const options = quotingOf(config);
    templatePages(scope, {
      reader: new TemplateReader(store.redis, catalogue, configured, options),
      campaigns,
      dir,
      loaded: new Map(loaded.map(({ source }) => [source.name, source.hash])),
      configured,
      options,
    });
    campaignPages(scope, { campaigns, notifications, forms, live });
    const { redis, prefix } = store;
    const doctor = new DoctorRuns(config, { redis, audit: parts.audit, loaded, log });
    settingsPages(scope, { config, redis, prefix, doctor, live, tokens: forms });
  });
  app.register(
    async (scope) => {
      pagesNeedRedis(scope, operations);
      operatorsChange(scope);
      guard(scope, logins);
      const { queues, ledger } = store;
      boardPlugin(scope, {
        queues,
        ledger,
        notifications,
        operations,
        audit: parts.audit,
        readOnly,
      });
    },
    { prefix: BOARD },
  );
}

/** Forms as browsers send them, and nothing else: any other body is a 415. */
function acceptForms(scope: FastifyInstance, bodyLimit: number): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(new NotAFormError()));
  scope.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit },
    (_request, body, done) => done(null, new URLSearchParams(body)),
  );
}
