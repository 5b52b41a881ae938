import { EXIT, type ExitCode } from '../exitCodes.js';

/** Ctrl-C, or a polite request to end. */
export interface Interruption {
  signal: AbortSignal;
  /** What to exit with once it has happened. */
  code(): ExitCode;
}

/** Lets a command hear of an interruption while it is at work, in place of being ended by it. */
export async function onInterruption(
  command: (interruption: Interruption) => Promise<ExitCode>,
): Promise<ExitCode> {
  const controller = new AbortController();
  let code: ExitCode = EXIT.interrupted;
  const interrupt = (signal: NodeJS.Signals) => {
    // Who asks twice does not want to wait for whatever it is that takes so long.
    if (controller.signal.aborted) process.exit(code);
    if (signal === 'SIGTERM') code = EXIT.terminated;
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await command({ signal: controller.signal, code: () => code });
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
