import { stops } from '../suppression/suppression.js';
import type { Rule } from './rule.js';

/**
 * Who asked for no messages over a channel gets none over it, on whichever of their addresses they said
 * so. The script that writes an intent looks once more (src/notification/lua/change.lua): this rule only
 * spares the requests of a look-up.
 */
export const suppressed: Rule = ({ channel, now, facts }) =>
  facts.suppressions.some((suppression) => stops(suppression, channel, now))
    ? { kind: 'skip', reason: 'suppressed' }
    : { kind: 'allow' };
