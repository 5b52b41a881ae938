import { recipientIdentity } from '../notification/recipientAddress.js';
import type { NotificationRequest } from '../notification/request.js';

export type PolicyVerdict = { allowed: true } | { allowed: false; reason: string };

/** Whether this notification may be sent just now. Asked before the lookup, and again right before the send. */
export type Policy = (request: NotificationRequest) => PolicyVerdict;

/**
 * Staging's safety catch: only these addresses, numbers, contact ids and `@domains` get anything.
 * Everything a request names must be on the list: one allowed and one real address in the same
 * request would else reach the real one over another channel.
 */
export function onlyTo(entries: readonly string[] | undefined): Policy {
  if (entries === undefined) return () => ({ allowed: true });
  const list = new Set(entries.map(recipientIdentity));
  const allowed = (address: string) => {
    const identity = recipientIdentity(address);
    const at = identity.lastIndexOf('@');
    return list.has(identity) || (at >= 0 && list.has(identity.slice(at)));
  };
  return ({ recipient: { email, phone, externalContactId } }) => {
    const named = [email, phone, externalContactId].filter((address) => address !== undefined);
    return named.every(allowed) ? { allowed: true } : { allowed: false, reason: 'not_allowed' };
  };
}
