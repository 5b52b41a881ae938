import { LANES } from '../notification/state.js';
import type { GateStatus } from './gate.js';
import type { FleetStatus } from './operations.js';
import type { Pause } from './stopButton.js';

/** The pause as others read it, in JSON: `{reason, by?, since}`. */
export function pauseView({ reason, by, since }: Pause): object {
  return { reason, ...(by !== undefined && { by }), since: iso(since) };
}

/** `{closed, since?, until?, operation?, retryAfterSeconds?}`: until when the gate is closed, and why. */
export function gateView(gate: GateStatus): object {
  if (!gate.closed) return { closed: false };
  const { operation, retryAfterMs } = gate.reason;
  return {
    closed: true,
    since: iso(gate.since),
    until: iso(gate.until),
    operation,
    retryAfterSeconds: Math.ceil(retryAfterMs / 1_000),
  };
}

/** The whole deployment at a glance, in JSON. */
export function fleetStatusView({ pause, gate, queues, unknown }: FleetStatus): object {
  const { count, oldestSince } = unknown;
  return {
    paused: pause !== undefined,
    ...(pause !== undefined && { pause: pauseView(pause) }),
    gate: gateView(gate),
    queues: Object.fromEntries(
      LANES.map((lane) => {
        const { oldestSince: since, ...counts } = queues[lane];
        return [lane, { ...counts, ...(since !== undefined && { oldestSince: iso(since) }) }];
      }),
    ),
    unknown: { count, ...(oldestSince !== undefined && { oldestSince: iso(oldestSince) }) },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
