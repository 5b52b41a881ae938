import type { Endpoint, Operation } from './operation.js';

const READ_MESSAGES = {
  need: 'any',
  names: ['conversation:message:view', 'conversation:webmessaging:view'],
} as const;
const READ_DETAILS = {
  need: 'any',
  names: ['analytics:conversationDetail:view', 'analytics:agentConversationDetail:view'],
} as const;
const READ_RECORDINGS = {
  need: 'any',
  names: ['recording:recording:view', 'recording:recordingSegment:view'],
} as const;
const VIEW_EXPORTS = { need: 'all', names: ['externalContacts:export:view'] } as const;
const READ_DNC = { need: 'all', names: ['outbound:dncList:view'] } as const;
/** The platform's own command line names both; whether one would do is not documented. */
const EXPORT_DNC = { need: 'all', names: ['outbound:dncList:view', 'outbound:dnc:view'] } as const;
const READ_CONTACTS = { need: 'all', names: ['externalContacts:contact:view'] } as const;

/** Each topic has permissions of its own; the operations themselves ask for none. */
const SUBSCRIPTIONS = '/api/v2/notifications/channels/:id/subscriptions';

/** Paths and permissions as the platform's API documentation lists them; Engage is this project's. */
export const ENDPOINTS = {
  'contact-lookup': {
    operation: 'contact-lookup',
    method: 'POST',
    path: '/api/v2/externalcontacts/identifierlookup/contacts',
    permission: READ_CONTACTS,
  },
  contact: {
    operation: 'contact',
    method: 'GET',
    path: '/api/v2/externalcontacts/contacts/:id',
    permission: READ_CONTACTS,
  },
  'contact-search': {
    operation: 'contact-search',
    method: 'GET',
    path: '/api/v2/externalcontacts/contacts',
    permission: READ_CONTACTS,
  },
  'bulk-contacts': {
    operation: 'bulk-contacts',
    method: 'POST',
    path: '/api/v2/externalcontacts/bulk/contacts',
    permission: READ_CONTACTS,
  },
  'details-query': {
    operation: 'details-query',
    method: 'POST',
    path: '/api/v2/analytics/conversations/details/query',
    permission: READ_DETAILS,
  },
  conversation: {
    operation: 'conversation',
    method: 'GET',
    path: '/api/v2/conversations/messages/:id',
    permission: { need: 'none' },
  },
  'email-conversation': {
    operation: 'email-conversation',
    method: 'GET',
    path: '/api/v2/conversations/emails/:id',
    permission: { need: 'none' },
  },
  'email-messages': {
    operation: 'email-messages',
    method: 'GET',
    path: '/api/v2/conversations/emails/:id/messages',
    permission: { need: 'none' },
  },
  'email-message': {
    operation: 'email-message',
    method: 'GET',
    path: '/api/v2/conversations/emails/:id/messages/:messageId',
    permission: { need: 'none' },
  },
  'bulk-messages': {
    operation: 'bulk-messages',
    method: 'POST',
    path: '/api/v2/conversations/messages/:id/messages/bulk',
    permission: READ_MESSAGES,
  },
  'message-details': {
    operation: 'message-details',
    method: 'GET',
    path: '/api/v2/conversations/messages/:id/details',
    permission: READ_MESSAGES,
  },
  recordings: {
    operation: 'recordings',
    method: 'GET',
    path: '/api/v2/conversations/:id/recordings',
    permission: READ_RECORDINGS,
  },
  'web-deployment': {
    operation: 'web-deployment',
    method: 'GET',
    path: '/api/v2/webdeployments/deployments/:id',
    permission: { need: 'all', names: ['webDeployments:deployment:view'] },
  },
  'email-domain': {
    operation: 'email-domain',
    method: 'GET',
    path: '/api/v2/routing/email/outbound/domains/:id',
    permission: { need: 'any', names: ['routing:email:manage'] },
  },
  'agentless-message': {
    operation: 'agentless-message',
    method: 'POST',
    path: '/api/v2/conversations/messages/agentless',
    permission: { need: 'all', names: ['conversation:message:create'] },
  },
  'agentless-email': {
    operation: 'agentless-email',
    method: 'POST',
    path: '/api/v2/conversations/emails/agentless',
    permission: {
      need: 'any',
      names: ['conversation:email:create', 'conversation:agentlessEmail:send'],
    },
  },
  engage: {
    operation: 'engage',
    method: 'POST',
    path: '/api/v2/engage/messages',
    permission: { need: 'none' },
  },
  'channel-create': {
    operation: 'channel-create',
    method: 'POST',
    path: '/api/v2/notifications/channels',
    permission: { need: 'none' },
  },
  'channel-list': {
    operation: 'channel-list',
    method: 'GET',
    path: '/api/v2/notifications/channels',
    permission: { need: 'none' },
  },
  'subscriptions-replace': {
    operation: 'subscriptions-replace',
    method: 'PUT',
    path: SUBSCRIPTIONS,
    permission: { need: 'none' },
  },
  'subscriptions-add': {
    operation: 'subscriptions-add',
    method: 'POST',
    path: SUBSCRIPTIONS,
    permission: { need: 'none' },
  },
  'subscriptions-list': {
    operation: 'subscriptions-list',
    method: 'GET',
    path: SUBSCRIPTIONS,
    permission: { need: 'none' },
  },
  'subscriptions-delete': {
    operation: 'subscriptions-delete',
    method: 'DELETE',
    path: SUBSCRIPTIONS,
    permission: { need: 'none' },
  },
  'contact-export-start': {
    operation: 'contact-export-start',
    method: 'POST',
    path: '/api/v2/externalcontacts/contacts/exports',
    permission: {
      need: 'all',
      names: ['externalContacts:export:add', 'externalContacts:contact:view'],
    },
  },
  'contact-export': {
    operation: 'contact-export',
    method: 'GET',
    path: '/api/v2/externalcontacts/contacts/exports/:id',
    permission: VIEW_EXPORTS,
  },
  'contact-exports': {
    operation: 'contact-exports',
    method: 'GET',
    path: '/api/v2/externalcontacts/contacts/exports',
    permission: VIEW_EXPORTS,
  },
  'details-job-start': {
    operation: 'details-job-start',
    method: 'POST',
    path: '/api/v2/analytics/conversations/details/jobs',
    permission: READ_DETAILS,
  },
  'details-job': {
    operation: 'details-job',
    method: 'GET',
    path: '/api/v2/analytics/conversations/details/jobs/:id',
    permission: READ_DETAILS,
  },
  'details-job-results': {
    operation: 'details-job-results',
    method: 'GET',
    path: '/api/v2/analytics/conversations/details/jobs/:id/results',
    permission: READ_DETAILS,
  },
  'details-job-cancel': {
    operation: 'details-job-cancel',
    method: 'DELETE',
    path: '/api/v2/analytics/conversations/details/jobs/:id',
    permission: READ_DETAILS,
  },
  'details-jobs-availability': {
    operation: 'details-jobs-availability',
    method: 'GET',
    path: '/api/v2/analytics/conversations/details/jobs/availability',
    permission: READ_DETAILS,
  },
  'recording-batch-start': {
    operation: 'recording-batch-start',
    method: 'POST',
    path: '/api/v2/recording/batchrequests',
    permission: READ_RECORDINGS,
  },
  'recording-batch': {
    operation: 'recording-batch',
    method: 'GET',
    path: '/api/v2/recording/batchrequests/:id',
    permission: READ_RECORDINGS,
  },
  summaries: {
    operation: 'summaries',
    method: 'GET',
    path: '/api/v2/conversations/:id/summaries',
    permission: { need: 'all', names: ['conversation:summary:view'] },
  },
  'dnc-lists': {
    operation: 'dnc-lists',
    method: 'GET',
    path: '/api/v2/outbound/dnclists',
    permission: READ_DNC,
  },
  'dnc-export-start': {
    operation: 'dnc-export-start',
    method: 'POST',
    path: '/api/v2/outbound/dnclists/:id/export',
    permission: EXPORT_DNC,
  },
  'dnc-export': {
    operation: 'dnc-export',
    method: 'GET',
    path: '/api/v2/outbound/dnclists/:id/export',
    permission: EXPORT_DNC,
  },
  download: {
    operation: 'download',
    method: 'GET',
    path: '/api/v2/downloads/:id',
    permission: { need: 'none' },
  },
  limits: {
    operation: 'limits',
    method: 'GET',
    path: '/api/v2/organizations/limits/namespaces/:id',
    permission: { need: 'none' },
  },
} as const satisfies { [K in Exclude<Operation, 'login'>]: Endpoint & { operation: K } };
