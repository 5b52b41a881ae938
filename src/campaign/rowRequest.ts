import type { NotificationRequest } from '../notification/request.js';
import type { Campaign, Row } from './campaign.js';

/** What a row asks for. It follows from row and campaign alone: the same whenever it is released. */
export function rowRequest(
  { id, template, defaults, endAt }: Campaign,
  { recipient, variables }: Row,
): NotificationRequest {
  const { variables: given, ...shared } = defaults;
  const some = given !== undefined || variables !== undefined;
  return {
    ...shared,
    recipient,
    ...(some && { variables: { ...given, ...variables } }),
    template,
    priority: 'campaign',
    campaignId: id,
    ...(endAt !== undefined && { deadline: new Date(endAt).toISOString() }),
  };
}
