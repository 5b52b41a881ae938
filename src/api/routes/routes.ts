import type { Route } from '../route.js';
import { BATCH_ROUTE } from './batch.js';
import { CAMPAIGN_FILE_ROUTES } from './campaignFiles.js';
import { CAMPAIGN_STEP_ROUTES } from './campaignSteps.js';
import { CAMPAIGN_ROUTES } from './campaigns.js';
import { CONTROL_ROUTES } from './control.js';
import { HEALTH_ROUTES } from './health.js';
import { NOTIFICATION_ROUTES } from './notifications.js';
import { UNKNOWN_ROUTES } from './unknowns.js';

/** Every route of the API, in the order in which a reader wants them. */
export const ROUTES: readonly Route[] = [
  ...NOTIFICATION_ROUTES,
  BATCH_ROUTE,
  ...UNKNOWN_ROUTES,
  ...CAMPAIGN_ROUTES,
  ...CAMPAIGN_FILE_ROUTES,
  ...CAMPAIGN_STEP_ROUTES,
  ...CONTROL_ROUTES,
  ...HEALTH_ROUTES,
];
