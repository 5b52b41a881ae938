/**
 * Everything this client asks of the platform. Whether a request may be repeated is a property of
 * the operation, never of its HTTP method: three of the reads are POSTs, and so are all the sends.
 */
const KINDS = {
  'contact-lookup': 'read',
  contact: 'read',
  'conversation-query': 'read',
  'message-conversation': 'read',
  messages: 'read',
  recordings: 'read',
  'message-details': 'read',
  'web-deployment': 'read',
  'email-domain': 'read',
  'agentless-message': 'send',
  'agentless-email': 'send',
  'engage-message': 'send',
  login: 'login',
} as const satisfies Record<string, 'read' | 'send' | 'login'>;

export type Operation = keyof typeof KINDS;
type OperationKind = (typeof KINDS)[Operation];

/** Operations that reach a customer. They are never repeated by this client. */
export type SendOperation = {
  [O in Operation]: (typeof KINDS)[O] extends 'send' ? O : never;
}[Operation];

export type ReadOperation = {
  [O in Operation]: (typeof KINDS)[O] extends 'read' ? O : never;
}[Operation];

export function kindOf(operation: Operation): OperationKind {
  return KINDS[operation];
}
