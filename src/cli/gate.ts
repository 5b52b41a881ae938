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
  const { operation, retryAfterMs } = status.reason;
  const since = new Date(status.since).toISOString();
  const until = new Date(status.until).toISOString();
  return `The gate is closed until ${until} (since ${since}): Genesys Cloud answered ${operation} with 429, Retry-After ${Math.ceil(retryAfterMs / 1_000)} s.`;
}
