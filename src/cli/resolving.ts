import { isNotificationId } from '../notification/request.js';
import type { ResolveResult } from '../notification/settlement.js';
import { commandLine } from './commandLine.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { withProducer } from './operating.js';
import { operatorName } from './operator.js';
import { printable } from './printable.js';
import type { Output } from './send/output.js';
import type { Verdict } from './verdict.js';

/** Decides what became of notifications that are `unknown`. Nothing is sent by this. */
export async function resolveUnknown(
  ids: readonly string[],
  verdict: Verdict,
  options: { json?: boolean },
): Promise<ExitCode> {
  return withProducer(options, async ({ notifications }, output) => {
    const outcome = verdict === 'sent' ? 'sent' : 'not_sent';
    const known = ids.filter(isNotificationId);
    const decided = await notifications.resolveAll(known, outcome, operatorName());
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
