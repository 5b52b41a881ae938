import { type Refused, refused } from './answer.js';

/** The operations the sandbox serves; also the names by which faults and records speak of them. */
export const OPERATIONS = [
  'login',
  'contact-lookup',
  'contact',
  'details-query',
  'conversation',
  'bulk-messages',
  'message-details',
  'recordings',
  'web-deployment',
  'email-domain',
  'agentless-message',
  'agentless-email',
  'engage',
] as const;

export type Operation = (typeof OPERATIONS)[number];

/** `all`: every one is needed; `any`: one of them is enough; `none`: the platform lists none. */
export type Permission =
  | { need: 'none' }
  | { need: 'all'; names: readonly [string, ...string[]] }
  | { need: 'any'; names: readonly [string, ...string[]] };

export interface Endpoint {
  operation: Operation;
  method: 'GET' | 'POST';
  path: string;
  permission: Permission;
}

const READ_MESSAGES = {
  need: 'any',
  names: ['conversation:message:view', 'conversation:webmessaging:view'],
} as const;
const READ_CONTACTS = { need: 'all', names: ['externalContacts:contact:view'] } as const;

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
  'details-query': {
    operation: 'details-query',
    method: 'POST',
    path: '/api/v2/analytics/conversations/details/query',
    permission: {
      need: 'any',
      names: ['analytics:conversationDetail:view', 'analytics:agentConversationDetail:view'],
    },
  },
  conversation: {
    operation: 'conversation',
    method: 'GET',
    path: '/api/v2/conversations/messages/:id',
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
    permission: {
      need: 'any',
      names: ['recording:recording:view', 'recording:recordingSegment:view'],
    },
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
} as const satisfies { [K in Exclude<Operation, 'login'>]: Endpoint & { operation: K } };

/**
 * The 403 for a missing permission. Genesys: code `missing.permissions` when all are needed,
 * `missing.any.permissions` when one of several would do; the message names them.
 */
export function missingPermissions(need: 'all' | 'any', names: readonly string[]): Refused {
  const permissions = names.join(', ');
  const [code, lack] =
    need === 'all'
      ? ['missing.permissions', 'the following permission(s)']
      : ['missing.any.permissions', 'at least one of the following permission(s)'];
  return refused(
    403,
    code,
    `Unable to perform the requested action. You are missing ${lack}: ${permissions}`,
    { messageParams: { permissions } },
  );
}

/** @param granted null grants everything. */
export function checkPermission(
  permission: Permission,
  granted: readonly string[] | null,
): Refused | null {
  if (granted === null || permission.need === 'none') return null;
  const missing = permission.names.filter((name) => !granted.includes(name));
  switch (permission.need) {
    case 'all':
      return missing.length > 0 ? missingPermissions('all', missing) : null;
    case 'any':
      return missing.length === permission.names.length ? missingPermissions('any', missing) : null;
    default:
      throw new Error(`unhandled permission ${permission satisfies never}`);
  }
}
