import { recipientIdentity } from '../notification/recipientAddress.js';
import type { Rule } from './rule.js';

/**
 * Staging's safety catch: only these addresses, numbers, contact ids and `@domains` get anything.
 * Everything a request names must be on the list: one allowed and one real address in the same
 * request would else reach the real one over another channel.
 */
export function onlyTo(entries: readonly string[] | undefined): Rule {
  if (entries === undefined) return () => ({ kind: 'allow' });
  const list = new Set(entries.map(recipientIdentity));
  const allowed = (address: string) => {
    const identity = recipientIdentity(address);
    const at = identity.lastIndexOf('@');
    return list.has(identity) || (at >= 0 && list.has(identity.slice(at)));
  };
  return ({ request }) => {
    const { email, phone, externalContactId } = request.recipient;
    const named = [email, phone, externalContactId].filter((address) => address !== undefined);
    return named.every(allowed) ? { kind: 'allow' } : { kind: 'skip', reason: 'not_allowed' };
  };
}
