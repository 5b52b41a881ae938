/** Genesys: segment dimensions this double can answer for; each is a column of a row of the view. */
const ANSWERED_SEGMENT_DIMENSIONS = [
  'externalContactId',
  'canonicalExternalContactId',
  'addressFrom',
  'addressTo',
  'remote',
  'participantName',
  'purpose',
  'direction',
  'mediaType',
  'messageType',
  'authenticated',
  'deliveryStatus',
  'subject',
  'provider',
  'disconnectType',
] as const;

/** Genesys: known as well, but nothing in the population has a value for them. */
const EMPTY_SEGMENT_DIMENSIONS = [
  'remoteNameDisplayable',
  'extendedDeliveryStatus',
  'deliveryPushed',
  'engagementSource',
  'journeyCustomerId',
  'journeyCustomerIdType',
  'errorCode',
  'queueId',
  'userId',
] as const;

export const SEGMENT_DIMENSIONS: ReadonlySet<string> = new Set([
  ...ANSWERED_SEGMENT_DIMENSIONS,
  ...EMPTY_SEGMENT_DIMENSIONS,
]);

const ANSWERED_CONVERSATION_DIMENSIONS = [
  'conversationId',
  'conversationStart',
  'conversationEnd',
  'originatingDirection',
  'conversationInitiator',
  'customerParticipation',
] as const;

export const CONVERSATION_DIMENSIONS: ReadonlySet<string> = new Set([
  ...ANSWERED_CONVERSATION_DIMENSIONS,
  'divisionId',
  'externalTag',
  'accessAttribute',
  'originatingSocialMediaPublic',
  'mediaStatsMinConversationMos',
]);
