import { isErased } from '../notification/recipientAddress.js';
import type { Rule } from './rule.js';

/** A row whose person was erased before its turn came: there is no one left to write to. */
export const erased: Rule = ({ request }) =>
  isErased(request.recipient) ? { kind: 'skip', reason: 'erased' } : { kind: 'allow' };
