import { pauseView } from '../queue/fleetStatusView.js';
import { readPauseReason } from '../queue/pauseReason.js';
import type { Pause } from '../queue/stopButton.js';
import { commandLine } from './commandLine.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { operate } from './operating.js';
import { operatorName } from './operator.js';
import { printable } from './printable.js';

export interface PauseOptions {
  reason: string;
  json?: boolean;
}

/** Stops all sending; returns once nothing leaves any more. */
export async function pauseSending(options: PauseOptions): Promise<ExitCode> {
  const read = readPauseReason(options.reason);
  if (!read.ok) {
    process.stderr.write(`--reason: expected ${read.expected}\n`);
    return EXIT.invalid;
  }
  return operate(options, async (operations, output) => {
    const pause = await operations.pause({ reason: read.reason, by: operatorName() });
    const said = `Paused ${describePause(pause)}. Nothing is sent until \`${commandLine('resume')}\`; notifications are still accepted.`;
    output.result(said, { paused: true, ...pauseView(pause) });
    return EXIT.ok;
  });
}

/** Lets the sending go on. */
export async function resumeSending(options: { json?: boolean }): Promise<ExitCode> {
  return operate(options, async (operations, output) => {
    const was = await operations.resume();
    const said =
      was === undefined ? 'It was not paused.' : `Resumed. It was ${describePause(was)}.`;
    output.result(said, { paused: false, ...(was !== undefined && { was: pauseView(was) }) });
    return EXIT.ok;
  });
}

function describePause({ reason, by, since }: Pause): string {
  const who = by === undefined ? '' : ` by ${printable(by)}`;
  const from =
    since === undefined ? 'since an unknown time' : `since ${new Date(since).toISOString()}`;
  return `${from}${who}: ${printable(reason)}`;
}
