import type { Route } from '../route.js';
import { BATCH_ROUTE } from './batchRoute.js';
import { CAMPAIGN_FILE_ROUTES } from './campaignFileRoutes.js';
import { CAMPAIGN_ROUTES } from './campaignRoutes.js';
import { CAMPAIGN_STEP_ROUTES } from './campaignStepRoutes.js';
import { CONTROL_ROUTES } from './controlRoutes.js';
import { HEALTH_ROUTES } from './healthRoutes.js';
import { NOTIFICATION_ROUTES } from './notificationRoutes.js';
import { UNKNOWN_ROUTES } from './unknownRoutes.js';

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
