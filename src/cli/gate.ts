import { gateView } from '../queue/fleetStatusView.js';
import type { GateStatus } from '../queue/gate.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { operate } from './operating.js';

export interface GateOptions {
  open?: boolean;
  json?: boolean;
}

/** Says until when and why the gate for rate limits is closed, or opens it. */
export async function gate(options: GateOptions): Promise<ExitCode> {
  return operate(options, async (operations, output) => {
    if (options.open !== true) {
      const status = await operations.gate();
      output.result(describe(status), gateView(status));
      return EXIT.ok;
    }
    const sparedSeconds = Math.round((await operations.openGate()) / 1_000);
    const said =
      sparedSeconds === 0
        ? 'The gate was open.'
        : `Opened, ${sparedSeconds} s before its time. If Genesys Cloud still refuses, it closes again.`;
    output.result(said, { closed: false, sparedSeconds });
    return EXIT.ok;
  });
}

function describe(status: GateStatus): string {
  if (!status.closed) return 'The gate is open.';
  const { reason } = status;
  const since = status.since === undefined ? '' : ` (since ${iso(status.since)})`;
  const why =
    reason === undefined
      ? 'the record that says why cannot be read.'
      : `Genesys Cloud answered ${reason.operation} with 429, Retry-After ${Math.ceil(reason.retryAfterMs / 1_000)} s.`;
  return `The gate is closed until ${iso(status.until)}${since}: ${why}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
