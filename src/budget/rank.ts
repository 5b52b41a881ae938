import type { Operation } from '../genesys/operation.js';

/**
 * Who goes first among the requests that wait in one process: whatever is nearest to the end of its
 * notification. Two things come of it. A history is used as soon as it was read, and not a minute
 * later, after everybody else's was. And queries for conversations go last, when every other job has
 * come as far: then one query can ask for all of them.
 */
const RANKS = {
  'agentless-message': 0,
  'agentless-email': 0,
  'engage-message': 0,
  'message-details': 0,
  messages: 1,
  recordings: 2,
  'message-conversation': 2,
  'contact-lookup': 3,
  contact: 3,
  'web-deployment': 3,
  'email-domain': 3,
  login: 3,
  'conversation-query': 4,
} as const satisfies Record<Operation, number>;

export const LAST_RANK = 4;

/** Whether a job that asks this has found something out already that is kept nowhere yet. */
export function isMidway(operation: Operation): boolean {
  return RANKS[operation] === 1 || RANKS[operation] === 2;
}

export function rankOf(operation: Operation): number {
  return RANKS[operation];
}
