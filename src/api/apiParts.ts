import type { Logger } from 'pino';
import type { Campaigns } from '../campaign/campaigns.js';
import type { PolicyChecks } from '../consent/policyCheck.js';
import type { Suppressions } from '../consent/suppressions.js';
import type { Readiness } from '../metrics/healthServer.js';
import type { Metrics } from '../metrics/metrics.js';
import type { PersonalData } from '../privacy/personalData.js';
import type { AuditTrail } from '../queue/auditTrail.js';
import type { EventReader } from '../queue/eventReader.js';
import type { NotificationSearch } from '../queue/notificationSearch.js';
import type { Notifications } from '../queue/notifications.js';
import type { Operations } from '../queue/operations.js';
import type { Recovery } from '../recovery/recovery.js';
import type { Webhooks } from '../webhooks/webhooks.js';
import type { ApiKeys } from './apiKeys.js';
import type { Intake, Standing } from './intake.js';

/** What the API is built on. */
export interface ApiParts {
  intake: Intake;
  notifications: Notifications;
  search: NotificationSearch;
  campaigns: Campaigns;
  policyChecks: PolicyChecks;
  suppressions: Suppressions;
  keys: ApiKeys;
  operations: Operations;
  recovery: Pick<Recovery, 'run'>;
  personalData: Pick<PersonalData, 'readPerson' | 'erase'>;
  auditTrail: Pick<AuditTrail, 'page'>;
  eventReader: Pick<EventReader, 'page'>;
  webhooks: Webhooks;
  metrics: Metrics;
  /** What each key, or each address where there are no keys, may ask in a minute; 0 is no limit. */
  requestsPerMinute: number;
  standing(): Standing;
  /** What keeps Redis from taking more in, in a sentence; undefined when nothing does. */
  redisProblem(): Promise<string | undefined>;
  /** Since when Redis has not served this process (epoch ms); undefined while it does. */
  redisDownSince(): number | undefined;
  /** What else in this process has to work; `all` also runs a worker. */
  beside?: (() => Promise<Readiness>) | undefined;
  log: Logger;
}
