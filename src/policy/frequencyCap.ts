import type { FrequencyCaps } from '../notification/frequencyCaps.js';
import type { Rule } from './rule.js';

/**
 * Who had enough messages of this priority lately gets no other. Places are given by the script that
 * writes an intent (src/notification/lua/change.lua): this rule only spares the requests of a look-up.
 */
export function frequencyCap(caps: FrequencyCaps): Rule {
  return ({ request, facts }) => {
    const cap = caps[request.priority ?? 'transactional'];
    return cap !== undefined && facts.placesTaken >= cap.places
      ? { kind: 'skip', reason: 'frequency_cap' }
      : { kind: 'allow' };
  };
}
