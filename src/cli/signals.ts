import type { Logger } from 'pino';
import { redactedError } from '../ops/logger.js';
import { EXIT } from './exitCodes.js';

const EXIT_CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

type StopSignal = keyof typeof EXIT_CODES;

/** Under the 30 s that container platforms allow before they kill. */
const STOP_DEADLINE_MS = 25_000;

/**
 * Ends a serving process in good order.
 *
 *   serving ──first signal──▶ stopping ──stopped, nothing left open──▶ exit 0
 *                                │ ──deadline──▶ exit 1
 *                                └ ──second signal──▶ exit 130 or 143, at once
 *
 * After `stop` the process ends by itself, because nothing is open any more. Something that is left
 * open would keep it alive for ever; the deadline, which goes on counting, then ends it with 1.
 */
export function stopOnSignals(
  stop: () => Promise<void>,
  log: Logger,
  deadlineMs = STOP_DEADLINE_MS,
): void {
  let stopping = false;
  const onSignal = (signal: StopSignal) => {
    if (stopping) process.exit(EXIT_CODES[signal]);
    stopping = true;
    log.info({ signal }, 'stopping');
    const deadline = setTimeout(() => {
      log.error({ deadlineMs }, 'did not stop in time');
      process.exit(EXIT.other);
    }, deadlineMs);
    deadline.unref();
    stop().catch((error: unknown) => {
      log.error({ error: redactedError(error) }, 'could not stop in good order');
      process.exit(EXIT.other);
    });
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}
