import { isNotificationId } from '../notification/request.js';
import type { ResolveResult } from '../notification/settlement.js';
import type { GateStatus } from '../queue/rateLimitGate.js';
import { type Pause, readPauseReason } from '../queue/sendingPause.js';
import { gateView, pauseView } from '../queue/statusView.js';
import { WENT_BACK_SENTENCES } from '../queue/wentBack.js';
import { operate, withProducer } from './deploymentCommand.js';
import { EXIT, type ExitCode, type HumanVerdict } from './exitCodes.js';
import { commandLine, type Output, operator, printable } from './output.js';

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
    const sparedSeconds = Math.round((await operations.openGate(operator())) / 1_000);
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

/** Decides what became of notifications that are `unknown`. Nothing is sent by this. */
export async function resolveUnknown(
  ids: readonly string[],
  verdict: HumanVerdict,
  options: { json?: boolean },
): Promise<ExitCode> {
  return withProducer(options, async ({ notifications }, output) => {
    const outcome = verdict === 'sent' ? 'sent' : 'not_sent';
    const known = ids.filter(isNotificationId);
    const decided = await notifications.resolveAll(known, outcome, operator());
    const byId = new Map(known.map((id, at) => [id, decided[at]]));
    const results = ids.map((id) => sayResult(output, id, byId.get(id)));
    const [only] = results;
    output.result(
      '',
      results.length === 1 && only !== undefined
        ? only.json
        : { results: results.map(({ json }) => json) },
    );
    const codes = results.map(({ code }) => code);
    return (
      codes.find((code) => code === EXIT.invalid) ??
      codes.find((code) => code !== EXIT.ok) ??
      EXIT.ok
    );
  });
}

function sayResult(
  output: Output,
  id: string,
  result: ResolveResult | undefined,
): { code: ExitCode; json: object } {
  switch (result?.kind) {
    case undefined:
      output.remark(`There is no notification ${printable(id)}.`);
      return { code: EXIT.invalid, json: { error: 'no_notification', id } };
    case 'resolved': {
      const { state } = result.record;
      const again = state === 'failed' ? ` To try it again: ${commandLine(`retry ${id}`)}` : '';
      output.progress(`${id} is ${state} now.${again}`);
      return { code: EXIT.ok, json: { id, state } };
    }
    case 'not_unknown': {
      const { state, reason, timeline } = result.record;
      const by = timeline.at(-1)?.detail;
      const stands = [reason, by].filter((part) => part !== undefined).join(' ');
      output.remark(
        `Not done for ${id}: it is ${state}${stands === '' ? '' : ` (${printable(stands)})`}, and only what is unknown has to be decided.`,
      );
      return { code: EXIT.other, json: { error: 'not_unknown', id, state } };
    }
    default:
      return result satisfies never;
  }
}

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
    const pause = await operations.pause({ reason: read.reason, by: operator() });
    const said = `Paused ${describePause(pause)}. Nothing is sent until \`${commandLine('resume')}\`; notifications are still accepted.`;
    output.result(said, { paused: true, ...pauseView(pause) });
    return EXIT.ok;
  });
}

export interface ResumeOptions {
  force?: boolean;
  json?: boolean;
}

/** Lets the sending go on. */
export async function resumeSending(options: ResumeOptions): Promise<ExitCode> {
  return operate(options, async (operations, output) => {
    const result = await operations.resume(operator(), { force: options.force });
    if (result.kind === 'redis_went_back') {
      output.remark(`Not done. ${WENT_BACK_SENTENCES}`);
      output.result('', { error: result.kind });
      return EXIT.other;
    }
    const { was } = result;
    const said =
      was === undefined ? 'It was not paused.' : `Resumed. It was ${describePause(was)}.`;
    output.result(said, { paused: false, was: was && pauseView(was) });
    return EXIT.ok;
  });
}

function describePause({ reason, by, since }: Pause): string {
  const who = by === undefined ? '' : ` by ${printable(by)}`;
  const from =
    since === undefined ? 'since an unknown time' : `since ${new Date(since).toISOString()}`;
  return `${from}${who}: ${printable(reason)}`;
}
