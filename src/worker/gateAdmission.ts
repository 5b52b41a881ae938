import type { Admission } from '../genesys/admission.js';
import type { Gate } from '../queue/gate.js';

/**
 * What every request to the platform passes first. For now that is the gate alone: it is read before
 * every request, because jobs that were already running when a 429 came would else go on sending.
 */
export function gateAdmission(gate: Gate): Admission {
  return {
    async admit() {
      const retryAfterMs = await gate.closedForMs();
      if (retryAfterMs === 0) return { admitted: true };
      return { admitted: false, because: 'gate_closed', retryAfterMs };
    },
    async rateLimited({ operation, retryAfterMs }) {
      await gate.close(retryAfterMs, operation);
    },
  };
}
