import { CAMPAIGN_OPERATIONS } from './campaignOperations.js';
import { CONTROL_OPERATIONS } from './controlOperations.js';
import { HEALTH_OPERATIONS } from './healthOperations.js';
import { NOTIFICATION_OPERATIONS } from './notificationOperations.js';
import type { Operation } from './operation.js';
import { UNKNOWN_OPERATIONS } from './unknownOperations.js';

/** Every route of the API, in the order in which a reader wants them. */
export const OPERATIONS: readonly Operation[] = [
  ...NOTIFICATION_OPERATIONS,
  ...UNKNOWN_OPERATIONS,
  ...CAMPAIGN_OPERATIONS,
  ...CONTROL_OPERATIONS,
  ...HEALTH_OPERATIONS,
];
