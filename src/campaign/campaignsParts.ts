import type { AuditLog } from '../audit/auditLog.js';
import type { Ledger } from '../notification/ledger.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import type { Acceptor } from '../queue/acceptor.js';
import type { Backlog } from '../queue/backlog.js';
import type { Notifications } from '../queue/notifications.js';
import type { TemplateCatalogue } from '../templates/catalogue.js';
import type { CampaignViewsParts } from './campaignView.js';
import type { RowStore } from './rowStore.js';

/** What campaigns work with. */
export interface CampaignsParts extends CampaignViewsParts {
  catalogue: TemplateCatalogue;
  rows: RowStore;
  ledger: Ledger;
  acceptor: Pick<Acceptor, 'acceptAll'>;
  notifications: Notifications;
  backlog: Backlog;
  audit: AuditLog;
  /** Where phone numbers without a country code are dialled. */
  country?: CountryCode | undefined;
  /** Whether emails need a link to unsubscribe: where the deployment can make links. */
  asksForLink: boolean;
}
