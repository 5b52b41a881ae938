import { isCampaignId } from '../campaign/campaignRequest.js';
import { isNotificationId } from '../notification/request.js';
import type { Subject } from './route.js';
import { NO_CAMPAIGN, NO_NOTIFICATION } from './sharedProblems.js';

/* What an id in a path names. */

export const NOTIFICATION: Subject = {
  description: 'The id of the notification.',
  isId: isNotificationId,
  missing: NO_NOTIFICATION,
  logAs: 'notificationId',
};

export const CAMPAIGN: Subject = {
  description: 'The id of the campaign, at most 100 characters.',
  isId: isCampaignId,
  missing: NO_CAMPAIGN,
  logAs: 'campaignId',
};
